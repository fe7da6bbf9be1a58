#include "yuxin/base/short_name.hpp"

#include <algorithm>

namespace yuxin::base {

namespace {

constexpr std::size_t kLongest = 32;

bool fits(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }

}  // namespace

bool is_short_name(std::string_view text) {
  return !text.empty() && text.size() <= kLongest && text.front() != '-' && std::ranges::all_of(text, fits);
}

}  // namespace yuxin::base
