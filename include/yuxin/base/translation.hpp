// Texts in a language that a reader asks for, where the process serves readers of both.
#pragma once

#include <deque>
#include <optional>
#include <string>
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

// BothLanguages makes the messages of one thread be English for as long as it lives, and remembers which they were,
// so that one of them can be kept for readers of both languages: what is written into a database outlives the
// language that the process spoke. Not more than one at a time in a thread; a LanguageScope inside it would hide what
// is said.
class BothLanguages {
 public:
  BothLanguages();
  ~BothLanguages();
  BothLanguages(const BothLanguages&) = delete;
  BothLanguages& operator=(const BothLanguages&) = delete;

  // in gives a message of this thread in a language; arguments that are messages themselves as well. A text that is
  // none, or was made too long ago, stays as it is.
  [[nodiscard]] std::string in(Language language, std::string_view english) const;

 private:
  friend std::string_view tr(const char* msgid);
  void remember(std::string_view msgid);
  LanguageScope scope_;
  std::deque<std::string> said_;  // msgids, the latest last
};

// preferred_language is what an Accept-Language field wants (RFC 9110 section 12.5.4): the one of the program's
// languages with the highest weight, the first of equal ones, or `otherwise` where none is named.
[[nodiscard]] Language preferred_language(std::string_view accept_language, Language otherwise);

}  // namespace yuxin::base
