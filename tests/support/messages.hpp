// Who signs and receives messages in tests of CMS: an authority and persons of every kind of key.
#pragma once

#include <string>
#include <vector>

#include "small_authority.hpp"
#include "yuxin/x509/cms.hpp"

namespace yuxin::test {

// Person has a key and a certificate.
struct Person {
  x509::PrivateKey key;
  x509::Certificate certificate;
  std::shared_ptr<const x509::Signer> signer;
  [[nodiscard]] x509::CmsSigner as_signer() const { return {certificate, signer}; }
};

inline Person make_person(const SmallAuthority& authority, const std::string& subject, const x509::KeyKind& kind,
                          std::uint32_t usage = x509::kDigitalSignature | x509::kNonRepudiation) {
  x509::PrivateKey key = need(x509::PrivateKey::generate(kind));
  auto signer = need(key.signer(x509::default_signature(kind)));
  x509::Certificate certificate = authority.issue(
      subject, key.public_key(),
      {x509::make_basic_constraints(x509::Critical::kYes, {}), x509::make_key_usage(x509::Critical::kYes, usage),
       x509::make_extended_key_usage(x509::Critical::kNo, {base::to_bytes(x509::oid::kEmailProtection)}),
       x509::make_authority_key_identifier(authority.certificate().subject_key_identifier()),
       x509::make_subject_key_identifier(key.public_key().identifier())});
  return {std::move(key), std::move(certificate), std::move(signer)};
}

// kSigningKinds is one key of every kind that signs.
inline const std::vector<x509::KeyKind> kSigningKinds{
    {x509::KeyType::kRsa, 2048},  {x509::KeyType::kRsaPss, 2048}, {x509::KeyType::kP256, 256},
    {x509::KeyType::kP384, 384},  {x509::KeyType::kP521, 521},    {x509::KeyType::kEd25519, 256},
    {x509::KeyType::kEd448, 448}, {x509::KeyType::kSm2, 256},
};

}  // namespace yuxin::test
