#include <doctest/doctest.h>

#include <sstream>
#include <string>

#include "yuxin/base/bytes.hpp"

using namespace yuxin::base;

namespace {

// The public key of RFC 8410 section 10.1; its DER by `openssl pkey -pubin -outform DER`.
constexpr const char* kPublicKey =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
    "-----END PUBLIC KEY-----\n";
constexpr const char* kPublicKeyDer =
    "302a300506032b657003210019bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";

std::string with_line_ends(std::string_view text, std::string_view end) {
  std::string out;
  for (const char c : text) c == '\n' ? out.append(end) : out.append(1, c);
  return out;
}

}  // namespace

TEST_CASE("a public key of RFC 8410 is read and written as printed there") {
  const auto blocks = parse_pem(kPublicKey);
  REQUIRE(blocks.size() == 1);
  CHECK(blocks[0].label == "PUBLIC KEY");
  CHECK(hex(blocks[0].der) == kPublicKeyDer);
  CHECK(pem("PUBLIC KEY", blocks[0].der) == kPublicKey);
}

TEST_CASE("lines have 64 characters, the last one fewer") {
  const std::string text = pem("CERTIFICATE", Bytes(100, 0));
  std::istringstream lines(text);
  std::string line;
  std::vector<std::size_t> lengths;
  while (std::getline(lines, line)) lengths.push_back(line.size());
  CHECK(lengths == std::vector<std::size_t>{27, 64, 64, 8, 25});
  CHECK(pem("X", Bytes(48, 0)).find("\n\n") == std::string::npos);
}

TEST_CASE("all line ends of RFC 7468 are read") {
  for (const char* end : {"\n", "\r\n", "\r", "  \n", "\t\r\n"}) {
    const auto blocks = parse_pem(with_line_ends(kPublicKey, end));
    REQUIRE(blocks.size() == 1);
    CHECK(hex(blocks[0].der) == kPublicKeyDer);
  }
}

TEST_CASE("text between blocks is ignored, and their order kept") {
  const std::string text =
      "subject=CN=x\n" + pem("A", Bytes{1}) + "some words\n\n" + pem("B C", Bytes{2}) + pem("", Bytes{3});
  const auto blocks = parse_pem(text);
  REQUIRE(blocks.size() == 3);
  CHECK(blocks[0].label == "A");
  CHECK(blocks[1].label == "B C");
  CHECK(blocks[1].der == Bytes{2});
  CHECK(blocks[2].label.empty());
}

TEST_CASE(
    "a block without an end, with another end, or not in base64 is there without octets, and the next one read") {
  const std::string good = pem("GOOD", Bytes{1, 2, 3});
  for (const std::string bad :
       {"-----BEGIN A-----\nAQID\n", "-----BEGIN A-----\nAQID\n-----END B-----\n",
        "-----BEGIN A-----\nAQI\n-----END A-----\n", "-----BEGIN A-----\nAQ!D\n-----END A-----\n",
        "-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAQID\n-----END A-----\n"}) {
    const auto blocks = parse_pem(bad + good);
    REQUIRE_MESSAGE(blocks.size() == 2, bad);
    CHECK(blocks[0].label == "A");
    CHECK(blocks[0].der.empty());
    CHECK(blocks[1].label == "GOOD");
    CHECK(blocks[1].der == Bytes{1, 2, 3});
  }
}

TEST_CASE("a line that is no boundary opens nothing") {
  const std::string good = pem("GOOD", Bytes{1, 2, 3});
  for (const std::string bad :
       {"-----END A-----\n", "-----BEGIN A----\nAQID\n-----END A-----\n",
        "x-----BEGIN A-----\nAQID\n-----END A-----\n", "-----BEGIN A\x01-----\nAQID\n-----END A\x01-----\n",
        "-----BEGIN A--B-----\nAQID\n-----END A--B-----\n"}) {
    const auto blocks = parse_pem(bad + good);
    REQUIRE_MESSAGE(blocks.size() == 1, bad);
    CHECK(blocks[0].label == "GOOD");
  }
}

TEST_CASE("a last line without its end is read") {
  std::string text = pem("A", Bytes{1});
  text.pop_back();
  CHECK(parse_pem(text).size() == 1);
  CHECK(parse_pem("").empty());
}

TEST_CASE("a megabyte of openings takes no time worth noticing") {
  std::string text;
  while (text.size() < (1U << 20U)) text += "-----BEGIN A-----\n";
  const auto blocks = parse_pem(text);
  CHECK(blocks.size() == text.size() / 18);
  CHECK(blocks.back().der.empty());
}
