#include <algorithm>

#include "yuxin/x509/digest.hpp"

namespace yuxin::x509 {

using base::Bytes;
using base::ByteView;

namespace {

// The block of the compression function (FIPS 180-4 section 1, GM/T 0004 section 4).
std::size_t block_size(DigestAlgorithm algorithm) {
  return algorithm == DigestAlgorithm::kSha384 || algorithm == DigestAlgorithm::kSha512 ? 128 : 64;
}

Bytes padded(ByteView key, std::size_t size, std::uint8_t pad) {
  Bytes block(size, 0);
  std::ranges::copy(key, block.begin());
  for (auto& octet : block) octet = static_cast<std::uint8_t>(octet ^ pad);
  return block;
}

}  // namespace

Bytes hmac(DigestAlgorithm algorithm, ByteView key, ByteView data) {
  constexpr std::uint8_t kInner = 0x36;
  constexpr std::uint8_t kOuter = 0x5c;
  const std::size_t size = block_size(algorithm);
  const Bytes shortened = key.size() > size ? digest(algorithm, key) : base::to_bytes(key);
  Bytes inner = padded(shortened, size, kInner);
  base::append(inner, data);
  Bytes outer = padded(shortened, size, kOuter);
  base::append(outer, digest(algorithm, inner));
  return digest(algorithm, outer);
}

}  // namespace yuxin::x509
