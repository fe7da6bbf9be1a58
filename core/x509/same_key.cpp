#include "yuxin/x509/same_key.hpp"

#include <iterator>
#include <optional>

#include "yuxin/x509/der.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::x509 {

namespace {

using base::ByteView;

// The arc of PKCS #1, 1.2.840.113549.1.1, under which every algorithm of RSA keys is (RFC 8017 appendix C).
constexpr std::uint8_t kPkcs1[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01};

bool is_pkcs1(ByteView algorithm) {
  return algorithm.size() > std::size(kPkcs1) && base::equal(algorithm.first(std::size(kPkcs1)), kPkcs1);
}

// The content octets of the modulus; nothing where the key is of another kind or does not parse.
std::optional<ByteView> rsa_modulus(ByteView spki) {
  const auto whole = der::single(spki, der::kSequence);
  if (!whole) return std::nullopt;
  der::Reader reader(whole->content);
  auto identifier = reader.nested(der::kSequence);
  const auto algorithm = identifier ? identifier->oid() : std::nullopt;
  const auto key_bits = reader.bit_string();
  if (!algorithm || !key_bits || !is_pkcs1(*algorithm)) return std::nullopt;
  const auto key = der::single(*key_bits, der::kSequence);
  return key ? der::Reader(key->content).integer() : std::nullopt;
}

}  // namespace

bool is_same_key(ByteView spki, ByteView other) {
  if (base::equal(spki, other)) return true;
  const auto modulus = rsa_modulus(spki);
  const auto others = rsa_modulus(other);
  return modulus && others && base::equal(*modulus, *others);
}

std::int64_t key_tag(ByteView spki) {
  const auto digest = sha256(rsa_modulus(spki).value_or(spki));
  std::uint64_t tag = 0;
  for (std::size_t i = 0; i < 8; ++i) tag = tag << 8U | digest[i];
  return tag == 0 ? 1 : static_cast<std::int64_t>(tag);
}

}  // namespace yuxin::x509
