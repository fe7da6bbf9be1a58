// Texts in a language that a reader asks for, where the process serves readers of both.
#pragma once

#include <optional>
#include <string_view>

#include "yuxin/base/language.hpp"

namespace yuxin::base {

// translated is tr in a language that need not be the process's. The view lives as long as the program.
[[nodiscard]] std::string_view translated(const char* msgid, Language language);

// LanguageScope makes the messages of one thread be in another language for as long as it lives: of a server that
// answers readers of both.
class LanguageScope {
 public:
  explicit LanguageScope(Language language);
  ~LanguageScope();
  LanguageScope(const LanguageScope&) = delete;
  LanguageScope& operator=(const LanguageScope&) = delete;

 private:
  std::optional<Language> before_;
};

// preferred_language is what an Accept-Language field wants (RFC 9110 section 12.5.4): the one of the program's
// languages with the highest weight, the first of equal ones, or `otherwise` where none is named.
[[nodiscard]] Language preferred_language(std::string_view accept_language, Language otherwise);

}  // namespace yuxin::base
