// A small set of shares: two of three in bureau A, and one of two in bureau B.
#pragma once

#include <doctest/doctest.h>

#include <string_view>

#include "yuxin/keymgmt/share_plan.hpp"
#include "yuxin/keymgmt/share_set.hpp"

namespace yuxin::test {

inline constexpr std::string_view kSmallPlan = R"(title = "Root of the city"

[[group]]
name = "bureau A"
needed = 2
members = ["Li Wei", "Wang Fang", "赵敏"]

[[group]]
name = "bureau B"
needed = 1
members = ["Chen Jie", "Sun Li"]

[[custodian]]
name = "Sun Li"
seal = "paper"
)";

inline base::Result<x509::Certificate> no_certificate(const std::string& file) {
  return base::fail(base::Code::kNotFound, "no certificate {}", file);
}

inline keymgmt::SharePlan small_plan() {
  auto plan = keymgmt::parse_share_plan(kSmallPlan, "plan.toml", no_certificate);
  REQUIRE(plan);
  return std::move(*plan);
}

inline base::Secret small_secret() {
  base::Secret secret(32);
  for (std::size_t i = 0; i < secret.size(); ++i) secret.data()[i] = static_cast<std::uint8_t>(0xa0 + i);
  return secret;
}

inline keymgmt::MadeSet small_set() {
  auto set = keymgmt::make_share_set(small_secret(), small_plan(), {1'790'000'000}, std::nullopt);
  REQUIRE(set);
  return std::move(*set);
}

inline keymgmt::OpenedShare copy_of(const keymgmt::OpenedShare& opened) {
  return {opened.share.clone(), opened.salt.clone(), opened.set, opened.fingerprint};
}

}  // namespace yuxin::test
