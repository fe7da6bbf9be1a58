// A ceremony of few steps, for tests of plans, machine and transcript.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "yuxin/keymgmt/ceremony.hpp"

namespace yuxin::test {

inline constexpr const char* kSmallCeremony = R"~(title = { en = "A list", zh = "吊销列表" }
document = "CP-07"
network = "forbidden"
software = "any"
machine = { en = "A machine", zh = "一台机器" }
outputs = ["root.crl"]

[[seat]]
seat = "administrator"
role = "administrator"
name = "Chen Jie"

[[seat]]
seat = "operator"
role = "operator"

[[seat]]
seat = "witness"
role = "witness"

[[step]]
do = "check-environment"
by = "operator"
witness = ["witness"]
minutes = 1

[[step]]
do = "enrol"
by = "operator"
witness = ["administrator", "witness"]
minutes = 1

[[step]]
do = "open-home"
unlock = "passphrase"
by = "operator"
witness = ["witness"]
minutes = 1

[[step]]
do = "destroy-key"
key_name = "old"
by = "operator"
witness = ["administrator", "witness"]
minutes = 2

[[step]]
do = "read"
text = { en = "Look.", zh = "查看。" }
by = "operator"
witness = ["witness"]
minutes = 1

[[step]]
do = "sign-list"
authority = "root"
output = "root.crl"
by = "operator"
witness = ["witness"]
minutes = 1

[[step]]
do = "close"
by = "operator"
witness = ["witness"]
minutes = 1
)~";

inline keymgmt::CeremonyPlan small_ceremony(const std::string& text = kSmallCeremony) {
  auto plan = keymgmt::parse_ceremony_plan(text, "plan.toml");
  REQUIRE_MESSAGE(plan, (plan ? "" : plan.error().detail));
  return std::move(*plan);
}

// Held is a ceremony to which events are given one a second.
class Held {
 public:
  explicit Held(keymgmt::CeremonyPlan plan) : plan_(std::move(plan)), ceremony_(plan_) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() = default;

  base::Result<> tell(keymgmt::EventKind kind, base::JsonObject data = {}) {
    return tell_of(ceremony_.cursor(), kind, std::move(data));
  }
  base::Result<> tell_of(std::size_t step, keymgmt::EventKind kind, base::JsonObject data = {}) {
    using keymgmt::EventKind;
    keymgmt::CeremonyEvent event{kind, step, std::move(data), {++now_}};
    if (kind == EventKind::kOpened || kind == EventKind::kResumed || kind == EventKind::kClosed) event.step.reset();
    auto taken = ceremony_.apply(event);
    if (taken) events_.push_back(event);
    return taken;
  }
  void open(base::JsonArray network = {}, const char* mode = "real") {
    REQUIRE(tell(keymgmt::EventKind::kOpened, opening(std::move(network), mode)));
  }
  [[nodiscard]] base::JsonObject opening(base::JsonArray network, const char* mode) const {
    return {{"ceremony", std::string(32, 'a')},
            {"mode", mode},
            {"network", std::move(network)},
            {"plan", base::hex(plan_.digest)},
            {"program", std::string(64, 'b')}};
  }
  base::Result<> begin() {
    const auto& step = ceremony_.step();
    return tell(keymgmt::EventKind::kBegun, {{"by", step.by}, {"do", keymgmt::action_spec(step.action).name}});
  }
  base::Result<> say(const std::string& seat, const char* answer = "yes", const char* about = "result") {
    return tell(keymgmt::EventKind::kAnswered, {{"about", about}, {"answer", answer}, {"said", ""}, {"seat", seat}});
  }
  base::Result<> except(const char* decided, const char* seat = "administrator") {
    return tell(keymgmt::EventKind::kException,
                {{"decided", decided}, {"expected", "x"}, {"happened", "y"}, {"seat", seat}});
  }
  // done goes through the present step as if all were well.
  void done(base::JsonObject result = {}) {
    using keymgmt::ActionSpec;
    using keymgmt::EventKind;
    REQUIRE(begin());
    const auto course = keymgmt::action_spec(ceremony_.step().action).course;
    const auto witnesses = ceremony_.step().witnesses;
    if (course == ActionSpec::Course::kAgreed) {
      REQUIRE(tell(EventKind::kPrepared, {{"key_name", "old"}}));
      for (const auto& seat : witnesses) REQUIRE(say(seat, "yes", "prepared"));
    }
    if (course != ActionSpec::Course::kHuman) REQUIRE(tell(EventKind::kActed, std::move(result)));
    for (const auto& seat : witnesses) REQUIRE(say(seat));
    if (ceremony_.step().action != keymgmt::CeremonyAction::kClose) REQUIRE(tell(EventKind::kDone));
  }
  [[nodiscard]] base::JsonObject enrolment() const {
    base::JsonArray seats;
    char digit = '1';
    for (const auto& seat : plan_.seats) {
      seats.push_back(base::JsonObject{{"certificate", std::string(64, digit++)},
                                       {"person", seat.person.empty() ? "Person " + seat.id : seat.person},
                                       {"seat", seat.id}});
    }
    return {{"seats", std::move(seats)}};
  }
  [[nodiscard]] static base::JsonObject list() {
    return keymgmt::output_json({"root.crl", keymgmt::OutputReach::kPublic, 3, x509::sha256(base::as_bytes("crl"))});
  }
  [[nodiscard]] const keymgmt::Ceremony& ceremony() const { return ceremony_; }
  [[nodiscard]] const std::vector<keymgmt::CeremonyEvent>& events() const { return events_; }

 private:
  keymgmt::CeremonyPlan plan_;
  keymgmt::Ceremony ceremony_;
  std::vector<keymgmt::CeremonyEvent> events_;
  std::int64_t now_ = 1'000'000'000;
};

}  // namespace yuxin::test
