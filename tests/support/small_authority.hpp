// An authority in a few lines, for tests that need certificates and no policy.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "need.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/extension.hpp"
#include "yuxin/x509/key.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::test {

// foreign_name makes a name that this program would not: somebody else's authority may have put unseen characters
// (U+200B here) into it.
inline x509::Name foreign_name(std::string text) {
  const std::string unseen = "\xe2\x80\x8b";
  const std::string mark = "~~~";
  for (auto at = text.find(unseen); at != std::string::npos; at = text.find(unseen))
    text.replace(at, unseen.size(), mark);
  auto attributes = need(x509::Name::parse(text)).attributes();
  for (auto& attribute : attributes) {
    for (auto at = attribute.value.find(mark); at != std::string::npos; at = attribute.value.find(mark))
      attribute.value.replace(at, mark.size(), unseen);
  }
  return x509::Name::from_attributes(std::move(attributes));
}

struct Span {
  base::UnixTime not_before;
  base::UnixTime not_after;
};
// The years 2020 to 2049: valid today and at every time that the tests use.
inline constexpr Span kLong{{1577836800}, {2524607999}};

// SmallAuthority holds a key and its certificate.
class SmallAuthority {
 public:
  SmallAuthority(const std::string& name, const x509::KeyKind& kind) : SmallAuthority(name, kind, nullptr) {}
  SmallAuthority(const std::string& name, const x509::KeyKind& kind, const SmallAuthority& parent)
      : SmallAuthority(name, kind, &parent) {}

  [[nodiscard]] const x509::Certificate& certificate() const { return *certificate_; }
  [[nodiscard]] std::shared_ptr<const x509::Signer> signer() const { return signer_; }
  [[nodiscard]] const x509::PrivateKey& key() const { return key_; }

  // issue signs a certificate for any key with the extensions given.
  [[nodiscard]] x509::Certificate issue(const std::string& subject, const x509::PublicKey& key,
                                        const std::vector<base::Bytes>& extensions, const Span& span = kLong) const {
    const std::vector<base::ByteView> views(extensions.begin(), extensions.end());
    const x509::Name name = foreign_name(subject);
    const base::Bytes tbs =
        x509::make_tbs_certificate({x509::Serial::random(), x509::scheme(signer_->algorithm()).identifier,
                                    subject_.der(), span.not_before, span.not_after, name.der(), key.spki(), views});
    const base::Bytes signature = need(signer_->sign(tbs));
    return need(x509::Certificate::from_der(
        x509::join_signature(tbs, x509::scheme(signer_->algorithm()).identifier, signature)));
  }

  // responder makes a delegated OCSP responder of its own key.
  struct Delegate {
    x509::PrivateKey key;
    x509::Certificate certificate;
    std::shared_ptr<const x509::Signer> signer;
  };
  [[nodiscard]] Delegate responder(const std::string& subject, const x509::KeyKind& kind,
                                   const Span& span = kLong) const {
    x509::PrivateKey key = need(x509::PrivateKey::generate(kind));
    auto signer = need(key.signer(x509::default_signature(kind)));
    x509::Certificate certificate =
        issue(subject, key.public_key(),
              {x509::make_key_usage(x509::Critical::kYes, x509::kDigitalSignature),
               x509::make_extended_key_usage(x509::Critical::kNo, {base::to_bytes(x509::oid::kOcspSigning)}),
               x509::make_ocsp_no_check()},
              span);
    return {std::move(key), std::move(certificate), std::move(signer)};
  }

 private:
  SmallAuthority(const std::string& name, const x509::KeyKind& kind, const SmallAuthority* parent)
      : key_(need(x509::PrivateKey::generate(kind))),
        signer_(need(key_.signer(x509::default_signature(kind)))),
        subject_(need(x509::Name::parse(name))) {
    const SmallAuthority& issuer = parent == nullptr ? *this : *parent;
    certificate_ = issuer.issue(name, key_.public_key(),
                                {x509::make_basic_constraints(x509::Critical::kYes, {true, {}}),
                                 x509::make_key_usage(x509::Critical::kYes, x509::kKeyCertSign | x509::kCrlSign),
                                 x509::make_subject_key_identifier(key_.public_key().identifier())});
  }

  x509::PrivateKey key_;
  std::shared_ptr<const x509::Signer> signer_;
  x509::Name subject_;
  std::optional<x509::Certificate> certificate_;
};

}  // namespace yuxin::test
