// The machine of a ceremony: a step is done, refused, or an exception of it is recorded; none is passed over.
#include "yuxin/keymgmt/ceremony.hpp"
#include "need.hpp"

#include <doctest/doctest.h>

#include "small_ceremony.hpp"

namespace base = yuxin::base;
namespace keymgmt = yuxin::keymgmt;
using base::Code;
using keymgmt::EventKind;
using State = keymgmt::Ceremony::State;
using yuxin::test::Held;
using yuxin::test::kSmallCeremony;
using yuxin::test::small_ceremony;

namespace {

// up_to goes through the steps before one.
void up_to(Held& held, std::size_t step) {
  held.open();
  while (held.ceremony().cursor() < step) {
    const auto at = held.ceremony().cursor();
    base::JsonObject result;
    if (at == 1) result = held.enrolment();
    if (at == 5) result = {{"outputs", base::JsonArray{Held::list()}}};
    held.done(std::move(result));
  }
}

}  // namespace

TEST_CASE("a ceremony goes through its steps and is closed by its outputs") {
  Held held(small_ceremony());
  up_to(held, 6);
  held.done();
  CHECK(held.ceremony().state() == State::kLooking);
  CHECK(yuxin::test::error_of(held.tell(EventKind::kClosed, {{"outputs", base::JsonArray{}}})).code ==
        Code::kConflict);
  CHECK(held.tell(EventKind::kClosed, {{"outputs", base::JsonArray{Held::list()}}}));
  CHECK(held.ceremony().state() == State::kClosed);
  CHECK_FALSE(held.tell(EventKind::kResumed, held.opening({}, "real")));
  CHECK(held.ceremony().persons().at("administrator") == "Chen Jie");
}

TEST_CASE("a plan that forbids a network refuses a machine that has one, at the beginning and whenever it goes on") {
  Held held(small_ceremony());
  CHECK(yuxin::test::error_of(held.tell(EventKind::kOpened, held.opening({"eth0"}, "real"))).code == Code::kRefused);
  held.open();
  CHECK(yuxin::test::error_of(held.tell(EventKind::kResumed, held.opening({"eth0"}, "real"))).code == Code::kRefused);
  CHECK(held.tell(EventKind::kResumed, held.opening({}, "real")));
  Held practice(small_ceremony());
  practice.open({"eth0"}, "practice");  // a rehearsal may be held anywhere
}

TEST_CASE("another program than the plan names is refused") {
  auto text = std::string(kSmallCeremony);
  text.replace(text.find("\"any\""), 5, "\"sha256:" + std::string(64, 'c') + "\"");
  Held held(small_ceremony(text));
  CHECK(yuxin::test::error_of(held.tell(EventKind::kOpened, held.opening({}, "real"))).code == Code::kRefused);
}

TEST_CASE("an opening of another plan is refused") {
  Held held(small_ceremony());
  auto data = held.opening({}, "real");
  data["plan"] = std::string(64, '0');
  CHECK(yuxin::test::error_of(held.tell(EventKind::kOpened, data)).code == Code::kConflict);
}

TEST_CASE("nothing comes before the opening, and no step before its time") {
  Held held(small_ceremony());
  CHECK_FALSE(held.begin());
  held.open();
  CHECK_FALSE(held.tell(EventKind::kDone));
  CHECK_FALSE(held.tell_of(3, EventKind::kBegun, {{"by", "operator"}, {"do", "destroy-key"}}));
  CHECK(held.begin());
  CHECK_FALSE(held.begin());
  CHECK_FALSE(held.tell(EventKind::kDone));
}

TEST_CASE("a step is not done before every witness has said yes") {
  Held held(small_ceremony());
  up_to(held, 1);
  REQUIRE(held.begin());
  REQUIRE(held.tell(EventKind::kActed, held.enrolment()));
  CHECK(held.say("witness"));
  CHECK_FALSE(held.tell(EventKind::kDone));
  CHECK(held.ceremony().missing() == std::vector<std::string>{"administrator"});
  CHECK_FALSE(held.say("witness"));   // not twice
  CHECK_FALSE(held.say("operator"));  // who does a step does not witness it
  CHECK(held.say("administrator"));
  CHECK(held.tell(EventKind::kDone));
}

TEST_CASE("nothing is done to which the witnesses did not agree") {
  Held held(small_ceremony());
  up_to(held, 3);
  REQUIRE(held.begin());
  CHECK_FALSE(held.tell(EventKind::kActed));
  REQUIRE(held.tell(EventKind::kPrepared, {{"key_name", "old"}}));
  CHECK_FALSE(held.tell(EventKind::kActed));
  REQUIRE(held.say("witness", "yes", "prepared"));
  CHECK_FALSE(held.tell(EventKind::kActed));
  CHECK_FALSE(held.say("administrator", "yes", "result"));  // there is no result yet
  REQUIRE(held.say("administrator", "yes", "prepared"));
  CHECK(held.ceremony().agreed());
  CHECK(held.tell(EventKind::kActed));
}

TEST_CASE("what was agreed to is not replaced by something else") {
  Held held(small_ceremony());
  up_to(held, 3);
  REQUIRE(held.begin());
  REQUIRE(held.tell(EventKind::kPrepared, {{"key_name", "old"}}));
  for (const char* seat : {"administrator", "witness"}) REQUIRE(held.say(seat, "yes", "prepared"));
  REQUIRE(held.tell(EventKind::kPrepared, {{"key_name", "other"}}));
  CHECK_FALSE(held.ceremony().agreed());
  CHECK_FALSE(held.tell(EventKind::kActed));
}

TEST_CASE("a refusal is decided by the administrator, and what was not done cannot be accepted") {
  Held held(small_ceremony());
  up_to(held, 3);
  REQUIRE(held.begin());
  REQUIRE(held.tell(EventKind::kPrepared));
  REQUIRE(held.say("witness", "no", "prepared"));
  CHECK(held.ceremony().state() == State::kRefused);
  CHECK_FALSE(held.say("administrator", "yes", "prepared"));
  CHECK_FALSE(held.tell(EventKind::kDone));
  CHECK_FALSE(held.except("repeat", "operator"));
  CHECK_FALSE(held.except("shrug"));
  CHECK(yuxin::test::error_of(held.except("accept")).code == Code::kConflict);
  CHECK(held.except("repeat"));
  CHECK(held.ceremony().state() == State::kBegun);
  CHECK_FALSE(held.tell(EventKind::kActed));  // it is shown again first
  CHECK(held.ceremony().exceptions() == 1);
}

TEST_CASE("a deed is not done twice: a step that is repeated asks again for what is done already") {
  Held held(small_ceremony());
  up_to(held, 5);
  REQUIRE(held.begin());
  REQUIRE(held.tell(EventKind::kActed, {{"outputs", base::JsonArray{Held::list()}}}));
  REQUIRE(held.say("witness", "no"));
  REQUIRE(held.except("repeat"));
  CHECK(held.ceremony().state() == State::kLooking);
  CHECK_FALSE(held.tell(EventKind::kActed, {{"outputs", base::JsonArray{Held::list()}}}));
  CHECK(held.say("witness"));
  CHECK(held.tell(EventKind::kDone));
}

TEST_CASE("an exception may accept what was done; it stays in the count") {
  Held held(small_ceremony());
  up_to(held, 4);
  REQUIRE(held.begin());
  REQUIRE(held.say("witness", "no"));
  REQUIRE(held.except("accept"));
  CHECK(held.ceremony().cursor() == 5);
  CHECK(held.ceremony().exceptions() == 1);
}

TEST_CASE("a ceremony that is stopped does not go on") {
  Held held(small_ceremony());
  up_to(held, 2);
  REQUIRE(held.begin());
  REQUIRE(held.except("stop"));
  CHECK(held.ceremony().state() == State::kStopped);
  CHECK_FALSE(held.tell(EventKind::kActed));
  CHECK_FALSE(held.begin());
}

TEST_CASE("the digests that close a ceremony cannot be accepted over an objection") {
  Held held(small_ceremony());
  up_to(held, 6);
  REQUIRE(held.begin());
  REQUIRE(held.tell(EventKind::kActed));
  REQUIRE(held.say("witness", "no"));
  CHECK_FALSE(held.except("accept"));
  CHECK(held.except("repeat"));
}

TEST_CASE("after a power cut what was being shown is shown again, and what was agreed to stays agreed") {
  Held held(small_ceremony());
  up_to(held, 3);
  REQUIRE(held.begin());
  REQUIRE(held.tell(EventKind::kPrepared, {{"key_name", "old"}}));
  REQUIRE(held.say("witness", "yes", "prepared"));
  REQUIRE(held.tell(EventKind::kResumed, held.opening({}, "real")));
  CHECK(held.ceremony().state() == State::kBegun);
  CHECK_FALSE(held.say("administrator", "yes", "prepared"));
  REQUIRE(held.tell(EventKind::kPrepared, {{"key_name", "old"}}));
  for (const char* seat : {"administrator", "witness"}) REQUIRE(held.say(seat, "yes", "prepared"));
  REQUIRE(held.tell(EventKind::kResumed, held.opening({}, "real")));
  CHECK(held.ceremony().agreed());
  CHECK(base::json_string(held.ceremony().prepared(), "key_name") == "old");
  CHECK(held.tell(EventKind::kActed));
}

TEST_CASE("every seat is taken once, by whom the plan names, with a certificate of their own") {
  Held held(small_ceremony());
  up_to(held, 1);
  REQUIRE(held.begin());
  for (const auto& [seat, member, value] : std::vector<std::tuple<std::size_t, const char*, std::string>>{
           {0, "person", "Wu Ke"},     // the plan says Chen Jie
           {2, "person", "Chen Jie"},  // on two seats
           {1, "person", ""},
           {1, "seat", "witness"},
           {1, "certificate", std::string(64, '1')},  // the administrator's
           {1, "certificate", "1234"},
           {1, "opening", "no base64!"}}) {
    auto data = held.enrolment();
    data["seats"].get_array()[seat].get_object()[member] = value;
    CHECK_FALSE(held.tell(EventKind::kActed, data));
  }
  auto data = held.enrolment();
  data["seats"].get_array().pop_back();
  CHECK_FALSE(held.tell(EventKind::kActed, data));
  CHECK(held.tell(EventKind::kActed, held.enrolment()));
}

TEST_CASE("an output that the plan does not expect, or that was not made, is refused") {
  Held held(small_ceremony());
  up_to(held, 5);
  REQUIRE(held.begin());
  CHECK_FALSE(held.tell(EventKind::kActed));
  auto other = Held::list();
  other["name"] = "other.crl";
  CHECK_FALSE(held.tell(EventKind::kActed, {{"outputs", base::JsonArray{Held::list(), other}}}));
  other["name"] = "root.crl";
  other["sha256"] = "00";
  CHECK_FALSE(held.tell(EventKind::kActed, {{"outputs", base::JsonArray{other}}}));
}

TEST_CASE("a clock that goes back is noticed") {
  const auto plan = small_ceremony();
  keymgmt::Ceremony ceremony(plan);
  Held held(small_ceremony());
  REQUIRE(ceremony.apply({EventKind::kOpened, {}, held.opening({}, "real"), {100}}));
  CHECK(yuxin::test::error_of(ceremony.apply({EventKind::kResumed, {}, held.opening({}, "real"), {99}})).code ==
        Code::kConflict);
  CHECK(ceremony.apply({EventKind::kResumed, {}, held.opening({}, "real"), {100}}));
}
