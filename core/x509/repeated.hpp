// What stands in a list more than once, though the standards want it there once.
#pragma once

#include <optional>
#include <vector>

#include "yuxin/base/bytes.hpp"

namespace yuxin::x509 {

// repeated gives one of the octet strings that stand in a list more than once; nothing where there is none. It sorts,
// because strangers write such lists, as long as they like.
[[nodiscard]] std::optional<base::ByteView> repeated(std::vector<base::ByteView> list);

// repeated of the members of a list: the extensions of a certificate by their identifiers.
template <typename List, typename Member>
[[nodiscard]] std::optional<base::ByteView> repeated(const List& list, Member member) {
  if (list.size() < 2) return std::nullopt;
  std::vector<base::ByteView> views;
  views.reserve(list.size());
  for (const auto& one : list) views.push_back(one.*member);
  return repeated(std::move(views));
}

}  // namespace yuxin::x509
