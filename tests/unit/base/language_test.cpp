#include "yuxin/base/language.hpp"

#include <doctest/doctest.h>

#include <string>

#include "yuxin/base/translation.hpp"

using namespace yuxin::base;

namespace {

// Spoken restores English, which the other cases expect.
struct Spoken {
  explicit Spoken(Language language) { set_language(language); }
  Spoken(const Spoken&) = delete;
  Spoken& operator=(const Spoken&) = delete;
  ~Spoken() { set_language(Language::kEnglish); }
};

}  // namespace

TEST_CASE("languages are known by their codes and by locale names") {
  CHECK(language_named("zh") == Language::kChinese);
  CHECK(language_named("zh_CN.UTF-8") == Language::kChinese);
  CHECK(language_named("zh-Hans-CN") == Language::kChinese);
  CHECK(language_named("en") == Language::kEnglish);
  CHECK(language_named("en_US.UTF-8@euro") == Language::kEnglish);
  CHECK(language_named("EN_GB") == Language::kEnglish);
  for (const char* other : {"", "C", "POSIX", "C.UTF-8", "de", "zho", "english", "z", "_CN"}) {
    CHECK_FALSE(language_named(other).has_value());
  }
}

TEST_CASE("messages speak the chosen language") {
  CHECK(message("{} days", 27) == "27 days");
  const Spoken chinese(Language::kChinese);
  CHECK(language() == Language::kChinese);
  CHECK(tr("{} days") == "{} 天");
  CHECK(message("{} days", 27) == "27 天");
}

TEST_CASE("a message without a translation stays English") {
  const Spoken chinese(Language::kChinese);
  CHECK(tr("no catalogue has this sentence") == "no catalogue has this sentence");
  CHECK(message("no catalogue has {} of {}", 1, "this") == "no catalogue has 1 of this");
}

TEST_CASE("the header of the catalogue is not the translation of the empty message") {
  const Spoken chinese(Language::kChinese);
  CHECK(tr("").empty());
}

TEST_CASE("a text is had in a language that is not the process's") {
  CHECK(translated("{} days", Language::kChinese) == "{} 天");
  const Spoken chinese(Language::kChinese);
  CHECK(translated("{} days", Language::kEnglish) == "{} days");
}

TEST_CASE("what is kept for readers of both languages is told in either, with the messages that are its arguments") {
  const Spoken chinese(Language::kChinese);
  std::string kept;
  {
    const BothLanguages languages;
    CHECK(language() == Language::kEnglish);
    const auto inner = message("The name {} cannot be resolved. Check the name and the network.", "a, b.example");
    kept = message("{}: {}", "siem, {}", inner);
    CHECK(kept == "siem, {}: The name a, b.example cannot be resolved. Check the name and the network.");
    CHECK(languages.in(Language::kEnglish, kept) == kept);
    CHECK(languages.in(Language::kChinese, kept) == "siem, {}：名称 a, b.example 无法解析。请检查名称和网络。");
    // a translation may say its arguments in another order
    const auto taken = message("{} of {} taken.", 3, 7);
    CHECK(languages.in(Language::kChinese, taken) == "共 7 件，办成 3 件。");
    CHECK(languages.in(Language::kChinese, "nobody said this") == "nobody said this");
  }
  CHECK(language() == Language::kChinese);
  CHECK(message("{} days", 2) == "2 天");
}

TEST_CASE("what was said in another scope, or has no translation, stays as it is") {
  const auto before = message("{} days", 3);
  const BothLanguages languages;
  CHECK(languages.in(Language::kChinese, before) == "3 days");
  const auto unknown = message("no catalogue has {} of {{{}}}", 1, 2);
  CHECK(languages.in(Language::kChinese, unknown) == "no catalogue has 1 of {2}");
  std::string last;
  for (int i = 0; i < 1000; ++i) last = message("{} days", i);
  CHECK(languages.in(Language::kChinese, last) == "999 天");
}

TEST_CASE("of the languages that a reader accepts the weightiest that we speak counts (RFC 9110 section 12.5.4)") {
  for (const char* text :
       {"zh", "zh-CN", "zh-CN,zh;q=0.9,en;q=0.8", "de, zh;q=0.1", "en;q=0.5, zh;q=0.501", "EN;q=0.2,ZH",
        "en;q=0, zh;q=0.001", " zh ; q=1.000 , en;q=0.9", "en;q=2, zh;q=0.1", "en;q=0.5;x=1, zh"}) {
    CHECK_MESSAGE(preferred_language(text, Language::kEnglish) == Language::kChinese, text);
  }
  for (const char* text : {"en", "en-GB, zh;q=0.9", "en, zh", "zh;q=0.8, en-US;q=0.9", "zh;q=x, en;q=0.1"})
    CHECK_MESSAGE(preferred_language(text, Language::kChinese) == Language::kEnglish, text);
  for (const char* text : {"", "de", "*", "zh;q=0", ",,;", "q=1", "zh;q=", "zh;q=1.5"})
    CHECK_MESSAGE(preferred_language(text, Language::kEnglish) == Language::kEnglish, text);
}
