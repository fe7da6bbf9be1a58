#include "yuxin/x509/name.hpp"

#include <doctest/doctest.h>

#include "yuxin/x509/der.hpp"

namespace base = yuxin::base;
namespace x509 = yuxin::x509;
namespace oid = yuxin::x509::oid;
namespace der = yuxin::x509::der;
using x509::Name;

namespace {

std::string der_of(std::string_view text) {
  const auto name = Name::parse(text);
  INFO(std::string(text));
  REQUIRE_MESSAGE(name.has_value(), (name ? "" : name.error().detail));
  return base::hex(name->der());
}

std::string text_of(std::string_view text) {
  const auto name = Name::parse(text);
  INFO(std::string(text));
  REQUIRE_MESSAGE(name.has_value(), (name ? "" : name.error().detail));
  return name->text();
}

std::string refusal(std::string_view text) {
  const auto name = Name::parse(text);
  INFO(std::string(text));
  REQUIRE_FALSE(name.has_value());
  CHECK(name.error().code == base::Code::kMalformed);
  return name.error().detail;
}

bool mentions(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

// A name of one commonName with a value of this type and these octets.
base::Result<Name> with_value(std::uint8_t tag, std::string_view hex) {
  der::Writer writer;
  const auto sequence = writer.open(der::kSequence);
  const auto set = writer.open(der::kSet);
  const auto pair = writer.open(der::kSequence);
  writer.oid(oid::kCommonName);
  writer.element(tag, *base::from_hex(hex));
  writer.close(pair);
  writer.close(set);
  writer.close(sequence);
  return Name::from_der(writer.view());
}

std::string first_of(const base::Result<Name>& name) {
  REQUIRE(name.has_value());
  return std::string(name->first(oid::kCommonName));
}

}  // namespace

// The octets on the right were made by: openssl req -new -utf8 -subj "/C=CN/..."
TEST_CASE("a name is encoded as OpenSSL encodes it") {
  const std::string city =
      "3032310b300906035504061302434e31123010060355040a0c09546573742043697479310f300d06035504030c06706f7274616c";
  CHECK(der_of("C=CN, O=Test City, CN=portal") == city);
  CHECK(der_of("C=CN,O=Test City,CN=portal") == city);
  CHECK(der_of("  c = CN ,  o = Test City , cn = portal  ") == city);
  CHECK(der_of("/C=CN/O=Test City/CN=portal") == city);
  CHECK(der_of("2.5.4.6=CN, OID.2.5.4.10=Test City, commonName=portal") == city);
  CHECK(der_of("C=CN; O=\"Test City\"; CN=portal") == city);
  CHECK(der_of("C=CN, O=重庆数字证书中心, CN=张三") ==
        "3041310b300906035504061302434e3121301f060355040a0c18e9878de5ba86e695b0e5ad97e8af81e4b9a6e4b8ade5bf83310f300d"
        "06035504030c06e5bca0e4b889");
  CHECK(der_of("C=CN, emailAddress=a@b.test, serialNumber=42, CN=x/y") ==
        "3041310b300906035504061302434e3117301506092a864886f70d01090116086140622e74657374310b300906035504051302343231"
        "0c300a06035504030c03782f79");
  CHECK(der_of("CN=a\\, b\\+c") == "3011310f300d06035504030c06612c20622b63");
}

TEST_CASE("the attributes of a multi-valued RDN are sorted as DER wants a SET OF") {
  const std::string expected =
      "304c31143012060a0992268993f22c64011916047465737431173015060a0992268993f22c64011916076578616d706c65311b30080603"
      "5504030c0162300f060a0992268993f22c6401010c0161";
  CHECK(der_of("DC=test, DC=example, CN=b+UID=a") == expected);
  CHECK(der_of("DC=test, DC=example, UID=a + CN=b") == expected);
  CHECK(der_of("/DC=test/DC=example/UID=a+CN=b") == expected);
  CHECK(text_of("UID=a+CN=b") == "CN=b+UID=a");
  const auto name = Name::parse("DC=test, UID=a+CN=b, O=x");
  REQUIRE(name);
  REQUIRE(name->attributes().size() == 4);
  CHECK(name->attributes()[1].starts_rdn);
  CHECK_FALSE(name->attributes()[2].starts_rdn);
  CHECK(name->attributes()[3].starts_rdn);
}

// RFC 4514 section 4 has these values.
TEST_CASE("escapes are read and written (RFC 4514)") {
  CHECK(text_of("CN=James \\\"Jim\\\" Smith\\, III,DC=net") == "CN=James \\\"Jim\\\" Smith\\, III, DC=net");
  CHECK(std::string(Name::parse("CN=James \\\"Jim\\\" Smith\\, III")->first(oid::kCommonName)) ==
        "James \"Jim\" Smith, III");
  CHECK(std::string(Name::parse("CN=Lu\\C4\\8Di\\C4\\87")->first(oid::kCommonName)) == "Lu\xc4\x8di\xc4\x87");
  CHECK(text_of("CN=\\#hash") == "CN=\\#hash");
  CHECK(text_of("CN=\\ a \\ ") == "CN=\\ a \\ ");
  CHECK(text_of("CN=a\\=b=c") == "CN=a=b=c");
  CHECK(text_of("CN=\"a, b+c\"") == "CN=a\\, b\\+c");
  CHECK(text_of("CN=a\\2Cb") == "CN=a\\,b");
  CHECK(text_of("CN=\\\\") == "CN=\\\\");
  CHECK(text_of("CN=#0C0161") == "CN=a");                                            // a UTF8String "a" as its DER
  CHECK(text_of("1.3.6.1.4.1.1466.0=#04024869") == "1.3.6.1.4.1.1466.0=#04024869");  // an OCTET STRING
  CHECK(der_of("1.3.6.1.4.1.1466.0=#04024869") == "30123110300e06082b060104018b3a0004024869");
}

TEST_CASE("what is printed can be read again") {
  for (const std::string_view text : {"C=CN, O=a\\, b\\+c, CN=\\ x \\ ", "CN=\\#1+UID=\\<\\>\\;", "1.2.3=#0500",
                                      "DC=test, DC=example, emailAddress=a@b.test"}) {
    const auto once = Name::parse(text);
    REQUIRE(once);
    const auto again = Name::parse(once->text());
    REQUIRE(again);
    CHECK(again->same(*once));
    CHECK(again->text() == once->text());
  }
}

TEST_CASE("a wrong name is refused with the part that is wrong") {
  CHECK(mentions(refusal("C=CN, ON=Test"), "ON"));
  CHECK(mentions(refusal("commonNane=x"), "commonName"));
  CHECK(mentions(refusal("C=CN, Test"), "Test"));
  CHECK(mentions(refusal("C=CHN"), "CHN"));
  CHECK(mentions(refusal("C=中国"), "中国"));
  CHECK(mentions(refusal("C=C1"), "C1"));
  CHECK(mentions(refusal("C=CN, O="), "O"));
  for (const std::string_view text :
       {"", "   ", "/", ",", "C=CN,", "CN=a\\", "CN=\"a", "CN=\"a\"b", "=x", "C=CN,,O=x", "CN=#zz", "CN=#",
        "CN=#0c0561", "CN=#1e0161", "2=x", "/CN=a/b", "9.9.9=x"}) {
    refusal(text);
  }
}

TEST_CASE("control characters and broken UTF-8 are refused however they are written") {
  for (const std::string_view text : {"CN=a\nb", "CN=a\\0Ab", "CN=a\\00", "CN=\x7f", "CN=\\FF", "CN=\xc3\x28",
                                      "CN=a\xe2\x80\xae"
                                      "b",
                                      "CN=\\E2\\80\\AE", "CN=#0c020a61"}) {
    refusal(text);
  }
}

TEST_CASE("a value goes to UTF8String when its usual type cannot hold it") {
  const auto name = Name::parse("serialNumber=甲1, emailAddress=张@例子.test, DC=a_b");
  REQUIRE(name);
  CHECK(name->attributes()[0].tag == der::kUtf8String);
  CHECK(name->attributes()[1].tag == der::kUtf8String);
  CHECK(name->attributes()[2].tag == der::kIa5String);
}

TEST_CASE("every string type is read into UTF-8") {
  CHECK(first_of(with_value(der::kUtf8String, "e5bca0")) == "张");
  CHECK(first_of(with_value(der::kPrintableString, "6162")) == "ab");
  CHECK(first_of(with_value(der::kIa5String, "6140")) == "a@");
  CHECK(first_of(with_value(der::kNumericString, "3132")) == "12");
  CHECK(first_of(with_value(der::kVisibleString, "7e")) == "~");
  CHECK(first_of(with_value(der::kTeletexString, "61e4ff")) == "a\xc3\xa4\xc3\xbf");  // Latin-1: aäÿ
  CHECK(first_of(with_value(der::kBmpString, "5f200041")) == "张A");
  CHECK(first_of(with_value(der::kBmpString, "d83dde00")) == "\xf0\x9f\x98\x80");  // U+1F600
  CHECK(first_of(with_value(der::kUniversalString, "00005f200001f600")) == "张\xf0\x9f\x98\x80");
  CHECK(first_of(with_value(der::kInteger, "05")) == "#020105");
}

TEST_CASE("octets that do not fit their string type make the name malformed") {
  CHECK_FALSE(with_value(der::kUtf8String, "ff").has_value());
  CHECK_FALSE(with_value(der::kUtf8String, "c080").has_value());  // overlong
  CHECK_FALSE(with_value(der::kPrintableString, "ff").has_value());
  CHECK_FALSE(with_value(der::kBmpString, "41").has_value());
  CHECK_FALSE(with_value(der::kBmpString, "d83d0041").has_value());
  CHECK_FALSE(with_value(der::kBmpString, "de00").has_value());
  CHECK_FALSE(with_value(der::kBmpString, "d83d").has_value());
  CHECK_FALSE(with_value(der::kUniversalString, "00110000").has_value());
  CHECK_FALSE(with_value(der::kUniversalString, "0000d800").has_value());
  CHECK_FALSE(with_value(der::kUniversalString, "000041").has_value());
}

TEST_CASE("only one well-formed Name is read from DER") {
  const auto good = *base::from_hex("3011310f300d06035504030c06612c20622b63");
  REQUIRE(Name::from_der(good));
  for (std::size_t size = 0; size < good.size(); ++size) {
    CHECK_FALSE(Name::from_der(base::ByteView(good).first(size)).has_value());
  }
  for (const std::string_view hex : {
           "",                                          // nothing
           "3011310f300d06035504030c06612c20622b6300",  // something after it
           "30023100",                                  // an empty RDN
           "3106300406035504",                          // cut short
           "300c310a300806035504030c0161"
           "0500",                              // octets after the RDN sequence
           "300e310c300a06035504030c01610500",  // something after the value
           "300b3109300706035504030c0161",      // wrong length inside
           "300d310b3009060355840303"
           "0c0161",  // not minimal arcs
       }) {
    INFO(std::string(hex));
    CHECK_FALSE(Name::from_der(*base::from_hex(hex)).has_value());
  }
}

TEST_CASE("characters that lie on a screen are printed as their octets") {
  const auto name = with_value(der::kUtf8String, "610a62e280ae63");  // a, line feed, b, right-to-left override, c
  REQUIRE(name);
  CHECK(name->text() == "CN=a\\0Ab\\E2\\80\\AEc");
}

TEST_CASE("an empty name is an empty sequence") {
  const Name name;
  CHECK(base::hex(name.der()) == "3000");
  CHECK(name.empty());
  CHECK(name.text().empty());
  CHECK(name.first(oid::kCommonName).empty());
  CHECK(Name::from_der(name.der())->same(name));
  CHECK(Name::from_attributes({}).same(name));
}

TEST_CASE("a string that looks like hexadecimal DER stays a string") {
  const auto name = with_value(der::kUtf8String, "2330353030");  // "#0500"
  REQUIRE(name);
  CHECK(name->text() == "CN=\\#0500");
  CHECK(Name::from_attributes(name->attributes()).same(*name));
  const auto null_value = with_value(der::kNull, "");
  REQUIRE(null_value);
  CHECK(null_value->text() == "CN=#0500");
  CHECK(Name::from_attributes(null_value->attributes()).same(*null_value));
}

TEST_CASE("keywords and attribute types belong together") {
  for (const std::string_view keyword : {"CN", "C", "ST", "L", "O", "OU", "SN", "GN", "street", "title", "UID", "DC",
                                         "emailAddress", "serialNumber", "organizationIdentifier", "postalCode"}) {
    const auto type = x509::attribute_by_keyword(keyword);
    REQUIRE(type);
    CHECK(x509::attribute_keyword(*type) == keyword);
  }
  CHECK(x509::attribute_by_keyword("E") == x509::attribute_by_keyword("emailaddress"));
  CHECK(x509::attribute_keyword(*base::from_hex("2a0304")) == "1.2.3.4");
  CHECK_FALSE(x509::attribute_by_keyword("nonsense").has_value());
}

TEST_CASE("full-width marks between the attributes are named, and belong to a value where no attribute follows") {
  for (const char* text :
       {"C=CN，O=示例市，CN=王五", "CN=王五，O=示例市", "CN=王五； O = 示例市", "C＝CN, CN＝王五", "CN=甲，CN＝乙"}) {
    CAPTURE(text);
    const auto name = Name::parse(text);
    REQUIRE(!name);
    CHECK(name.error().detail.find("full-width") != std::string::npos);
  }
  const auto name = Name::parse("C=CN, CN=甲，乙=丙");
  REQUIRE(name);
  CHECK(name->text() == "C=CN, CN=甲，乙=丙");
}

TEST_CASE("a slash form without its first slash is told apart from a country") {
  const auto name = Name::parse("C=CN/O=Test City/CN=x");
  REQUIRE(!name);
  CHECK(name.error().detail.find("begin it with a slash") != std::string::npos);
}
