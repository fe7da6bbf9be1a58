// Sets of shares: each share proves itself, exactly the rule of the plan gives the secret, and nothing foreign
// passes.
#include "yuxin/keymgmt/share_set.hpp"
#include "need.hpp"

#include <doctest/doctest.h>

#include "small_shares.hpp"

namespace base = yuxin::base;
namespace keymgmt = yuxin::keymgmt;
using base::Code;
using keymgmt::OpenedShare;
using keymgmt::Quorum;
using keymgmt::SharePlace;
using yuxin::test::copy_of;
using yuxin::test::small_secret;
using yuxin::test::small_set;

namespace {

std::vector<OpenedShare> chosen(const keymgmt::MadeSet& set, unsigned subset) {
  std::vector<OpenedShare> some;
  for (std::size_t i = 0; i < set.made.size(); ++i) {
    if (((subset >> i) & 1U) != 0) some.push_back(copy_of(set.made[i].opened));
  }
  return some;
}

keymgmt::SharePlan plan_of(std::uint8_t groups_needed, const std::vector<std::pair<int, int>>& groups) {
  keymgmt::SharePlan plan{"plan", groups_needed, {}};
  for (const auto& [needed, members] : groups) {
    auto& group = plan.groups.emplace_back();
    group.name = "group " + std::to_string(plan.groups.size());
    group.threshold = static_cast<std::uint8_t>(needed);
    for (int i = 0; i < members; ++i)
      group.members.push_back({group.name + " member " + std::to_string(i), keymgmt::ShareSeal::kPassphrase, {}});
  }
  return plan;
}

}  // namespace

TEST_CASE("exactly the custodians that the rule asks for have the secret, and more do no harm") {
  for (const auto& [needed, groups] :
       std::vector<std::pair<int, std::vector<std::pair<int, int>>>>{{1, {{2, 3}}},
                                                                     {1, {{1, 3}}},
                                                                     {2, {{2, 3}, {1, 2}}},
                                                                     {1, {{2, 2}, {3, 4}}},
                                                                     {2, {{2, 2}, {1, 1}, {2, 3}}}}) {
    const auto set = keymgmt::make_share_set(small_secret(), plan_of(static_cast<std::uint8_t>(needed), groups),
                                             {1'790'000'000}, std::nullopt)
                         .value();
    for (unsigned subset = 0; subset < (1U << set.made.size()); ++subset) {
      std::vector<int> there(groups.size());
      for (std::size_t i = 0; i < set.made.size(); ++i) there[set.made[i].group] += (subset >> i) & 1U ? 1 : 0;
      int complete = 0;
      for (std::size_t i = 0; i < groups.size(); ++i) complete += there[i] >= groups[i].first ? 1 : 0;
      const auto joined = keymgmt::join_share_set(set.shares, chosen(set, subset));
      CHECK(joined.has_value() == (complete >= needed));
      if (joined) CHECK(base::equal(joined->view(), small_secret().view()));
      if (!joined) CHECK(joined.error().code == Code::kUsage);
    }
  }
}

TEST_CASE("every share proves itself alone, and whose it is") {
  const auto set = small_set();
  for (const auto& made : set.made) {
    const auto place = keymgmt::prove_share(set.shares, made.opened);
    REQUIRE(place);
    CHECK(*place == SharePlace{made.group, made.number});
  }
  // of those who have the same share too
  CHECK(base::equal(set.made[3].opened.share.value.view(), set.made[4].opened.share.value.view()));
  CHECK(set.shares.groups[1].shares[0].commitment != set.shares.groups[1].shares[1].commitment);
}

TEST_CASE("an altered share or proof, another's proof, and none at all do not prove anything") {
  const auto set = small_set();
  for (std::size_t octet = 0; octet < 32; ++octet) {
    auto opened = copy_of(set.made[0].opened);
    opened.share.value.data()[octet] ^= 0x01;
    CHECK(yuxin::test::error_of(keymgmt::prove_share(set.shares, opened)).code == Code::kBadSignature);
    opened = copy_of(set.made[0].opened);
    opened.salt.data()[octet] ^= 0x80;
    CHECK(yuxin::test::error_of(keymgmt::prove_share(set.shares, opened)).code == Code::kBadSignature);
  }
  auto opened = copy_of(set.made[0].opened);
  opened.salt = set.made[1].opened.salt.clone();
  CHECK(yuxin::test::error_of(keymgmt::prove_share(set.shares, opened)).code == Code::kBadSignature);
  opened = copy_of(set.made[0].opened);
  opened.share.member = 1;  // claims to be the next
  CHECK(yuxin::test::error_of(keymgmt::prove_share(set.shares, opened)).code == Code::kBadSignature);
  opened = copy_of(set.made[0].opened);
  opened.salt = base::Secret();
  CHECK(yuxin::test::error_of(keymgmt::prove_share(set.shares, opened)).code == Code::kUsage);
}

TEST_CASE("a share of another set is refused, also one of the same secret and plan") {
  const auto one = small_set();
  const auto two = small_set();
  CHECK(yuxin::test::error_of(keymgmt::prove_share(one.shares, two.made[0].opened)).code == Code::kBadSignature);
  auto mixed = chosen(one, 0b01001);
  mixed.push_back(copy_of(two.made[1].opened));
  CHECK(yuxin::test::error_of(keymgmt::join_share_set(one.shares, mixed)).code == Code::kBadSignature);
  // without the words that tell, the identifier tells
  mixed[2].set.clear();
  mixed[2].fingerprint.reset();
  mixed[2].salt = base::Secret();
  if (one.shares.header != two.shares.header)
    CHECK(yuxin::test::error_of(keymgmt::join_share_set(one.shares, mixed)).code == Code::kBadSignature);
  // and where that were the same, the digest inside
  mixed[2].share.set = one.shares.header;
  CHECK(yuxin::test::error_of(keymgmt::join_share_set(one.shares, mixed)).code == Code::kIntegrity);
}

TEST_CASE("a register that was changed after its shares were made is found by any share") {
  auto set = small_set();
  set.shares.groups[1].shares[0].custodian = "Somebody Else";
  CHECK(yuxin::test::error_of(keymgmt::prove_share(set.shares, set.made[0].opened)).code == Code::kBadSignature);
  CHECK(yuxin::test::error_of(keymgmt::join_share_set(set.shares, chosen(set, 0b11111))).code == Code::kBadSignature);
}

TEST_CASE("the words alone are enough to join, and one share twice counts once") {
  const auto set = small_set();
  auto words = chosen(set, 0b01011);
  for (auto& opened : words) {
    opened.set.clear();
    opened.fingerprint.reset();
    opened.salt = base::Secret();
  }
  const auto joined = keymgmt::join_share_set(set.shares, words);
  REQUIRE(joined);
  CHECK(base::equal(joined->view(), small_secret().view()));
  auto twice = chosen(set, 0b01001);
  twice.push_back(copy_of(set.made[0].opened));
  CHECK(yuxin::test::error_of(keymgmt::join_share_set(set.shares, twice)).code == Code::kUsage);
}

TEST_CASE("the quorum counts as the rule does") {
  const auto set = small_set();
  Quorum quorum(set.shares);
  CHECK(quorum.add({0, 2}) == Quorum::Added::kCounted);
  CHECK(quorum.add({0, 2}) == Quorum::Added::kThere);
  CHECK(quorum.add({0, 0}) == Quorum::Added::kCounted);
  CHECK(quorum.add({0, 1}) == Quorum::Added::kNotNeeded);
  CHECK_FALSE(quorum.met());
  CHECK(quorum.add({1, 1}) == Quorum::Added::kCounted);
  CHECK(quorum.add({1, 0}) == Quorum::Added::kThere);  // the same share
  CHECK(quorum.met());
  CHECK(quorum.present(0) == 2);
}

TEST_CASE("what cannot be shared is refused") {
  for (const std::size_t size : {0U, 15U, 17U, 66U}) {
    CHECK(yuxin::test::error_of(
              keymgmt::make_share_set(base::Secret(size), yuxin::test::small_plan(), {0}, std::nullopt))
              .code == Code::kUsage);
  }
}
