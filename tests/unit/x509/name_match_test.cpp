#include "yuxin/x509/name_match.hpp"

#include <doctest/doctest.h>

#include "small_authority.hpp"

using namespace yuxin;
using namespace yuxin::x509;
using test::need;

namespace {

bool equal(std::string_view a, std::string_view b) { return equal_names(need(Name::parse(a)), need(Name::parse(b))); }

// A name with one CommonName of a given string type, as another program may have written it (X.690).
Name common_name(std::uint8_t tag, const base::Bytes& content) {
  const auto size = static_cast<std::uint8_t>(content.size());
  base::Bytes der{0x30, static_cast<std::uint8_t>(size + 11),
                  0x31, static_cast<std::uint8_t>(size + 9),
                  0x30, static_cast<std::uint8_t>(size + 7),
                  0x06, 0x03,
                  0x55, 0x04,
                  0x03, tag,
                  size};
  der.insert(der.end(), content.begin(), content.end());
  return need(Name::from_der(der));
}

}  // namespace

TEST_CASE("names are equal without regard to capitals, blanks and string types (RFC 5280 section 7.1)") {
  CHECK(equal("C=CN, O=Test City, CN=officer-14", "C=CN, O=TEST CITY, CN=Officer-14"));
  CHECK(equal("C=CN, CN=officer 14", "C=CN, CN=officer   14"));
  CHECK(equal("C=CN, CN=officer 14", "C=CN, CN=\\ officer 14\\ "));
  CHECK(equal("CN=Élodie Ångström", "CN=éLODIE åNGSTRÖM"));
  CHECK(equal("CN=ΣΟΦΊΑΣ", "CN=σοφίας"));
  CHECK(equal("CN=ИВАН ЁЖ", "CN=иван ёж"));
  CHECK(equal("CN=Straße", "CN=STRASSE"));
  CHECK(equal("CN=Wei+serialNumber=7", "serialNumber=7+CN=WEI"));
  CHECK(equal("CN=Jos\u00e9", "CN=Jose\u0301"));       // composed and decomposed
  CHECK(equal("CN=\u1112\u1161\u11ab", "CN=\ud55c"));  // jamo and the syllable of them
  CHECK(equal("CN=Ｗｅｉ ①", "CN=wei 1"));             // compatible forms
  CHECK(equal("CN=\u13a0\u13b3", "CN=\uab70\uab83"));  // Cherokee has capitals too
  const auto printable = common_name(0x13, base::to_bytes(base::as_bytes("Wei")));
  CHECK(equal_names(printable, common_name(0x0c, base::to_bytes(base::as_bytes("Wei")))));
  CHECK(equal_names(printable, common_name(0x1e, {0x00, 'W', 0x00, 'e', 0x00, 'i'})));
}

TEST_CASE("what cannot be seen does not make another person") {
  for (const char* hidden : {"\xc2\xad", "\xe2\x80\x8b", "\xe2\x80\x8d", "\xe2\x80\x8e", "\xe2\x81\xa0",
                             "\xef\xbb\xbf", "\xef\xb8\x8f", "\xf3\xa0\x84\x80", "\xe3\x85\xa4"}) {
    CHECK(comparable_text(std::string("wei") + hidden) == "wei");
    CHECK(comparable_text(std::string("王") + hidden + "伟") == "王伟");
  }
  CHECK(comparable_text("\xef\xbc\xb7\xef\xbd\x85\xef\xbd\x89") == "wei");  // full-width Ｗｅｉ
  CHECK(comparable_text("王\xe3\x80\x80伟") == comparable_text("王 伟"));   // ideographic space
  CHECK(comparable_text("a\xc2\xa0"
                        "b") == "a b");
}

TEST_CASE("different names stay different") {
  CHECK_FALSE(equal("CN=officer-14", "CN=officer-15"));
  CHECK_FALSE(equal("CN=officer 14", "CN=officer14"));
  CHECK_FALSE(equal("C=CN, CN=a", "CN=a, C=CN"));
  CHECK_FALSE(equal("CN=a", "O=a"));
  CHECK_FALSE(equal("CN=a, CN=b", "CN=a+CN=b"));
  CHECK_FALSE(equal("CN=王伟", "CN=王薇"));
  CHECK_FALSE(equal("CN=Jose", "CN=Jos\u00e9"));
  CHECK(comparable_text("\xff\xfe") == "\xff\xfe");
}
