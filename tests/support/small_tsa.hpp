// A time-stamping authority in a few lines: a root, a key, and a certificate for time stamping alone.
#pragma once

#include <string>
#include <vector>

#include "small_authority.hpp"
#include "yuxin/x509/path.hpp"
#include "yuxin/x509/time_stamp.hpp"

namespace yuxin::test {

// 2026-11-22T10:04:11Z
inline constexpr base::UnixTime kStamped{1795341851};

inline base::Bytes oid_of(std::string_view dotted) { return x509::oid_from_dotted(dotted).value(); }

inline std::vector<base::Bytes> stamping_extensions(x509::Critical critical = x509::Critical::kYes) {
  return {x509::make_key_usage(x509::Critical::kYes, x509::kDigitalSignature),
          x509::make_extended_key_usage(critical, {base::to_bytes(x509::oid::kTimeStamping)})};
}

// SmallTsa signs with a key of its own, certified by a P-256 root (SM2 keys by an SM2 one).
class SmallTsa {
 public:
  explicit SmallTsa(const x509::KeyKind& kind) : SmallTsa(kind, x509::default_signature(kind)) {}
  SmallTsa(const x509::KeyKind& kind, x509::SignatureAlgorithm algorithm, const Span& span = kLong)
      : root("C=CN,O=Test City,CN=Test City Root",
             kind.type == x509::KeyType::kSm2 ? kind : x509::KeyKind{x509::KeyType::kP256, 256}),
        key(need(x509::PrivateKey::generate(kind))),
        signer(need(key.signer(algorithm))),
        certificate(root.issue("C=CN,O=Test City,CN=Stamps", key.public_key(), stamping_extensions(), span)) {}

  [[nodiscard]] static x509::TimeStamperOptions options() {
    x509::TimeStamperOptions options;
    options.policy = oid_of("1.3.6.1.4.1.99999.7.1");
    return options;
  }
  [[nodiscard]] std::shared_ptr<const x509::TimeStamper> stamper(
      const x509::TimeStamperOptions& with = options()) const {
    return need(x509::TimeStamper::make({certificate, signer}, with));
  }
  [[nodiscard]] x509::PathVerifier paths() const {
    return need(x509::PathVerifier::prepare({{root.certificate()}, {}, {}}));
  }

  SmallAuthority root;
  x509::PrivateKey key;
  std::shared_ptr<const x509::Signer> signer;
  x509::Certificate certificate;
};

// A request for the digest of a text.
inline base::Bytes request_for(
    std::string_view text, x509::DigestAlgorithm digest = x509::DigestAlgorithm::kSha256,
    x509::TimeStampRequest::Certificates certificates = x509::TimeStampRequest::Certificates::kIncluded,
    base::ByteView nonce = {}) {
  const auto imprint = x509::digest(digest, base::as_bytes(text));
  return x509::make_time_stamp_request(
      {.digest = digest, .imprint = imprint, .nonce = nonce, .policy = {}, .certificates = certificates});
}

}  // namespace yuxin::test
