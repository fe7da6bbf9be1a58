// The same RSA key as another kind of key, as whoever holds it can make it.
#pragma once

#include <cstdint>

#include "need.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::test {

// 1.2.840.113549.1.1.10
inline constexpr std::uint8_t kRsassaPss[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a};

// pss_twin has the modulus of `rsa` under id-RSASSA-PSS without parameters (RFC 4055 section 3.1).
inline x509::PublicKey pss_twin(const x509::PublicKey& rsa, std::int64_t exponent = 65537) {
  namespace der = x509::der;
  der::Writer numbers;
  const auto both = numbers.open(der::kSequence);
  numbers.unsigned_integer(rsa.rsa_modulus());
  numbers.integer(exponent);
  numbers.close(both);
  der::Writer writer;
  const auto whole = writer.open(der::kSequence);
  const auto identifier = writer.open(der::kSequence);
  writer.oid(kRsassaPss);
  writer.close(identifier);
  writer.bit_string(numbers.view());
  writer.close(whole);
  return need(x509::PublicKey::from_spki(writer.view()));
}

// Likewise of the private key (RFC 5958).
inline x509::PrivateKey pss_twin(const x509::PrivateKey& rsa) {
  namespace der = x509::der;
  const auto info = need(rsa.to_pkcs8());
  der::Reader fields(der::single(info.view(), der::kSequence).value().content);
  const auto version = fields.content(der::kInteger).value();
  static_cast<void>(fields.content(der::kSequence));  // the algorithm
  der::Writer writer;
  const auto whole = writer.open(der::kSequence);
  writer.element(der::kInteger, version);
  const auto identifier = writer.open(der::kSequence);
  writer.oid(kRsassaPss);
  writer.close(identifier);
  writer.raw(fields.rest());
  writer.close(whole);
  return need(x509::PrivateKey::from_pkcs8(writer.view()));
}

}  // namespace yuxin::test
