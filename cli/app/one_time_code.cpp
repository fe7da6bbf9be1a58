#include "one_time_code.hpp"

#include <algorithm>
#include <array>

#include "yuxin/x509/digest.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::Result;
using base::Secret;

namespace {

constexpr std::string_view kLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::string_view kDomain = "yuxin one-time code 1\n";
constexpr std::size_t kGroup = 4;
// PrivateKeyInfo of an Ed25519 key (RFC 8410 section 7), up to its 32 octets.
constexpr std::array<std::uint8_t, 16> kEd25519Head = {0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
                                                       0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};

// times_alpha multiplies by the primitive element of GF(32) = GF(2)[x] / (x^5 + x^2 + 1).
constexpr unsigned times_alpha(unsigned value) { return ((value << 1U) ^ ((value & 16U) != 0 ? 0x25U : 0U)) & 31U; }

// The remainder of a code as a word of a Reed-Solomon code with one check character: nothing for a good one. Its
// weights are the powers of alpha, all different for 31 neighbours, so that no single error and no exchange of two
// neighbours leaves it as it was.
unsigned remainder_of(base::ByteView letters) {
  unsigned remainder = 0;
  for (const auto letter : letters)
    remainder = times_alpha(remainder) ^ static_cast<unsigned>(kLetters.find(static_cast<char>(letter)));
  return remainder;
}

char meant(char typed) {
  const char upper = typed >= 'a' && typed <= 'z' ? static_cast<char>(typed - 'a' + 'A') : typed;
  if (upper == 'O') return '0';
  return upper == 'I' || upper == 'L' ? '1' : upper;
}

}  // namespace

Secret make_one_time_code() {
  Secret code(kCodeLetters);
  base::random_bytes({code.data(), code.size()});
  for (std::size_t i = 0; i < code.size(); ++i)
    code.data()[i] = static_cast<std::uint8_t>(kLetters[code.data()[i] & 31U]);
  auto& check = code.data()[kCodeLetters - 1];
  check = static_cast<std::uint8_t>(kLetters[0]);
  check = static_cast<std::uint8_t>(kLetters[remainder_of(code.view())]);
  return code;
}

Result<Secret> parse_one_time_code(const Secret& typed) {
  Secret code(kCodeLetters);
  std::size_t size = 0;
  for (const char c : typed.text()) {
    if (c == ' ' || c == '-' || c == '\t' || c == '\r') continue;
    const char letter = meant(c);
    if (kLetters.find(letter) == std::string_view::npos)
      return fail(Code::kUsage, "No code has the character \"{}\". It has 8 groups of 4 letters and digits.",
                  std::string(1, c >= ' ' && c <= '~' ? c : '?'));
    if (size < kCodeLetters) code.data()[size] = static_cast<std::uint8_t>(letter);
    ++size;
  }
  if (size != kCodeLetters)
    return fail(Code::kUsage, "A code has {} letters and digits, and this has {}.", kCodeLetters, size);
  if (remainder_of(code.view()) != 0)
    return fail(Code::kUsage, "This code cannot be right: a character was mistyped. Compare it and type it again.");
  return code;
}

Secret print_one_time_code(const Secret& code) {
  Secret text(code.size() + (code.size() - 1) / kGroup);
  std::size_t at = 0;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (i > 0 && i % kGroup == 0) text.data()[at++] = '-';
    text.data()[at++] = code.view()[i];
  }
  return text;
}

std::string locator_of(const Secret& code) { return std::string(code.text().substr(0, kLocatorLetters)); }

Result<x509::PrivateKey> code_key_of(const Secret& code) {
  auto seed = x509::sha256(base::as_bytes(kDomain), code.view());
  Secret key(kEd25519Head.size() + seed.size());
  std::ranges::copy(kEd25519Head, key.data());
  std::ranges::copy(seed, key.data() + kEd25519Head.size());
  seed.fill(0);
  return x509::PrivateKey::from_pkcs8(key.view());
}

}  // namespace yuxin::cli
