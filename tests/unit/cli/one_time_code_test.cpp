// One-time codes: whatever slips of the finger make of one is told from another code.
#include "cli/app/one_time_code.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "need.hpp"

namespace {

using namespace yuxin;
using base::Code;
using base::Secret;
using test::need;

// Made by hand (tests/integration/officer_invite.py has the same rule in Python): 31 letters and the remainder over
// GF(32) with x^5 + x^2 + 1.
constexpr std::string_view kCode = "0123456789ABCDEFGHJKMNPQRSTVWXYD";

std::string parsed(std::string_view typed) {
  const auto code = cli::parse_one_time_code(Secret(typed));
  return code ? std::string(code->text()) : std::string();
}

TEST_CASE("a code is taken as people type it") {
  const auto code = need(cli::parse_one_time_code(Secret(kCode)));
  CHECK(code.text() == kCode);
  CHECK(cli::print_one_time_code(code).text() == "0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV-WXYD");
  CHECK(parsed("o123-4567 89ab-cdef-ghjk-mnpq-rstv-wxyd") == kCode);
  CHECK(parsed("OL23456789ABCDEFGHJKMNPQRSTVWXYD") == kCode);
  CHECK(cli::locator_of(code) == "01234567");
}

TEST_CASE("every wrong character and every exchange of neighbours is found") {
  constexpr std::string_view kLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  for (std::size_t i = 0; i < kCode.size(); ++i) {
    std::string typed(kCode);
    for (const char letter : kLetters) {
      typed[i] = letter;
      CHECK((parsed(typed) == kCode) == (letter == kCode[i]));
    }
    if (i == 0) continue;
    typed = kCode;
    std::swap(typed[i - 1], typed[i]);
    CHECK(parsed(typed).empty() == (kCode[i - 1] != kCode[i]));
  }
}

TEST_CASE("what is no code is a mistake of whoever typed it") {
  for (const auto* typed :
       {"", "0123", "0123456789ABCDEFGHJKMNPQRSTVWXYZ0", "U123456789ABCDEFGHJKMNPQRSTVWXYZ", "王芳"}) {
    const auto code = cli::parse_one_time_code(Secret(std::string_view(typed)));
    REQUIRE_FALSE(code);
    CHECK(code.error().code == Code::kUsage);
  }
}

TEST_CASE("no two codes that are made are one, and each is good") {
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    const auto code = cli::make_one_time_code();
    CHECK(parsed(code.text()) == code.text());
    CHECK(seen.insert(std::string(code.text())).second);
  }
}

TEST_CASE("the key of a code is the Ed25519 key of its digest") {
  // openssl pkey over RFC 8410's PrivateKeyInfo of sha256("yuxin one-time code 1\n" + code)
  const auto key = need(cli::code_key_of(need(cli::parse_one_time_code(Secret(kCode)))));
  CHECK(base::hex(key.public_key().spki()) ==
        "302a300506032b657003210095e193f906faa357bc6d450103254152368d6207804d4fedfb0318944d04752d");
}

}  // namespace
