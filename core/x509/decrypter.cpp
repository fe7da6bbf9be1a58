#include "yuxin/x509/decrypter.hpp"

#include <algorithm>
#include <array>

#include "cms/key_transport.hpp"
#include "key_impl.hpp"

namespace yuxin::x509 {

using base::Bytes;
using base::ByteView;
using base::Code;
using base::fail_with;
using base::Result;
using base::Secret;

namespace {

// MGF1 (RFC 8017 appendix B.2.1) over `input`, added onto `octets`.
Secret unmask(DigestAlgorithm digest, ByteView input, ByteView octets) {
  Secret plain(octets);
  std::size_t at = 0;
  for (std::uint32_t counter = 0; at < octets.size(); ++counter) {
    const std::array<std::uint8_t, 4> number{
        static_cast<std::uint8_t>(counter >> 24U), static_cast<std::uint8_t>(counter >> 16U),
        static_cast<std::uint8_t>(counter >> 8U), static_cast<std::uint8_t>(counter)};
    DigestValue mask = digest_parts(digest, {input, number});
    const std::size_t count = std::min(mask.size, octets.size() - at);
    for (std::size_t i = 0; i < count; ++i) plain.data()[at + i] ^= mask.octets[i];
    OPENSSL_cleanse(mask.octets.data(), mask.octets.size());
    at += count;
  }
  return plain;
}

}  // namespace

Result<Bytes> encrypt_to(const PublicKey& key, const KeyEncryption& how, ByteView secret) {
  auto encrypted = cms::wrap(key, how, secret);
  const auto said = take_openssl_error();
  if (encrypted) return std::move(*encrypted);
  return fail_with(Code::kUsage, said, "Nothing of {} octets can be encrypted to a key of kind {} in this way.",
                   secret.size(), print_key_kind(key.kind()));
}

// EM = 0x00 || maskedSeed || maskedDB, DB = lHash || PS || 0x01 || M. The length of M is known, so that every octet
// has its place and the check has no branch.
std::optional<Secret> remove_oaep(const KeyEncryption& how, ByteView block, std::size_t octets) {
  const DigestValue label = digest_parts(how.digest, {});
  if (block.size() < 2 * label.size + 2 + octets) return std::nullopt;
  const ByteView masked_seed = block.subspan(1, label.size);
  const ByteView masked = block.subspan(1 + label.size);
  const Secret seed = unmask(how.mask_digest, masked, masked_seed);
  const Secret data = unmask(how.mask_digest, seed.view(), masked);
  const ByteView db = data.view();
  const std::size_t start = db.size() - octets;
  unsigned wrong = block[0] | (db[start - 1] ^ 1U);
  for (std::size_t i = 0; i < label.size; ++i) wrong |= db[i] ^ label.octets[i];
  for (std::size_t i = label.size; i + 1 < start; ++i) wrong |= db[i];
  if (wrong != 0) return std::nullopt;
  return Secret(db.subspan(start));
}

bool is_on_curve(const PublicKey& key, ByteView point) {
  const KeyType type = key.kind().type;
  if (type != KeyType::kP256 && type != KeyType::kP384 && type != KeyType::kP521) return false;
  const bool good = import_curve_key(curve_of(type), point) != nullptr;
  static_cast<void>(take_openssl_error());
  return good;
}

}  // namespace yuxin::x509
