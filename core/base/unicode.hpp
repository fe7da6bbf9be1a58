// Properties of characters that neither the language nor fmt knows (Unicode Standard, section 4.5).
#pragma once

#include <algorithm>
#include <span>

namespace yuxin::base {

struct UnicodeRange {
  char32_t first;
  char32_t last;
};

// in_ranges looks a character up in ranges that ascend.
[[nodiscard]] inline bool in_ranges(std::span<const UnicodeRange> ranges, char32_t c) {
  const auto behind = std::ranges::upper_bound(ranges, c, {}, &UnicodeRange::first);
  return behind != ranges.begin() && c <= std::prev(behind)->last;
}

// is_unassigned says whether no character has this code yet, or never will (noncharacters).
[[nodiscard]] bool is_unassigned(char32_t c);
// is_stacked_mark says whether a character stands on, in or around the one before it without a place of its own.
[[nodiscard]] bool is_stacked_mark(char32_t c);

}  // namespace yuxin::base
