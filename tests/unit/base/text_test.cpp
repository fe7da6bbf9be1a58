#include "yuxin/base/text.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace yuxin::base;

namespace {

std::string words_of(std::string_view hexadecimal) { return join(digest_words(from_hex(hexadecimal).value()), " "); }

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("UTF-8 is the shortest form of characters that exist") {
  for (const char* good : {"", "abc", "é", "渝信", "𠀀", "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF", "\xEE\x80\x80"}) {
    CHECK_MESSAGE(is_utf8(good), good);
  }
  CHECK(is_utf8(std::string_view("\0", 1)));
  // RFC 3629 sections 3, 4 and 10: overlong forms, surrogates, beyond U+10FFFF, cut off, stray continuation.
  for (const char* bad :
       {"\xC0\x80", "\xC1\xBF", "\xE0\x80\xAF", "\xE0\x9F\xBF", "\xF0\x80\x80\xAF", "\xF0\x8F\xBF\xBF",
        "\xED\xA0\x80", "\xED\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xFE", "\x80", "\xBF",
        "\xC3", "\xE6\xB8", "\xF0\xA0\x80", "a\xC3z", "\xE6\x41\x9D"}) {
    CHECK_FALSE(is_utf8(bad));
  }
}

TEST_CASE("characters that lie on a screen are seen") {
  for (const char* bad :
       {"a\nb", "\x7F", "\x1B[31m", "\xC2\x85", "\xE2\x80\xAE", "x\xE2\x80\xAA", "\xE2\x81\xA6", "\xE2\x81\xA9"}) {
    CHECK(has_control_character(bad));
  }
  CHECK(has_control_character(std::string_view("a\0b", 3)));
  for (const char* good :
       {"", "portal.city.example", "重庆市数字证书中心", "\xC2\xA0", "\xE2\x80\xAF", "\xE2\x81\xA5"}) {
    CHECK_FALSE(has_control_character(good));
  }
}

TEST_CASE("marks in a row are counted, in every script") {
  CHECK(most_marks("") == 0);
  CHECK(most_marks("Zürich 重庆") == 0);
  CHECK(most_marks("e\u0301x\u0301\u0302\u0303y\u0301") == 3);
  CHECK(most_marks("\u05D1\u05BC\u05B8") == 2);     // Hebrew: dagesh and qamats
  CHECK(most_marks("\u0E17\u0E35\u0E48") == 2);     // Thai: sara ii and mai ek
  CHECK(most_marks("a\u20DD") == 1);                // an enclosing circle (Me)
  CHECK(most_marks("a\U0001D167\U0001D168") == 2);  // musical marks beyond the first plane
}

TEST_CASE("characters that nobody sees are found") {
  // general categories of UnicodeData.txt: Zs, Cf, Zl, Zp, Co, Cn
  for (const char* bad :
       {"a\xC2\xA0z",   "a\xC2\xADz",   "\xE2\x80\x8B",     "\xE2\x80\x8D",     "\xE2\x80\x8E", "\xE2\x80\xA8",
        "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\xA0",     "\xE3\x80\x80",     "\xEE\x80\x80", "\xEF\xBB\xBF",
        "\xEF\xBF\xBF", "\xD8\x9C",     "\xF3\xA0\x80\x81", "\xF3\xB0\x80\x80", "\xE2\x80\xAE", "a\nb",
        "\u2800",       "\u0378",       "\u3164",           "\u115F",           "\u1160",       "\uFFA0",
        "\uFDD0",       "\U0001FFFE",   "\U0003FFFD",       "\U000E0FFF"}) {
    CAPTURE(bad);
    CHECK(has_unseen_character(bad));
  }
  for (const char* good :
       {"", "Test City", "重庆市数字证书中心", "Zürich", "Ωμέγα", "\xF0\xA0\x80\x80", "北京（东）·", "\u2801",
        // the last ideographs of extensions H, I and J (Blocks.txt of Unicode 15, 15.1 and 17)
        "\U000323AF", "\U0002EE5D", "\U00033479"})
    CHECK_FALSE(has_unseen_character(good));
  CHECK(show_unseen("a\x1b[2J\n\xE2\x80\xAEz") == "a\\u001b[2J\\u000a\\u202ez");
  CHECK(show_unseen(std::string_view("\0\xff", 2)) == "\\u0000\xEF\xBF\xBD");
  CHECK(show_unseen("重庆市 Zürich") == "重庆市 Zürich");
  CHECK(show_unseen("a\u0378\u2800") == "a\\u0378\\u2800");
  for (const char* bad : {" a", "a ", "a  b", " "}) CHECK(has_stray_blank(bad));
  for (const char* good : {"", "a", "a b c"}) CHECK_FALSE(has_stray_blank(good));
}

TEST_CASE("characters and columns are counted") {
  CHECK(code_points("渝信 Yuxin") == 8);
  CHECK(columns("渝信 Yuxin") == 10);
  CHECK(columns("，（）") == 6);
  CHECK(columns("ｱ") == 1);          // U+FF71 is halfwidth
  CHECK(columns("e\xCC\x81") == 1);  // e and a combining acute accent
  CHECK(columns("…–é") == 3);
  CHECK(columns("𠀀") == 2);
  CHECK(columns("") == 0);
  CHECK(code_points("\xFF\xFE") == 2);
}

TEST_CASE("text is trimmed, split, joined and lowered") {
  CHECK(trim(" \t a b \r\n") == "a b");
  CHECK(trim(" \n").empty());
  CHECK(lower("AbZ-ÄÖ") == "abz-ÄÖ");
  CHECK(split("a,b,,c", ',') == std::vector<std::string_view>{"a", "b", "", "c"});
  CHECK(split("", ',') == std::vector<std::string_view>{""});
  CHECK(split(",", ',') == std::vector<std::string_view>{"", ""});
  CHECK(join(Names{"a", "b", "c"}, ", ") == "a, b, c");
  CHECK(join(Names{"a"}, ", ") == "a");
  CHECK(join(Names{}, ", ").empty());
}

TEST_CASE("a slip of the fingers finds the word that was meant") {
  const Names verbs{"issue", "list", "show", "search", "revoke", "hold", "release", "renew"};
  CHECK(nearest("isue", verbs) == "issue");     // left out
  CHECK(nearest("issuee", verbs) == "issue");   // doubled
  CHECK(nearest("reovke", verbs) == "revoke");  // swapped
  CHECK(nearest("rewoke", verbs) == "revoke");  // replaced
  CHECK(nearest("LIST", verbs) == "list");
  CHECK(nearest("shwo", verbs) == "show");
  CHECK(nearest("list", verbs) == "list");
  for (const char* other : {"", "banana", "x", "delete", "certificate"})
    CHECK_FALSE(nearest(other, verbs).has_value());
  CHECK_FALSE(nearest("list", {}).has_value());
  CHECK_FALSE(nearest(std::string(100000, 'a'), verbs).has_value());
}

TEST_CASE("long names are cut in the middle to the width asked for") {
  CHECK(middle_cut("short", 10) == "short");
  CHECK(middle_cut("portal.city.example", 9) == "port…mple");
  CHECK(middle_cut("abc", 0).empty());
  CHECK(middle_cut("abc", 1) == "…");
  CHECK(middle_cut("重庆市数字证书中心", 9) == "重庆…中心");
  for (const std::string text :
       {"portal.city.example", "重庆市数字证书中心", "a重b庆c市d数e字", "e\xCC\x81g\xCC\x81h\xCC\x81"}) {
    for (std::size_t width = 0; width < 25; ++width) {
      const std::string cut = middle_cut(text, width);
      CHECK(columns(cut) <= width);
      CHECK(is_utf8(cut));
      if (columns(text) > width && width > 2) CHECK(columns(cut) + 2 >= width);
    }
  }
}

// The list's first article and its worked examples: a PGPfone fingerprint, and 9030e74b.
TEST_CASE("digests are read aloud in the words of the PGP word list") {
  CHECK(words_of("E58294F2E9A227486E8B061B31CC528FD7FA3F19") ==
        "topmost Istanbul Pluto vagabond treadmill Pacific brackish dictator goldfish Medusa afflict bravado chatter "
        "revolver Dupont midsummer stopwatch whimsical cowbell bottomless");
  CHECK(words_of("9030e74b") == "peachy commando transit disable");
  CHECK(words_of("0000FFFF") == "aardvark adroitness Zulu Yucatan");
  CHECK(digest_words({}).empty());
}

TEST_CASE("no two octets share a word") {
  Names words;
  for (unsigned octet = 0; octet < 256; ++octet) {
    const auto both = static_cast<std::uint8_t>(octet);
    for (std::string& word : digest_words(Bytes{both, both})) words.push_back(lower(word));
  }
  std::sort(words.begin(), words.end());
  CHECK(words.size() == 512);
  CHECK(std::adjacent_find(words.begin(), words.end()) == words.end());
}
