#include "yuxin/keymgmt/ceremony_keys.hpp"

#include "yuxin/x509/extension.hpp"
#include "yuxin/x509/lint.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr int kSealIterations = 600'000;  // PBKDF2 with HMAC-SHA-256, as OWASP advises
constexpr base::Civil kNoEnd{9999, 12, 31, 23, 59, 59};

x509::Name seat_name(const std::string& person, const std::string& ceremony) {
  x509::NameAttribute organisation{base::to_bytes(x509::oid::kOrganizationName), 0, "ceremony " + ceremony, true};
  x509::NameAttribute common{base::to_bytes(x509::oid::kCommonName), 0, person, true};
  return x509::Name::from_attributes({organisation, common});
}

}  // namespace

Result<SeatKey> make_seat_key(const std::string& person, const std::string& ceremony, base::UnixTime now,
                              const base::Secret& passphrase) {
  TRY(const auto key, x509::PrivateKey::generate({x509::KeyType::kP256, 256}));
  const auto algorithm = x509::default_signature(key.public_key().kind());
  TRY(const auto signer, key.signer(algorithm));
  const auto name = seat_name(person, ceremony);
  const std::vector<base::Bytes> extensions = {
      x509::make_basic_constraints(x509::Critical::kYes, {}),
      x509::make_key_usage(x509::Critical::kYes, x509::kDigitalSignature | x509::kNonRepudiation),
      x509::make_subject_key_identifier(key.public_key().identifier())};
  const auto& scheme = x509::scheme(algorithm);
  const auto tbs = x509::make_tbs_certificate({x509::Serial::random(),
                                               scheme.identifier,
                                               name.der(),
                                               now,
                                               *base::from_civil(kNoEnd),
                                               name.der(),
                                               key.public_key().spki(),
                                               {extensions.begin(), extensions.end()}});
  TRY(const auto signature, signer->sign(tbs));
  SeatKey made;
  made.certificate = x509::join_signature(tbs, scheme.identifier, signature);
  TRY(made.sealed_key, key.to_encrypted_pkcs8(passphrase, kSealIterations));
  return made;
}

Result<x509::Digest256> try_certificate(base::ByteView tbs, const x509::KeyKind& kind,
                                        x509::SignatureAlgorithm algorithm, const x509::Certificate* issuer) {
  TRY(const auto key, x509::PrivateKey::generate(kind));
  TRY(const auto signer, key.signer(algorithm));
  TRY(const auto signature, signer->sign(tbs));
  TRY(const auto tried,
      x509::Certificate::from_der(x509::join_signature(tbs, x509::scheme(algorithm).identifier, signature)));
  if (!base::equal(tried.tbs().der, tbs) ||
      !base::equal(tried.tbs().signature_algorithm, tried.signature_algorithm()))
    return fail(Code::kInternal, "The certificate that was tried differs from the one that was prepared.");
  for (const auto& finding : x509::lint(tried, issuer)) {
    if (finding.severity != x509::LintSeverity::kError) continue;
    return fail(Code::kRefused, "The certificate would break the rule {} ({}): {}", finding.rule, finding.source,
                finding.message);
  }
  return x509::sha256(tbs);
}

}  // namespace yuxin::keymgmt
