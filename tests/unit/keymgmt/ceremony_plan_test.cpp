// Plans of ceremonies: what is read, and what is refused by its file and line.
#include "yuxin/keymgmt/ceremony_plan.hpp"
#include "need.hpp"

#include <doctest/doctest.h>

#include "small_ceremony.hpp"
#include "yuxin/base/language.hpp"

namespace base = yuxin::base;
namespace keymgmt = yuxin::keymgmt;
using keymgmt::CeremonyAction;
using yuxin::test::kSmallCeremony;
using yuxin::test::small_ceremony;

namespace {

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  REQUIRE_MESSAGE(at != std::string::npos, what);
  return text.replace(at, what.size(), by);
}

std::string refusal(const std::string& text) {
  const auto plan = keymgmt::parse_ceremony_plan(text, "plan.toml");
  REQUIRE_FALSE(plan);
  CHECK(plan.error().code == base::Code::kMalformed);
  CHECK(plan.error().detail.starts_with("plan.toml"));
  return plan.error().detail;
}

}  // namespace

TEST_CASE("a plan says who does what, and how long it takes") {
  const auto plan = small_ceremony();
  CHECK(plan.title.zh == "吊销列表");
  CHECK(plan.network == keymgmt::NetworkRule::kForbidden);
  CHECK_FALSE(plan.software);
  REQUIRE(plan.seats.size() == 3);
  CHECK(plan.administrator().person == "Chen Jie");
  REQUIRE(plan.steps.size() == 7);
  CHECK(plan.steps[3].action == CeremonyAction::kDestroyKey);
  CHECK(plan.steps[3].value("key_name") == "old");
  CHECK(plan.minutes() == 8);
  CHECK(plan.outputs == std::vector<std::string>{"root.crl"});
}

TEST_CASE("the digest of a plan is that of its octets") {
  // printf %s abc | sha256sum
  CHECK(base::hex(yuxin::x509::sha256(base::as_bytes("abc"))) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(small_ceremony().digest == yuxin::x509::sha256(base::as_bytes(kSmallCeremony)));
}

TEST_CASE("a text is in the language of the process") {
  const auto plan = small_ceremony();
  CHECK(plan.title.text() == "A list");
  base::set_language(base::Language::kChinese);
  CHECK(plan.title.text() == "吊销列表");
  base::set_language(base::Language::kEnglish);
}

TEST_CASE("an unknown word of a plan is named with its line and the nearest known one") {
  CHECK(refusal(replaced(kSmallCeremony, "minutes = 2", "minuts = 2")).find("minutes") != std::string::npos);
  CHECK(refusal(replaced(kSmallCeremony, "do = \"sign-list\"", "do = \"sign-lists\"")).find("\"sign-list\"") !=
        std::string::npos);
  CHECK(refusal(replaced(kSmallCeremony, "witness = [\"witness\"]", "witness = [\"witnes\"]")) ==
        "plan.toml:24: There is no seat \"witnes\"; did you mean \"witness\"?");
}

TEST_CASE("a plan that cannot be meant is refused") {
  const std::string good(kSmallCeremony);
  const std::string seat = "[[seat]]\nseat = \"witness\"\nrole = \"witness\"\n";
  for (const auto& [what, by] : std::vector<std::pair<std::string, std::string>>{
           {"network = \"forbidden\"", "network = \"off\""},
           {"network = \"forbidden\"\n", ""},
           {"software = \"any\"", "software = \"sha256:00\""},
           {"software = \"any\"\n", ""},
           {"en = \"A list\", ", ""},
           {"A list", "A \\u001b[2Jlist"},
           {"role = \"administrator\"", "role = \"boss\""},
           {"role = \"administrator\"", "role = \"witness\""},   // nobody decides
           {"role = \"operator\"", "role = \"administrator\""},  // two decide
           {"seat = \"operator\"", "seat = \"administrator\""},  // twice
           {"seat = \"operator\"", "seat = \"The operator\""},
           {"name = \"Chen Jie\"", "name = \"\""},
           {"name = \"Chen Jie\"", "name = \"Chen Jie\"\ngroup = \"A\""},  // no custodian, and no such group
           {"name = \"Chen Jie\"", "certificate = \"sha256:xyz\""},
           {seat, seat + "name = \"Chen Jie\"\n"},  // one person on two seats
           {"do = \"check-environment\"", "do = \"read\"\ntext = { en = \"x\", zh = \"x\" }"},
           {"do = \"enrol\"", "do = \"check-environment\""},
           {"do = \"close\"", "do = \"verify-home\""},
           {"do = \"open-home\"\nunlock = \"passphrase\"", "do = \"verify-home\""},  // no home yet
           {"unlock = \"passphrase\"", "unlock = \"force\""},
           {"unlock = \"passphrase\"", "unlock = \"shares\""},  // whose?
           {"unlock = \"passphrase\"", "unlock = \"passphrase\"\nregister = \"register.json\""},
           {"do = \"destroy-key\"\nkey_name = \"old\"",
            "do = \"prove-shares\"\nregister = \"r.json\"\npassphrase = \"burn\""},
           {"do = \"enrol\"", "do = \"prove-shares\"\nregister = \"r.json\"\npassphrase = \"remove\""},
           {"key_name = \"old\"", "key_name = \"../old\""},
           {"key_name = \"old\"\n", ""},
           {"key_name = \"old\"", "key_name = \"old\"\noutput = \"x\""},
           {"witness = [\"administrator\", \"witness\"]", "witness = []"},
           {"witness = [\"administrator\", \"witness\"]", "witness = [\"operator\"]"},  // alone
           {"witness = [\"administrator\", \"witness\"]", "witness = [\"witness\", \"witness\"]"},
           {"by = \"operator\"", "by = \"nobody\""},
           {"minutes = 2", "minutes = 0"},
           {"minutes = 2", "minutes = 100000"},
           {"text = { en = \"Look.\", zh = \"查看。\" }\n", ""},
           {"outputs = [\"root.crl\"]", "outputs = []"},                         // an output that nobody expects
           {"outputs = [\"root.crl\"]", "outputs = [\"root.crl\", \"x.pem\"]"},  // one that nobody makes
           {"output = \"root.crl\"", "output = \"../root.crl\""},
           {"do = \"close\"", "do = \"split\"\nshares = \"x\"\noutput = \"register.json\""},  // for whom?
       }) {
    const auto text = replaced(good, what, by);
    CAPTURE(by);
    CHECK_FALSE(refusal(text).empty());
  }
}

TEST_CASE("a home is opened by a token too, and its passphrase kept or removed when shares are proved") {
  const std::string good(kSmallCeremony);
  const auto accepts = [&](const std::string& what, const std::string& by) {
    return keymgmt::parse_ceremony_plan(replaced(good, what, by), "plan.toml").has_value();
  };
  const std::string destroy = "do = \"destroy-key\"\nkey_name = \"old\"";
  const std::string prove = "do = \"prove-shares\"\nregister = \"r.json\"\npassphrase = ";
  CHECK(accepts("unlock = \"passphrase\"", "unlock = \"token\""));
  CHECK(accepts(destroy, prove + "\"keep\""));
  CHECK(accepts(destroy, prove + "\"remove\""));
}

TEST_CASE("every plan that comes with the program can be carried out") {
  REQUIRE(keymgmt::shipped_ceremonies().size() == 8);
  for (const auto& shipped : keymgmt::shipped_ceremonies()) {
    const auto plan = keymgmt::parse_ceremony_plan(shipped.text, std::string(shipped.name));
    REQUIRE_MESSAGE(plan, (plan ? "" : plan.error().detail));
    CHECK(plan->network == keymgmt::NetworkRule::kForbidden);
    CHECK_FALSE(plan->title.zh.empty());
  }
}

TEST_CASE("a ceremony makes one set of shares: a second would take the place of the first") {
  const auto& all = keymgmt::shipped_ceremonies();
  const auto shipped = std::ranges::find(all, "root-creation", &keymgmt::ShippedCeremony::name);
  REQUIRE(shipped != all.end());
  auto text = replaced(std::string(shipped->text), "[[step]]\ndo      = \"prove-shares\"",
                       "[[step]]\ndo = \"reshare\"\nregister = \"r.json\"\nshares = \"x\"\noutput = \"second.json\"\n"
                       "by = \"operator\"\nwitness = [\"witness\"]\nminutes = 1\n\n[[step]]\ndo = \"prove-shares\"");
  text = replaced(text, "\"register.json\"]", "\"register.json\", \"second.json\"]");
  CHECK(refusal(text).find("one set of shares") != std::string::npos);
}

TEST_CASE("shares of a new secret are made for a home that the ceremony opened") {
  const auto& all = keymgmt::shipped_ceremonies();
  const auto shipped = std::ranges::find(all, "custodian-change", &keymgmt::ShippedCeremony::name);
  REQUIRE(shipped != all.end());
  const std::string text(shipped->text);
  const std::string output = "output   = \"register.json\"";
  CHECK(keymgmt::parse_ceremony_plan(replaced(text, output, output + "\nsecret = \"kept\""), "plan.toml"));
  CHECK(refusal(replaced(text, output, output + "\nsecret = \"old\"")).find("\"new\" or \"kept\"") !=
        std::string::npos);
  const auto renewed = replaced(text, output, output + "\nsecret = \"new\"");
  CHECK(refusal(renewed).find("needs a home") != std::string::npos);
  const std::string step = "[[step]]\ndo       = \"reshare\"";
  const std::string opened =
      "[[step]]\ndo = \"open-home\"\nunlock = \"shares\"\nregister = \"shares/register.json\"\n"
      "by = \"operator\"\nwitness = [\"witness\"]\nminutes = 1\n\n";
  CHECK(keymgmt::parse_ceremony_plan(replaced(renewed, step, opened + step), "plan.toml"));
}

TEST_CASE("the custodians of a plan become holders of shares by the names of who took their seats") {
  const auto& all = keymgmt::shipped_ceremonies();
  const auto shipped = std::ranges::find(all, "root-creation", &keymgmt::ShippedCeremony::name);
  REQUIRE(shipped != all.end());
  const auto plan = keymgmt::parse_ceremony_plan(shipped->text, "root-creation").value();
  std::map<std::string, std::string, std::less<>> persons = {
      {"custodian-1", "Li Wei"}, {"custodian-2", "Wang Fang"}, {"custodian-3", "赵敏"}};
  const auto shares = keymgmt::share_plan_of(plan, "Root", persons);
  REQUIRE(shares);
  REQUIRE(shares->groups.size() == 1);
  CHECK(shares->groups[0].threshold == 2);
  CHECK(shares->groups[0].members[2].name == "赵敏");
  persons["custodian-2"] = "Li Wei";
  CHECK(yuxin::test::error_of(keymgmt::share_plan_of(plan, "Root", persons)).code == base::Code::kUsage);
  persons.erase("custodian-2");
  CHECK(yuxin::test::error_of(keymgmt::share_plan_of(plan, "Root", persons)).code == base::Code::kUsage);
}
