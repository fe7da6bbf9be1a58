#include "repeated.hpp"

#include <algorithm>
#include <string_view>

namespace yuxin::x509 {

std::optional<base::ByteView> repeated(std::vector<base::ByteView> list) {
  if (list.size() < 2) return std::nullopt;
  std::ranges::sort(list, {}, base::as_text);
  const auto twice = std::ranges::adjacent_find(list, {}, base::as_text);
  return twice == list.end() ? std::nullopt : std::optional(*twice);
}

}  // namespace yuxin::x509
