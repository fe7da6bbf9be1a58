#include "yuxin/tsa/authority.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "command.hpp"
#include "small_stamps.hpp"

using namespace yuxin;
using base::Bytes;
using test::FakeClock;
using test::kStamped;
using test::need;
using tsa::Authority;
using tsa::AuthorityOptions;
using x509::DigestAlgorithm;
using x509::TimeStampFailure;
using x509::TimeStampRequest;
using x509::TimeStampResponse;

namespace {

class FixedSource final : public tsa::TimeSource {
 public:
  [[nodiscard]] base::Result<tsa::TimeReading> ask() override {
    ++asked;
    return says;
  }
  base::Result<tsa::TimeReading> says = tsa::TimeReading{0, 0};
  int asked = 0;
};

// Scene is an authority with a P-256 key in service.
struct Scene {
  explicit Scene(std::shared_ptr<tsa::TimeSource> source = nullptr, AuthorityOptions options = {})
      : authority(need(Authority::open(store, clock, with_policy(std::move(options)), std::move(source)))) {
    authority->set_stamper(city.stamper());
  }
  static AuthorityOptions with_policy(AuthorityOptions options) {
    options.policy = test::SmallTsa::options().policy;
    return options;
  }
  [[nodiscard]] TimeStampResponse ask(const Bytes& request) const {
    return need(x509::parse_time_stamp_response(authority->respond(request)));
  }
  [[nodiscard]] std::optional<TimeStampFailure> failure(const Bytes& request) const { return ask(request).failure; }

  test::SmallTsa city{{x509::KeyType::kP256, 256}};
  FakeClock clock{kStamped};
  std::shared_ptr<store::Store> store = test::stamp_store();
  std::unique_ptr<Authority> authority;
};

Bytes request_with(const x509::TimeStampRequestOptions& options) { return x509::make_time_stamp_request(options); }

}  // namespace

TEST_CASE("a request is granted: its imprint, its nonce, the time of the clock, a serial of the block") {
  const Scene scene;
  const Bytes nonce = x509::make_time_stamp_nonce();
  const auto request =
      test::request_for("text", DigestAlgorithm::kSha512, TimeStampRequest::Certificates::kIncluded, nonce);
  const auto response = scene.ask(request);
  CHECK(response.status == 0);
  REQUIRE(response.token);
  const auto& info = response.token->info();
  CHECK(info.digest == DigestAlgorithm::kSha512);
  CHECK(info.imprint == x509::digest(DigestAlgorithm::kSha512, base::as_bytes("text")));
  CHECK(info.nonce == nonce);
  CHECK(info.time == kStamped);
  CHECK(info.time_microseconds == 0);
  CHECK(info.serial.size() == 16);
  CHECK(x509::check_answer(*response.token, *x509::parse_time_stamp_request(request)));
  CHECK(x509::verify_time_stamp(*response.token, base::as_bytes("text"), scene.city.paths()));
  CHECK(scene.authority->counters().granted == 1);
}

TEST_CASE("every digest that is taken, and none else") {
  const Scene scene;
  for (const auto digest :
       {DigestAlgorithm::kSha256, DigestAlgorithm::kSha384, DigestAlgorithm::kSha512, DigestAlgorithm::kSm3}) {
    CHECK(scene.ask(test::request_for("text", digest)).status == 0);
  }
  CHECK(scene.failure(test::request_for("text", DigestAlgorithm::kSha1)) == TimeStampFailure::kBadAlg);
}

TEST_CASE("each reason to refuse has its own bit") {
  const Scene scene;
  const Bytes imprint(32, 7);
  const Bytes short_imprint(31, 7);
  const Bytes other = test::oid_of("1.2.3");
  const Bytes own = test::SmallTsa::options().policy;
  CHECK(scene.failure({}) == TimeStampFailure::kBadDataFormat);
  CHECK(scene.failure({0x30, 0x00}) == TimeStampFailure::kBadDataFormat);
  CHECK(scene.failure(request_with({.imprint = short_imprint})) == TimeStampFailure::kBadDataFormat);
  CHECK(scene.failure(request_with({.imprint = imprint, .policy = other})) == TimeStampFailure::kUnacceptedPolicy);
  CHECK_FALSE(scene.failure(request_with({.imprint = imprint, .policy = own})));
  // an extension of unknown type, critical or not, behind an otherwise good request
  for (const Bytes& extension :
       {Bytes{0xa0, 0x09, 0x30, 0x07, 0x06, 0x01, 0x2a, 0x04, 0x02, 0x05, 0x00},
        Bytes{0xa0, 0x0c, 0x30, 0x0a, 0x06, 0x01, 0x2a, 0x01, 0x01, 0xff, 0x04, 0x02, 0x05, 0x00}}) {
    Bytes request = request_with({.imprint = imprint});
    base::append(request, extension);
    request[1] = static_cast<std::uint8_t>(request[1] + extension.size());
    CHECK(scene.failure(request) == TimeStampFailure::kUnacceptedExtension);
  }
  CHECK(scene.authority->counters().refused == 6);
  CHECK(scene.authority->counters().granted == 1);
}

TEST_CASE("without a key in service, or with a certificate out of its time, it is a system failure") {
  Scene scene;
  scene.authority->set_stamper(nullptr);
  CHECK(scene.failure(test::request_for("text")) == TimeStampFailure::kSystemFailure);
  CHECK_FALSE(scene.authority->trouble().empty());
  const test::SmallTsa expired({x509::KeyType::kP256, 256}, x509::SignatureAlgorithm::kEcdsaSha256,
                               {kStamped - base::days(2), kStamped - base::days(1)});
  scene.authority->set_stamper(expired.stamper());
  CHECK(scene.failure(test::request_for("text")) == TimeStampFailure::kSystemFailure);
  scene.authority->set_stamper(scene.city.stamper());
  CHECK(scene.ask(test::request_for("text")).status == 0);
  CHECK(scene.authority->trouble().empty());
  CHECK(test::block_records(*scene.store).size() == 1);  // nothing was reserved for stamps that could not be made
}

TEST_CASE("a clock that goes back below the last stamp stops stamping, also in the next process") {
  Scene scene;
  REQUIRE(scene.ask(test::request_for("text")).status == 0);
  scene.clock.set(kStamped - base::Seconds{1});
  CHECK(scene.failure(test::request_for("text")) == TimeStampFailure::kTimeNotAvailable);
  CHECK(scene.authority->counters().no_time == 1);

  // a crash now: only the record of the block tells
  const auto next = need(Authority::open(scene.store, scene.clock, Scene::with_policy({}), nullptr));
  next->set_stamper(scene.city.stamper());
  CHECK(need(x509::parse_time_stamp_response(next->respond(test::request_for("text")))).failure ==
        TimeStampFailure::kTimeNotAvailable);
  scene.clock.set(kStamped);
  CHECK(need(x509::parse_time_stamp_response(next->respond(test::request_for("text")))).status == 0);
}

TEST_CASE("a tick writes down the latest stamp, and later processes begin there") {
  Scene scene;
  REQUIRE(scene.ask(test::request_for("text")).status == 0);
  scene.clock.advance(base::minutes(9));  // the same block
  REQUIRE(scene.ask(test::request_for("text")).status == 0);
  REQUIRE(scene.authority->tick());
  scene.clock.advance(base::Seconds{-1});
  const auto next = need(Authority::open(scene.store, scene.clock, Scene::with_policy({}), nullptr));
  next->set_stamper(scene.city.stamper());
  CHECK(need(x509::parse_time_stamp_response(next->respond(test::request_for("text")))).failure ==
        TimeStampFailure::kTimeNotAvailable);
}

TEST_CASE("a time source is asked by the tick, and decides") {
  const auto source = std::make_shared<FixedSource>();
  Scene scene(source);
  CHECK(scene.failure(test::request_for("text")) == TimeStampFailure::kTimeNotAvailable);  // not asked yet
  REQUIRE(scene.authority->tick());
  CHECK(source->asked == 1);
  CHECK(scene.ask(test::request_for("text")).status == 0);
  source->says = tsa::TimeReading{5'000'000, 0};
  REQUIRE(scene.authority->tick());
  CHECK(scene.failure(test::request_for("text")) == TimeStampFailure::kTimeNotAvailable);
}

TEST_CASE("where times are unique, tokens can be put in order by them") {
  AuthorityOptions options;
  options.time.times = tsa::TimeGuardOptions::Times::kUnique;
  const Scene scene(nullptr, options);
  std::set<std::pair<std::int64_t, std::uint32_t>> seen;
  for (int i = 0; i < 20; ++i) {
    const auto response = scene.ask(test::request_for("text"));
    REQUIRE(response.token);
    CHECK(seen.insert({response.token->info().time.seconds, response.token->info().time_microseconds}).second);
  }
}

TEST_CASE("many threads get different numbers, and no number outside its block's time") {
  AuthorityOptions options;
  options.serials.block_size = 16;
  const Scene scene(nullptr, options);
  std::mutex mutex;
  std::set<Bytes> seen;
  std::atomic<int> wrong{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 50; ++i) {
          const auto response = x509::parse_time_stamp_response(scene.authority->respond(test::request_for("text")));
          if (!response || !response->token) {
            ++wrong;
            continue;
          }
          const std::lock_guard lock(mutex);
          if (!seen.insert(response->token->info().serial).second) ++wrong;
        }
      });
    }
  }
  CHECK(wrong == 0);
  CHECK(seen.size() == 200);
  CHECK(test::block_records(*scene.store).size() == 13);  // 200 numbers in blocks of 16
}
