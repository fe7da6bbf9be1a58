#include "rs1024.hpp"

#include <utility>
#include <vector>

namespace yuxin::keymgmt {

namespace {

constexpr std::array<std::uint32_t, 10> kGenerator = {0x00e0e040, 0x01c1c080, 0x03838100, 0x07070200, 0x0e0e0009,
                                                      0x1c0c2412, 0x38086c24, 0x3090fc48, 0x21b1f890, 0x03f3f120};

// One step of the division; constant in time, because the words of a share are secret.
std::uint32_t step(std::uint32_t state, std::uint32_t word) {
  const std::uint32_t top = state >> 20U;
  state = ((state & 0xfffffU) << 10U) ^ word;
  for (unsigned bit = 0; bit < kGenerator.size(); ++bit) state ^= kGenerator[bit] & (0U - ((top >> bit) & 1U));
  return state;
}

std::uint32_t remainder_of(std::string_view customization, std::span<const std::uint16_t> words) {
  std::uint32_t state = 1;
  for (const char c : customization) state = step(state, static_cast<unsigned char>(c));
  for (const auto word : words) state = step(state, word);
  return state;
}

// The code is linear: what a change of one word does to the remainder depends on the change and its place alone.
std::uint32_t effect_of(std::uint32_t change, std::size_t words_after) {
  std::uint32_t state = change;
  for (std::size_t i = 0; i < words_after; ++i) state = step(state, 0);
  return state;
}

bool explains(std::uint32_t wanted, std::size_t words_after) {
  std::array<std::uint32_t, 10> basis{};
  for (unsigned bit = 0; bit < basis.size(); ++bit) basis[bit] = effect_of(1U << bit, words_after);
  for (std::uint32_t change = 1; change < 1024; ++change) {
    std::uint32_t sum = 0;
    for (unsigned bit = 0; bit < basis.size(); ++bit) sum ^= basis[bit] & (0U - ((change >> bit) & 1U));
    if (sum == wanted) return true;
  }
  return false;
}

}  // namespace

std::array<std::uint16_t, kChecksumWords> rs1024_checksum(std::string_view customization,
                                                          std::span<const std::uint16_t> words) {
  std::uint32_t state = remainder_of(customization, words);
  for (std::size_t i = 0; i < kChecksumWords; ++i) state = step(state, 0);
  state ^= 1U;
  std::array<std::uint16_t, kChecksumWords> checksum{};
  for (std::size_t i = 0; i < kChecksumWords; ++i)
    checksum[i] = static_cast<std::uint16_t>((state >> (10U * (kChecksumWords - 1 - i))) & 1023U);
  return checksum;
}

bool rs1024_is_right(std::string_view customization, std::span<const std::uint16_t> words) {
  return remainder_of(customization, words) == 1;
}

std::optional<Slip> find_slip(std::string_view customization, std::span<const std::uint16_t> words) {
  const std::uint32_t wanted = remainder_of(customization, words) ^ 1U;
  std::vector<Slip> found;
  for (std::size_t at = 0; at < words.size(); ++at) {
    const std::size_t after = words.size() - 1 - at;
    if (explains(wanted, after)) found.push_back({Slip::Kind::kWrongWord, at});
    if (after == 0) continue;
    const auto change = static_cast<std::uint32_t>(words[at] ^ words[at + 1]);
    if (change != 0 && (effect_of(change, after) ^ effect_of(change, after - 1)) == wanted)
      found.push_back({Slip::Kind::kExchanged, at});
  }
  if (found.size() != 1) return std::nullopt;
  return found.front();
}

}  // namespace yuxin::keymgmt
