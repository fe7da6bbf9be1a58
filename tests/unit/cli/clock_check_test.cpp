// What commands do on a clock that contradicts the ledger: nothing is issued on one that was set back, and everything
// can be revoked on any.
#include "cli/app/clock_check.hpp"

#include <doctest/doctest.h>

#include <iostream>
#include <sstream>

#include "cli/app/parser.hpp"
#include "cli/app/upkeep.hpp"
#include "command.hpp"
#include "fake_clock.hpp"
#include "founded_city.hpp"
#include "need.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/ca/revocation.hpp"
#include "yuxin/evidence/ledger.hpp"

namespace base = yuxin::base;
namespace ca = yuxin::ca;
namespace cli = yuxin::cli;
namespace evidence = yuxin::evidence;
namespace store = yuxin::store;
namespace test = yuxin::test;
namespace x509 = yuxin::x509;
using base::Code;

using test::need;

namespace {

constexpr base::UnixTime kMorning{1795341600};  // 2026-11-22T10:00:00Z

// A city founded in the morning, a request, and commands as people type them.
class Scene {
 public:
  Scene() : clock(kMorning) {
    test::found_city(folder, clock, "correct horse");
    const auto made = folder.run(
        "printf 'correct horse\n' >pass && openssl req -new -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 "
        "-keyout a.key -out a.csr -subj '/C=CN/O=Test City/CN=a'");
    if (made.status != 0) throw std::runtime_error(made.output);
  }

  // run gives the exit code.
  [[nodiscard]] int run(std::vector<std::string> words, const std::string& home = "online") const {
    std::vector<std::string> typed = {
        "--home", folder.file("city/" + home), "--passphrase-file", folder.file("pass"), "--quiet", "--yes"};
    typed.insert(typed.end(), words.begin(), words.end());
    auto parsed = need(cli::parse_call(typed));
    auto& call = std::get<cli::ParsedCall>(parsed);
    cli::Context context(call.options, clock);
    const auto outcome = call.command->run(context, call.arguments);
    return outcome ? *outcome : base::exit_code(outcome.error().code);
  }
  [[nodiscard]] int issue(const std::string& name, std::vector<std::string> more = {}) const {
    std::vector<std::string> words = {
        "cert", "issue", "--profile", "person-signing", "--csr", folder.file("a.csr"), "--out", folder.file(name)};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  [[nodiscard]] std::string serial(const std::string& name) const {
    const auto certificate = need(x509::Certificate::from_bytes(test::read_octets(folder.file(name))));
    return certificate.serial()->hex();
  }
  [[nodiscard]] std::shared_ptr<cli::Home> home(const std::string& name = "online") const {
    return need(cli::Home::open(folder.file("city/" + name), cli::Home::Access::kRead, clock));
  }
  [[nodiscard]] std::int64_t records(const std::string& name = "online") const {
    std::int64_t size = 0;
    need(home(name)->store().read([&](store::Reader& reader) -> base::Result<> {
      TRY(size, evidence::size(reader));
      return {};
    }));
    return size;
  }
  [[nodiscard]] store::CrlRow list() const {
    const auto open = home();
    return need(open->store().status().latest_crl(need(open->authority("issuing")).id));
  }

  test::TemporaryFolder folder;
  test::FakeClock clock;
};

constexpr int kConflict = 5;

}  // namespace

TEST_CASE("nothing is issued on a clock that was set back, and nothing changes") {
  Scene scene;
  scene.clock.advance(base::days(10));
  REQUIRE(scene.issue("a.pem") == 0);
  scene.clock.advance(base::Seconds{-299});
  CHECK(scene.issue("b.pem") == 0);  // five minutes are what clocks of two machines differ by
  scene.clock.set(kMorning + base::hours(1));
  const auto before = scene.records();
  CHECK(scene.issue("c.pem") == kConflict);
  CHECK(scene.issue("c.pem", {"--dry-run"}) == kConflict);
  CHECK_FALSE(base::file_exists(scene.folder.file("c.pem")));
  CHECK(scene.run({"cert", "renew", scene.serial("a.pem"), "--csr", scene.folder.file("a.csr")}) == kConflict);
  CHECK(scene.run({"ca", "create", "other", "--subject", "CN=Other"}) == kConflict);
  CHECK(scene.run({"role", "grant", "CA.SUPER", "--to", scene.folder.file("a.pem")}) == kConflict);
  CHECK(scene.records() == before);

  scene.clock.set(kMorning - base::hours(1));
  const auto root_before = scene.records("root");
  CHECK(scene.run({"ca", "create", "root-2", "--root", "--subject", "C=CN, CN=Root 2"}, "root") == kConflict);
  CHECK(scene.records("root") == root_before);
}

TEST_CASE("the floor is the latest time of all records, not of the last one") {
  Scene scene;
  scene.clock.advance(base::days(10));
  REQUIRE(scene.issue("a.pem") == 0);
  scene.clock.set(kMorning);
  REQUIRE(scene.run({"cert", "hold", scene.serial("a.pem")}) == 0);  // its records may be dated by the wrong clock
  CHECK(scene.issue("b.pem") == kConflict);
}

TEST_CASE("a clock that is weeks after the latest record is told with both times, and issues") {
  Scene scene;
  const auto said = [&](base::Seconds rest) {
    scene.clock.advance(rest);
    std::stringstream words;
    auto* before = std::cerr.rdbuf(words.rdbuf());
    const int code = scene.issue("after-" + std::to_string(rest.count) + ".pem", {"--days", "1"});
    std::cerr.rdbuf(before);
    CHECK(code == 0);
    return words.str();
  };
  CHECK(said(base::days(34)).empty());
  const auto warned = said(base::days(36));
  CHECK(warned.find(base::local_time(kMorning + base::days(34))) != std::string::npos);
  CHECK(warned.find(base::local_time(kMorning + base::days(70))) != std::string::npos);
}

TEST_CASE("whatever is recorded on a clock that is weeks after the latest record says so, once") {
  Scene scene;
  REQUIRE(scene.issue("a.pem") == 0);
  const auto said = [&](const std::vector<std::string>& words, const std::string& home) {
    scene.clock.advance(base::days(36));
    std::stringstream heard;
    auto* before = std::cerr.rdbuf(heard.rdbuf());
    const int code = scene.run(words, home);
    std::cerr.rdbuf(before);
    CHECK(code == 0);
    const auto text = heard.str();
    const auto first = text.find("Compare it with a watch");
    return first != std::string::npos && text.find("Compare it with a watch", first + 1) == std::string::npos;
  };
  CHECK(said({"ca", "crl", "issuing"}, "online"));
  CHECK(said({"ca", "crl", "root"}, "root"));
  CHECK(said({"cert", "hold", scene.serial("a.pem")}, "online"));
  CHECK(said({"cert", "revoke", scene.serial("a.pem"), "--reason", "superseded"}, "online"));
}

TEST_CASE("a clock that is accepted is recorded, and issues from there on") {
  Scene scene;
  scene.clock.set(kMorning + base::days(3650));
  REQUIRE(scene.issue("future.pem", {"--days", "1"}) == 0);
  scene.clock.set(kMorning + base::hours(1));
  CHECK(scene.issue("a.pem") == kConflict);
  CHECK(scene.issue("a.pem", {"--accept-clock", "--dry-run"}) == 0);
  CHECK(scene.issue("a.pem") == kConflict);
  CHECK(scene.issue("a.pem", {"--accept-clock"}) == 0);
  CHECK(scene.issue("b.pem") == 0);
  scene.clock.set(kMorning);
  CHECK(scene.issue("c.pem") == kConflict);

  std::string text;
  need(scene.home()->store().read([&](store::Reader& reader) -> base::Result<> {
    TRY(const auto size, evidence::size(reader));
    return evidence::for_each(reader, 0, size, [&](const evidence::StoredRecord& record) -> base::Result<> {
      if (record.text.find("\"clock.accepted\"") != std::string::npos) text += record.text;
      return {};
    });
  }));
  CHECK(text.find(R"("time":"2026-11-22T11:00:00Z")") != std::string::npos);
  CHECK(text.find(R"("latest_before":"2036-11-19T10:00:00Z")") != std::string::npos);
}

TEST_CASE("certificates are revoked on any clock, at a time that does not go back") {
  Scene scene;
  REQUIRE(scene.issue("a.pem") == 0);
  REQUIRE(scene.issue("b.pem") == 0);
  const auto before = scene.list();
  scene.clock.set(base::UnixTime{0});
  CHECK(scene.run({"cert", "hold", scene.serial("a.pem")}) == 0);
  CHECK(scene.run({"cert", "release", scene.serial("a.pem")}) == 0);
  CHECK(scene.run({"cert", "revoke", scene.serial("b.pem"), "--reason", "keyCompromise"}) == 0);
  CHECK(scene.run({"ca", "crl", "issuing"}) == 0);
  const auto after = scene.list();
  CHECK(after.number == before.number + 4);
  CHECK(after.this_update == kMorning);
  const auto octets = test::read_octets(scene.folder.file("city/online/") + after.file);
  const auto revoked = need(need(x509::Crl::from_der(octets)).find(*x509::Serial::parse(scene.serial("b.pem"))));
  REQUIRE(revoked);
  CHECK(revoked->revoked_at == kMorning);
}

TEST_CASE("the root's list is imported on a clock that was set back, and on one that is right after it was not") {
  for (const auto wrong : {base::days(-1), base::days(100)}) {
    Scene scene;
    scene.clock.advance(base::days(10));
    const auto list = scene.folder.file("root.crl");
    REQUIRE(scene.issue("a.pem") == 0);
    REQUIRE(scene.run({"ca", "crl", "root", "--out", list}, "root") == 0);
    scene.clock.advance(wrong);
    if (wrong > base::Seconds{0}) {
      REQUIRE(scene.issue("b.pem", {"--days", "1"}) == 0);
      scene.clock.set(kMorning + base::days(10));
    }
    CHECK(scene.run({"ca", "import-crl", "root", list}) == 0);
  }
}

TEST_CASE("a list from the future is replaced once the clock was accepted") {
  Scene scene;
  scene.clock.set(kMorning + base::days(3650));
  REQUIRE(scene.run({"ca", "crl", "issuing"}) == 0);
  scene.clock.set(kMorning + base::hours(1));
  REQUIRE(scene.issue("a.pem", {"--accept-clock"}) == 0);
  auto home = need(cli::Home::open(scene.folder.file("city/online"), cli::Home::Access::kWrite, scene.clock));
  need(home->unlock(base::Secret("correct horse")));
  auto& status = home->store().status();
  const auto responder = need(yuxin::ocsp::Responder::start(status, scene.clock, {}));
  const auto publication = need(yuxin::ocsp::Publication::start(status, scene.clock, {.home = home->path()}));
  cli::Upkeep upkeep(home, *responder, *publication, nullptr);
  need(upkeep.prepare());
  CHECK(scene.list().this_update == scene.clock.now());
}

TEST_CASE("a server starts on a clock that was set back, and certifies no service until it is right") {
  Scene scene;
  scene.clock.advance(base::days(25));
  REQUIRE(scene.issue("a.pem") == 0);
  scene.clock.advance(base::hours(-1));
  auto home = need(cli::Home::open(scene.folder.file("city/online"), cli::Home::Access::kWrite, scene.clock));
  need(home->unlock(base::Secret("correct horse")));
  auto& status = home->store().status();
  const auto signer = need(status.service_certificates("ocsp")).at(0).certificate;
  const auto responder = need(yuxin::ocsp::Responder::start(status, scene.clock, {}));
  const auto publication = need(yuxin::ocsp::Publication::start(status, scene.clock, {.home = home->path()}));
  cli::Upkeep upkeep(home, *responder, *publication, nullptr);
  need(upkeep.prepare());
  CHECK(need(status.service_certificates("ocsp")).at(0).certificate == signer);
  scene.clock.advance(base::hours(1));
  upkeep.step();
  CHECK(need(status.service_certificates("ocsp")).at(0).certificate != signer);
  CHECK(upkeep.counters().failures == 0);
}

TEST_CASE("the doctor compares the clock with the latest time of all records") {
  Scene scene;
  scene.clock.advance(base::hours(1));
  REQUIRE(scene.issue("a.pem") == 0);
  CHECK(scene.run({"doctor"}) == 0);
  scene.clock.set(kMorning);
  REQUIRE(scene.run({"cert", "hold", scene.serial("a.pem")}) == 0);
  CHECK(scene.run({"doctor"}) == 1);
}
