// Plans of shares: what is read, what is refused and where, and the digest that holders compare.
#include "yuxin/keymgmt/share_plan.hpp"
#include "need.hpp"

#include <doctest/doctest.h>

#include "command.hpp"
#include "small_shares.hpp"
#include "yuxin/base/file.hpp"

namespace base = yuxin::base;
namespace keymgmt = yuxin::keymgmt;
namespace x509 = yuxin::x509;
using base::Code;
using keymgmt::ShareSeal;
using yuxin::test::kSmallPlan;
using yuxin::test::TemporaryFolder;

namespace {

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  REQUIRE_MESSAGE(at != std::string::npos, what);
  return text.replace(at, what.size(), by);
}

}  // namespace

TEST_CASE("a plan says who is needed, and how each share is sealed") {
  const auto plan = yuxin::test::small_plan();
  CHECK(plan.title == "Root of the city");
  CHECK(plan.group_threshold == 2);  // all, if not said
  REQUIRE(plan.groups.size() == 2);
  CHECK(plan.groups[0].threshold == 2);
  CHECK(plan.groups[0].members[2].name == "赵敏");
  CHECK(plan.groups[0].members[2].seal == ShareSeal::kPassphrase);
  CHECK(plan.groups[1].members[1].seal == ShareSeal::kPaper);
}

TEST_CASE("a plan that cannot be meant is refused by its file and line") {
  const std::string good(kSmallPlan);
  for (const auto& [what, by] : std::vector<std::pair<std::string, std::string>>{
           {"needed = 2", "needed = 4"},
           {"needed = 2", "needed = 0"},
           {"needed = 2", "needed = -1"},
           {"needed = 2\n", ""},
           {"needed = 2", "needed = 2\nthreshold = 2"},
           {"\"Wang Fang\"", "\"Li Wei\""},
           {"\"Chen Jie\"", "\"Li Wei\""},  // one person, two shares
           {"\"bureau B\"", "\"bureau A\""},
           {"\"Wang Fang\"", "\"\""},
           {"\"Wang Fang\"", "\" Wang Fang\""},
           {"\"Wang Fang\"", "\"Wang\\u202eFang\""},
           {"\"Wang Fang\"", "\"Li\\u200b Wei\""},  // nobody tells it from Li Wei
           {"\"Wang Fang\"", "\"Li  Wei\""},
           {"\"Wang Fang\"", "\"" + std::string(65, 'x') + "\""},
           {"[\"Chen Jie\", \"Sun Li\"]", "[]"},
           {"title = \"Root of the city\"", "title = \"\""},
           {"title", "groups_needed = 3\ntitle"},
           {"title", "groups_needed = 0\ntitle"},
           {"name = \"Sun Li\"", "name = \"Sun Lo\""},
           {"\"paper\"", "\"wax\""},
           {"\"paper\"", "\"certificate\""},  // without one
           {"\"paper\"", "\"paper\"\ncertificate = \"sun.pem\""},
           {"seal = \"paper\"", "seal = \"paper\"\n[[custodian]]\nname = \"SUN LI\"\nseal = \"paper\""},
           {"seal = \"paper\"", "seal = \"paper\"\n[[custodian]]\nname = \"Sun Li\"\nseal = \"paper\""},
       }) {
    const auto plan = keymgmt::parse_share_plan(replaced(good, what, by), "plan.toml", yuxin::test::no_certificate);
    REQUIRE_MESSAGE(!plan, by);
    CHECK_MESSAGE(plan.error().code == Code::kMalformed, by);
    CHECK_MESSAGE(plan.error().detail.starts_with("plan.toml:"), plan.error().detail);
  }
}

TEST_CASE("certificates are looked for beside the plan, and are part of its digest") {
  const TemporaryFolder folder;
  REQUIRE(
      folder
          .run("for n in one two; do openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "
               "$n.key -out $n.pem -subj /CN=Sun -days 3; done")
          .status == 0);
  const auto load = [&](const std::string& file) {
    const auto text =
        replaced(std::string(kSmallPlan), "\"paper\"", "\"certificate\"\ncertificate = \"" + file + "\"");
    const auto path = folder.file("plan.toml");
    REQUIRE(base::write_file(path, base::as_bytes(text), base::Existing::kReplace, base::Permissions::kPublic));
    return keymgmt::load_share_plan(path);
  };
  const auto one = load("one.pem");
  const auto two = load("two.pem");
  REQUIRE(one);
  REQUIRE(two);
  REQUIRE(one->groups[1].members[1].certificate);
  const auto fingerprint = folder.run("openssl x509 -in one.pem -outform DER | sha256sum | cut -c1-64").output;
  CHECK(keymgmt::plan_text(*one, std::nullopt).find(fingerprint.substr(0, 64)) != std::string::npos);
  CHECK(keymgmt::plan_digest(*one, std::nullopt) != keymgmt::plan_digest(*two, std::nullopt));
  CHECK(yuxin::test::error_of(load("three.pem")).code == Code::kNotFound);
  CHECK(yuxin::test::error_of(load("one.key")).code == Code::kMalformed);
}

TEST_CASE("the digest is of everything that the plan says, and sha256sum gives the same") {
  const auto digest_of = [](const std::string& text) {
    const auto plan = keymgmt::parse_share_plan(text, "plan.toml", yuxin::test::no_certificate);
    REQUIRE(plan);
    return base::hex(keymgmt::plan_digest(*plan, std::nullopt));
  };
  const std::string good(kSmallPlan);
  const auto digest = digest_of(good);
  CHECK(digest_of("# another comment\n" + good) == digest);
  for (const auto& [what, by] :
       std::vector<std::pair<std::string, std::string>>{{"needed = 2", "needed = 3"},
                                                        {"title = \"Root", "groups_needed = 1\ntitle = \"Root"},
                                                        {"Wang", "Weng"},
                                                        {"bureau B", "bureau C"},
                                                        {"\"paper\"", "\"passphrase\""},
                                                        {"Root of", "Root for"}})
    CHECK_MESSAGE(digest_of(replaced(good, what, by)) != digest, by);
  x509::Digest256 old{};
  old[0] = 1;
  CHECK(base::hex(keymgmt::plan_digest(yuxin::test::small_plan(), old)) != digest);

  const TemporaryFolder folder;
  const auto text = keymgmt::plan_text(yuxin::test::small_plan(), std::nullopt);
  REQUIRE(base::write_file(folder.file("plan"), base::as_bytes(text), base::Existing::kRefuse,
                           base::Permissions::kPublic));
  CHECK(folder.run("sha256sum < plan").output.substr(0, 64) == digest);
}
