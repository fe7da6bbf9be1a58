#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "fake_clock.hpp"
#include "need.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/notify/notifier.hpp"

using namespace yuxin;
using base::Code;
using base::fail;
using base::Result;
using notify::Notice;
using notify::Target;
using test::need;

namespace {

constexpr base::UnixTime kNow{1'800'000'000};

std::string webhook(const std::string& name, const std::string& kind = "certificate.*") {
  return "[[webhook]]\nname = \"" + name + "\"\nurl = \"https://" + name + ".example/\"\nkinds = [\"" + kind +
         "\"]\n";
}
std::string mail(const std::string& name) {
  return "[[mail]]\nname = \"" + name +
         "\"\nto = [\"a@b.example\"]\nfrom = \"c@b.example\"\nserver = \"smtps://b.example\"\nkinds = [\"*\"]\n";
}

// Outbox is a ledger with targets, and another side that does as the test says.
struct Outbox {
  std::shared_ptr<store::Store> store;
  test::FakeClock clock{kNow};
  std::shared_ptr<const notify::Settings> settings;
  std::vector<std::vector<std::int64_t>> told;  // what each attempt was about
  std::function<Result<>()> answer = [] { return Result<>(); };
  std::unique_ptr<notify::Notifier> notifier;

  explicit Outbox(const std::string& text) {
    const auto database = need(store::open_memory());
    for (const auto& steps : {store::migrations(), evidence::migrations(), notify::migrations()})
      need(store::migrate(*database, steps));
    store = need(store::Store::over(database, ""));
    use(text);
    begin();
  }
  void use(const std::string& text) { settings = need(notify::Settings::parse(text, "n.toml")); }
  // begin is what a restart of the server does.
  void begin() {
    notifier = std::make_unique<notify::Notifier>(notify::NotifierParts{
        .store = store,
        .clock = &clock,
        .settings = [this] { return settings; },
        .deliver = [this](const Target&, std::span<const Notice> notices, const std::stop_token&) -> Result<> {
          auto& attempt = told.emplace_back();
          for (const auto& notice : notices) attempt.push_back(*notice.index);
          return answer();
        },
        .actor = "service:notifier"});
  }
  std::int64_t record(const std::string& kind) {
    std::int64_t sequence = 0;
    need(store->write([&](store::Writer& writer) -> Result<> {
      TRY(sequence, evidence::append(writer, {.kind = kind,
                                              .object = "issuing/01",
                                              .actor = "local:root",
                                              .time = clock.now(),
                                              .data = "{}",
                                              .attachment = {}}));
      return {};
    }));
    return sequence;
  }
  void look(int times = 1) {
    for (int i = 0; i < times; ++i) need(notifier->look({}));
  }
  void look_until_idle() {
    while (need(notifier->look({}))) {
    }
  }
  std::vector<notify::Standing> standings() {
    std::vector<notify::Standing> all;
    need(store->read([&](store::Reader& reader) -> Result<> {
      TRY(all, notify::standings(reader, *settings));
      return {};
    }));
    return all;
  }
  std::vector<std::string> recorded(std::int64_t from) {
    std::vector<std::string> texts;
    need(store->read([&](store::Reader& reader) -> Result<> {
      TRY(const auto size, evidence::size(reader));
      return evidence::for_each(reader, from, size, [&](const evidence::StoredRecord& one) -> Result<> {
        texts.push_back(one.text);
        return {};
      });
    }));
    return texts;
  }
};

using Attempts = std::vector<std::vector<std::int64_t>>;

}  // namespace

TEST_CASE("a target that is new begins at the end of the ledger, and is told what it wants in order") {
  Outbox outbox(webhook("siem"));
  outbox.record("certificate.issued");
  CHECK_FALSE(outbox.standings()[0].begun);
  outbox.look();
  CHECK(outbox.standings()[0].begun);
  CHECK(outbox.told.empty());
  const auto first = outbox.record("certificate.issued");
  outbox.record("crl.published");
  const auto second = outbox.record("certificate.revoked");
  CHECK(outbox.standings()[0].waiting == 2);
  outbox.look_until_idle();
  CHECK(outbox.told == Attempts{{first}, {second}});
  CHECK(outbox.standings()[0].waiting == 0);
  CHECK(outbox.notifier->tallies().at("siem").sent == 2);
  outbox.look_until_idle();
  CHECK(outbox.told.size() == 2);
}

TEST_CASE("a mail holds what is new, fifty at the most") {
  Outbox outbox(mail("desk"));
  outbox.look();
  for (int i = 0; i < 53; ++i) outbox.record("certificate.issued");
  outbox.look_until_idle();
  REQUIRE(outbox.told.size() == 2);
  CHECK(outbox.told[0].size() == 50);
  CHECK(outbox.told[1] == std::vector<std::int64_t>{50, 51, 52});
}

TEST_CASE("many records that nobody wants are passed, and what comes after them is told") {
  Outbox outbox(webhook("siem", "role.granted"));
  outbox.look();
  for (int i = 0; i < 600; ++i) outbox.record("certificate.issued");
  const auto wanted = outbox.record("role.granted");
  outbox.look_until_idle();
  CHECK(outbox.told == Attempts{{wanted}});
}

TEST_CASE(
    "killed after the other side has a record and before it is known, the record comes again, and none is lost") {
  Outbox outbox(webhook("siem"));
  outbox.look();
  const auto first = outbox.record("certificate.issued");
  const auto second = outbox.record("certificate.revoked");
  // the process ends inside the attempt: nothing after it is written
  struct Killed {};
  outbox.answer = []() -> Result<> { throw Killed(); };
  CHECK_THROWS_AS(std::ignore = outbox.notifier->look({}), Killed);
  outbox.answer = [] { return Result<>(); };
  outbox.begin();
  outbox.look_until_idle();
  CHECK(outbox.told == Attempts{{first}, {first}, {second}});
}

TEST_CASE("after a failure it is tried again after 10 seconds, doubling to an hour, and nothing overtakes") {
  CHECK(notify::back_off(1) == base::Seconds{10});
  CHECK(notify::back_off(2) == base::Seconds{20});
  CHECK(notify::back_off(9) == base::Seconds{2560});
  CHECK(notify::back_off(10) == base::hours(1));
  CHECK(notify::back_off(1'000'000) == base::hours(1));

  Outbox outbox(webhook("siem") + webhook("other"));
  outbox.look();
  const auto first = outbox.record("certificate.issued");
  int failures = 2;
  outbox.answer = [&]() -> Result<> {
    if (failures-- > 0) return fail(Code::kUnavailable, "The server {} sleeps.", "siem");
    return {};
  };
  outbox.use(webhook("siem"));
  outbox.look();  // fails
  const auto second = outbox.record("certificate.revoked");
  outbox.clock.advance({9});
  outbox.look(3);
  CHECK(outbox.told.size() == 1);
  auto standing = outbox.standings()[0];
  CHECK(standing.failures == 1);
  CHECK(standing.failing_since == kNow);
  CHECK(standing.retry_at == kNow + base::Seconds{10});
  CHECK(standing.reason == "The server siem sleeps.");
  CHECK(standing.waiting == 2);
  outbox.clock.advance({1});
  outbox.look();  // fails again
  outbox.clock.advance({19});
  outbox.look();
  CHECK(outbox.told.size() == 2);
  outbox.clock.advance({1});
  outbox.look_until_idle();
  CHECK(outbox.told == Attempts{{first}, {first}, {first}, {second}});
  standing = outbox.standings()[0];
  CHECK(standing.failures == 0);
  CHECK(standing.reason.empty());
  CHECK(outbox.notifier->tallies().at("siem").failures == 2);
}

TEST_CASE("changed settings, a restart and a clock that was set back do not wait for the back-off") {
  Outbox outbox(webhook("siem"));
  outbox.look();
  outbox.record("certificate.issued");
  outbox.answer = []() -> Result<> { return fail(Code::kUnavailable, "The server {} sleeps.", "siem"); };
  outbox.look(3);
  CHECK(outbox.told.size() == 1);
  outbox.use(webhook("siem", "*"));
  outbox.look(3);
  CHECK(outbox.told.size() == 2);
  outbox.begin();
  outbox.look(3);
  CHECK(outbox.told.size() == 3);
  outbox.clock.advance(base::days(-1));
  outbox.look();
  CHECK(outbox.told.size() == 4);
}

TEST_CASE("a failing target does not hold up another one") {
  Outbox outbox(webhook("bad") + webhook("good"));
  outbox.look();
  const auto record = outbox.record("certificate.issued");
  bool first = true;
  outbox.answer = [&]() -> Result<> {
    if (std::exchange(first, false)) return fail(Code::kUnavailable, "The server {} sleeps.", "bad");
    return {};
  };
  outbox.look();
  CHECK(outbox.told == Attempts{{record}, {record}});
  CHECK(outbox.standings()[0].waiting == 1);
  CHECK(outbox.standings()[1].waiting == 0);
}

TEST_CASE("a target that takes its time holds nobody else up") {
  Outbox outbox(webhook("slow") + webhook("fine"));
  std::promise<void> answered;
  std::promise<void> asked;
  std::atomic<int> told{0};
  outbox.notifier = std::make_unique<notify::Notifier>(notify::NotifierParts{
      .store = outbox.store,
      .clock = &outbox.clock,
      .settings = [&] { return outbox.settings; },
      .deliver = [&](const Target& target, std::span<const Notice>, const std::stop_token&) -> Result<> {
        ++told;
        if (target.name == "fine") return {};
        asked.set_value();
        answered.get_future().wait();
        return {};
      },
      .actor = "service:notifier"});
  CHECK(need(outbox.notifier->targets()) == std::vector<std::string>{"slow", "fine"});
  outbox.record("certificate.issued");
  std::jthread slow([&] { need(outbox.notifier->look_at("slow", {})); });
  asked.get_future().wait();
  need(outbox.notifier->look_at("fine", {}));
  CHECK(told == 2);
  CHECK(outbox.notifier->tallies().at("fine").sent == 1);
  CHECK(outbox.notifier->tallies().at("slow").sent == 0);
  answered.set_value();
  slow.join();
  CHECK(outbox.notifier->tallies().at("slow").sent == 1);
  CHECK_FALSE(need(outbox.notifier->look_at("nobody", {})));
}

TEST_CASE("after seven days of failing an old record is given up, which the ledger says and nobody is told") {
  Outbox outbox(webhook("siem", "*"));
  outbox.look();
  const auto old = outbox.record("certificate.issued");
  outbox.answer = []() -> Result<> { return fail(Code::kUnavailable, "The server {} sleeps.", "siem"); };
  outbox.look();
  outbox.clock.advance(base::days(3));
  const auto younger = outbox.record("certificate.revoked");
  outbox.look();
  outbox.clock.advance({4 * 86400 - 1});
  outbox.look();
  CHECK(outbox.recorded(younger + 1).empty());
  outbox.clock.advance(base::hours(2));
  outbox.look();
  const auto given_up = outbox.recorded(younger + 1);
  REQUIRE(given_up.size() == 1);
  CHECK(given_up[0].find(R"("data":{"reason":"The server siem sleeps.","records":[)" + std::to_string(old) + "]}") !=
        std::string::npos);
  CHECK(given_up[0].find(R"("kind":"notification.given-up","object":"notifications/siem")") != std::string::npos);
  CHECK(outbox.notifier->tallies().at("siem").given_up == 1);
  CHECK(outbox.standings()[0].waiting == 1);
  outbox.answer = [] { return Result<>(); };
  outbox.clock.advance(base::hours(2));
  outbox.told.clear();
  outbox.look_until_idle();
  CHECK(outbox.told == Attempts{{younger}});
}

TEST_CASE("a server that was off for a month gives nothing up at its first failure") {
  Outbox outbox(webhook("siem"));
  outbox.look();
  const auto record = outbox.record("certificate.issued");
  outbox.clock.advance(base::days(30));
  outbox.answer = []() -> Result<> { return fail(Code::kUnavailable, "The server {} sleeps.", "siem"); };
  outbox.begin();
  outbox.look();
  CHECK(outbox.recorded(record + 1).empty());
  outbox.clock.advance(base::days(7));
  outbox.look();
  CHECK(outbox.recorded(record + 1).size() == 1);
}

TEST_CASE("a target that leaves the settings is forgotten, and begins anew when it comes back") {
  Outbox outbox(webhook("siem"));
  outbox.look();
  outbox.use("");
  outbox.look();
  outbox.record("certificate.issued");
  outbox.use(webhook("siem"));
  outbox.look_until_idle();
  CHECK(outbox.told.empty());
  const auto record = outbox.record("certificate.issued");
  outbox.look_until_idle();
  CHECK(outbox.told == Attempts{{record}});
}

TEST_CASE("while the settings are not known nothing is forgotten") {
  Outbox outbox(webhook("siem"));
  outbox.look();
  const auto record = outbox.record("certificate.issued");
  const auto known = std::exchange(outbox.settings, nullptr);
  outbox.begin();
  outbox.look();
  outbox.settings = known;
  outbox.look_until_idle();
  CHECK(outbox.told == Attempts{{record}});
}

TEST_CASE("an attempt that was cut short by the end of the server is no failure of the target") {
  Outbox outbox(webhook("siem"));
  outbox.look();
  outbox.record("certificate.issued");
  std::stop_source stop;
  outbox.answer = [&]() -> Result<> {
    stop.request_stop();
    return fail(Code::kUnavailable, "The server {} sleeps.", "siem");
  };
  CHECK_FALSE(need(outbox.notifier->look(stop.get_token())));
  CHECK(outbox.standings()[0].failures == 0);
  CHECK(outbox.standings()[0].waiting == 1);
}

TEST_CASE("why a target fails is told in the language of whoever asks, whichever the server spoke") {
  for (const auto spoken : {base::Language::kEnglish, base::Language::kChinese}) {
    Outbox outbox(webhook("siem"));
    outbox.look();
    outbox.record("certificate.issued");
    outbox.answer = []() -> Result<> {
      return fail(Code::kUnavailable, "{} answered {}.", "https://siem.example/", 503);
    };
    base::set_language(spoken);
    outbox.look();
    base::set_language(base::Language::kChinese);
    CHECK(outbox.standings()[0].reason == "https://siem.example/ 的应答为 503。");
    base::set_language(base::Language::kEnglish);
    CHECK(outbox.standings()[0].reason == "https://siem.example/ answered 503.");
  }
}
