#include "lint/offenders.hpp"

#include <algorithm>

#include "yuxin/base/language.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::x509 {

namespace {

constexpr std::size_t kLongestShown = 80;

}  // namespace

std::string shown(base::ByteView text) {
  const std::string_view view = base::as_text(text);
  const bool safe = base::is_utf8(view) && !base::has_control_character(view);
  return base::middle_cut(safe ? std::string(view) : base::hex(text), kLongestShown);
}

bool is_text(const NameView& name) {
  return name.kind == GeneralNameKind::kEmail || name.kind == GeneralNameKind::kDns ||
         name.kind == GeneralNameKind::kUri;
}

bool is_clean_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

std::string_view AttributePlace::whose() const { return in_subject ? base::tr("subject") : base::tr("issuer"); }

}  // namespace yuxin::x509
