// The public register: one form, nothing secret in it, and a fingerprint that common tools give too.
#include "yuxin/keymgmt/share_register.hpp"
#include "need.hpp"

#include <doctest/doctest.h>

#include "command.hpp"
#include "small_shares.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"

namespace base = yuxin::base;
namespace keymgmt = yuxin::keymgmt;
using base::Code;
using yuxin::test::small_set;
using yuxin::test::TemporaryFolder;

namespace {

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  REQUIRE_MESSAGE(at != std::string::npos, what);
  return text.replace(at, what.size(), by);
}

}  // namespace

TEST_CASE("a register is read back as it was written, superseded or not") {
  auto shares = small_set().shares;
  for (int round = 0; round < 3; ++round) {
    const auto text = keymgmt::print_register(shares);
    const auto again = keymgmt::parse_register(text);
    REQUIRE(again);
    CHECK(keymgmt::print_register(*again) == text);
    CHECK(again->groups[0].shares[2].custodian == "赵敏");
    CHECK(again->header == shares.header);
    CHECK(again->superseded.has_value() == (round == 2));
    if (round == 0) shares.replaces.emplace()[3] = 7;
    if (round == 1) shares.superseded = keymgmt::Supersession{{}, {1'800'000'000}};
  }
}

TEST_CASE("the fingerprint is the file's digest, and stays when the set is superseded") {
  auto shares = small_set().shares;
  const TemporaryFolder folder;
  REQUIRE(base::write_file(folder.file("register"), base::as_bytes(keymgmt::print_register(shares)),
                           base::Existing::kRefuse, base::Permissions::kPublic));
  const auto fingerprint = keymgmt::register_fingerprint(shares);
  CHECK(folder.run("sha256sum < register").output.substr(0, 64) == base::hex(fingerprint));
  shares.superseded = keymgmt::Supersession{{}, {1'800'000'000}};
  CHECK(keymgmt::register_fingerprint(shares) == fingerprint);
  shares.groups[0].threshold = 3;
  CHECK(keymgmt::register_fingerprint(shares) != fingerprint);
}

TEST_CASE("any other text is refused, be it only one octet away") {
  const auto text = keymgmt::print_register(small_set().shares);
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto wrong = text;
    wrong[i] = text[i] == 'x' ? 'y' : 'x';
    const auto parsed = keymgmt::parse_register(wrong);
    // a letter of a name may be any other
    if (parsed) CHECK(keymgmt::print_register(*parsed) == wrong);
  }
  CHECK(yuxin::test::error_of(keymgmt::parse_register(text + " ")).code == Code::kMalformed);
  CHECK(yuxin::test::error_of(keymgmt::parse_register(" " + text)).code == Code::kMalformed);
  CHECK(yuxin::test::error_of(keymgmt::parse_register(text.substr(0, text.size() - 1))).code == Code::kMalformed);
  CHECK(yuxin::test::error_of(keymgmt::parse_register("")).code == Code::kMalformed);
  CHECK(yuxin::test::error_of(keymgmt::parse_register("[]")).code == Code::kMalformed);
  CHECK(yuxin::test::error_of(keymgmt::parse_register("{}\n")).code == Code::kMalformed);
}

TEST_CASE("contents that no set can have are refused") {
  const auto text = keymgmt::print_register(small_set().shares);
  for (const auto& [what, by] : std::vector<std::pair<std::string, std::string>>{
           {"\"needed\": 2", "\"needed\": 4"},
           {"\"needed\": 2", "\"needed\": 0"},
           {"\"groups_needed\": 2", "\"groups_needed\": 3"},
           {"\"groups_needed\": 2", "\"groups_needed\": 0"},
           {"\"secret_octets\": 32", "\"secret_octets\": 31"},
           {"\"secret_octets\": 32", "\"secret_octets\": 66"},
           {"\"secret_octets\": 32", "\"secret_octets\": 14"},
           {"\"extendable\": true", "\"extendable\": 1"},
           {"\"iteration_exponent\": 0", "\"iteration_exponent\": 16"},
           {"\"member\": 1", "\"member\": 2"},  // it is the second
           {"Wang Fang", "Li Wei"},
           {"bureau B", "bureau A"},
           {"\"passphrase\"", "\"certificate\""},  // without one
           {"SLIP-0039", "SLIP-0040"},
           {"register-1", "register-2"},
       })
    CHECK_MESSAGE(yuxin::test::error_of(keymgmt::parse_register(replaced(text, what, by))).code == Code::kMalformed,
                  by);
}

TEST_CASE("nothing of the secret, of a share or of its proof is in the register") {
  const auto set = small_set();
  const auto text = keymgmt::print_register(set.shares);
  CHECK(text.find(base::hex(yuxin::test::small_secret().view())) == std::string::npos);
  for (const auto& made : set.made) {
    CHECK(text.find(base::hex(made.opened.share.value.view())) == std::string::npos);
    CHECK(text.find(base::hex(made.opened.salt.view())) == std::string::npos);
  }
}
