// The language in which the process speaks: Chinese or English, from one catalogue built into the program.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

namespace yuxin::base {

enum class Language { kEnglish, kChinese };

// set_language chooses the language of every later message. Thread-safe; meant to be called once at start.
void set_language(Language language);
[[nodiscard]] Language language();

// language_named accepts "zh", "en", and locale names such as "zh_CN.UTF-8"; nothing for any other.
[[nodiscard]] std::optional<Language> language_named(std::string_view name);

// tr returns the translation of an English message, or the message itself where there is none. The view
// lives as long as the program. The catalogue is po/zh.po, compiled by msgfmt and linked in, because a
// single binary must speak Chinese on a machine that has no locale installed.
[[nodiscard]] std::string_view tr(const char* msgid);

// translatable marks a literal for the catalogue where it stands apart from the call that prints it, as in a
// table: {translatable("1 day"), ...} and later tr(row.one) or message(row.many, n).
[[nodiscard]] consteval const char* translatable(const char* msgid) { return msgid; }

// message translates an fmt format string and fills it in. A translation whose fields do not fit the
// arguments falls back to the English text rather than failing. Marked for xgettext as `message:1`.
template <typename... Args>
[[nodiscard]] std::string message(const char* msgid, const Args&... args) {
  try {
    return fmt::vformat(fmt::string_view(tr(msgid).data(), tr(msgid).size()), fmt::make_format_args(args...));
  } catch (const fmt::format_error&) {
    return fmt::vformat(msgid, fmt::make_format_args(args...));
  }
}

}  // namespace yuxin::base
