#include "yuxin/ocsp/cache.hpp"

#include <doctest/doctest.h>

using namespace yuxin;
using namespace yuxin::ocsp;

namespace {

using base::Bytes;
using base::UnixTime;

const auto kAlways = [] { return true; };

struct Sample {
  std::int64_t authority;
  Bytes serial;
  Bytes cert_id;
};

CachedAnswer answer(const Sample& sample, UnixTime renew_at, std::size_t body = 100) {
  auto content = std::make_shared<base::HttpContent>();
  content->body = Bytes(body, 0x30);
  return {sample.authority, sample.serial, sample.cert_id, content, renew_at};
}

std::shared_ptr<const base::HttpContent> find(AnswerCache& cache, const Sample& sample, UnixTime now) {
  CertIdView id;
  id.serial = sample.serial;
  id.der = sample.cert_id;
  return cache.find(id, now, AnswerCache::Wait::kIfBusy);
}

const Sample kFirst{1, {5}, {0x30, 1}};
const Sample kFirstOtherDigest{1, {5}, {0x30, 2}};
const Sample kSameSerialOtherAuthority{2, {5}, {0x30, 3}};
const Sample kSecond{1, {6}, {0x30, 4}};
constexpr UnixTime kNow{1000};
constexpr UnixTime kRenew{2000};

}  // namespace

TEST_CASE("an answer is found under its exact CertID until it is due for renewal") {
  AnswerCache cache(1U << 20U);
  cache.insert(answer(kFirst, kRenew), kAlways);
  CHECK(find(cache, kFirst, kNow));
  CHECK_FALSE(find(cache, kFirstOtherDigest, kNow));
  CHECK(find(cache, kFirst, UnixTime{1999}));
  CHECK_FALSE(find(cache, kFirst, kRenew));
}

TEST_CASE("a change of one certificate drops its answers under every CertID and no other") {
  AnswerCache cache(1U << 20U);
  for (const auto& sample : {kFirst, kFirstOtherDigest, kSameSerialOtherAuthority, kSecond}) {
    cache.insert(answer(sample, kRenew), kAlways);
  }
  cache.drop(1, Bytes{5});
  CHECK_FALSE(find(cache, kFirst, kNow));
  CHECK_FALSE(find(cache, kFirstOtherDigest, kNow));
  CHECK(find(cache, kSameSerialOtherAuthority, kNow));
  CHECK(find(cache, kSecond, kNow));
  cache.drop_authority(1);
  CHECK_FALSE(find(cache, kSecond, kNow));
  CHECK(find(cache, kSameSerialOtherAuthority, kNow));
}

TEST_CASE("an answer that is no longer true when it arrives is not kept") {
  AnswerCache cache(1U << 20U);
  cache.insert(answer(kFirst, kRenew), [] { return false; });
  CHECK_FALSE(find(cache, kFirst, kNow));
  CHECK(cache.size() == 0);
}

TEST_CASE("a new answer takes the place of the old one") {
  AnswerCache cache(1U << 20U);
  cache.insert(answer(kFirst, kRenew), kAlways);
  cache.insert(answer(kFirst, UnixTime{3000}, 7), kAlways);
  CHECK(cache.size() == 1);
  REQUIRE(find(cache, kFirst, kRenew));
  CHECK(find(cache, kFirst, kRenew)->body.size() == 7);
}

TEST_CASE("memory stays within the limit, and the oldest answers leave first") {
  constexpr std::size_t limit = 1U << 20U;
  AnswerCache cache(limit);
  for (std::uint32_t i = 0; i < 5000; ++i) {
    const Bytes serial{1, static_cast<std::uint8_t>(i >> 8U), static_cast<std::uint8_t>(i)};
    cache.insert(answer({1, serial, serial}, kRenew, 1000), kAlways);
    REQUIRE(cache.bytes() <= limit);
  }
  CHECK(cache.size() > 500);
  const Bytes newest{1, 4999 >> 8, 4999 & 0xff};
  const Bytes oldest{1, 0, 0};
  CHECK(find(cache, {1, newest, newest}, kNow));
  CHECK_FALSE(find(cache, {1, oldest, oldest}, kNow));
}

TEST_CASE("an answer larger than its share of the memory is not kept") {
  AnswerCache cache(1U << 20U);
  cache.insert(answer(kFirst, kRenew, 1U << 20U), kAlways);
  CHECK(cache.size() == 0);
  CHECK(cache.bytes() == 0);
}

TEST_CASE("answers that are due are listed if somebody asked for them, and forgotten otherwise") {
  AnswerCache cache(1U << 20U);
  cache.insert(answer(kFirst, UnixTime{1500}), kAlways);
  cache.insert(answer(kFirstOtherDigest, UnixTime{1600}), kAlways);
  cache.insert(answer(kSecond, UnixTime{9000}), kAlways);
  REQUIRE(find(cache, kFirst, kNow));
  CHECK(cache.take_due(UnixTime{1499}, 10).empty());
  const auto due = cache.take_due(UnixTime{1600}, 10);
  REQUIRE(due.size() == 1);
  CHECK(due[0].cert_id == kFirst.cert_id);
  CHECK(due[0].serial == kFirst.serial);
  CHECK(find(cache, kFirst, kNow));  // still served while the new one is signed
  CHECK_FALSE(find(cache, kFirstOtherDigest, kNow));
  CHECK(find(cache, kSecond, kNow));
}

TEST_CASE("no more renewals are listed than asked for, and the rest come next time") {
  AnswerCache cache(1U << 20U);
  for (std::uint8_t i = 1; i <= 20; ++i) {
    cache.insert(answer({1, {i}, {i}}, UnixTime{1500}), kAlways);
    REQUIRE(find(cache, {1, {i}, {i}}, kNow));
  }
  CHECK(cache.take_due(UnixTime{1500}, 15).size() == 15);
  CHECK(cache.take_due(UnixTime{1500}, 15).size() == 5);
}
