// Shapes that several extensions have in common.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "yuxin/x509/der.hpp"

namespace yuxin::x509 {

// whole_sequence reads the single SEQUENCE that a value consists of.
[[nodiscard]] inline std::optional<der::Reader> whole_sequence(base::ByteView value) {
  const auto sequence = der::single(value, der::kSequence);
  if (!sequence) return std::nullopt;
  return der::Reader(sequence->content);
}

// read_list reads SEQUENCE SIZE (1..MAX) OF something.
template <typename T, typename ReadOne>
std::optional<std::vector<T>> read_list(base::ByteView value, ReadOne read_one) {
  auto reader = whole_sequence(value);
  if (!reader || reader->at_end()) return std::nullopt;
  std::vector<T> list;
  while (!reader->at_end()) {
    std::optional<T> one = read_one(*reader);
    if (!one) return std::nullopt;
    list.push_back(std::move(*one));
  }
  return list;
}

// read_named_bits reads the content of a BIT STRING of at most `most` (up to 32) bits; bit n becomes 1 << n. Zeros
// at the end are read, although DER leaves them out.
[[nodiscard]] inline std::optional<std::uint32_t> read_named_bits(base::ByteView content, std::size_t most) {
  if (content.empty() || content.size() > 1 + most / 8) return std::nullopt;
  const unsigned unused = content[0];
  const auto octets = content.subspan(1);
  if (unused > 7 || (octets.empty() && unused != 0)) return std::nullopt;
  if (!octets.empty() && (octets.back() & ((1U << unused) - 1U)) != 0) return std::nullopt;
  std::uint32_t bits = 0;
  for (std::size_t bit = 0; bit < octets.size() * 8; ++bit) {
    if ((octets[bit / 8] & (0x80U >> (bit % 8))) != 0) bits |= 1U << bit;
  }
  return bits;
}

}  // namespace yuxin::x509
