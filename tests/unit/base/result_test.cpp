#include "yuxin/base/result.hpp"
#include "need.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <set>
#include <vector>

using namespace yuxin::base;

namespace {

constexpr Code kAll[] = {Code::kMalformed,     Code::kRefused,  Code::kBadSignature, Code::kUsage,
                         Code::kNotAuthorised, Code::kNotFound, Code::kConflict,     Code::kIntegrity,
                         Code::kUnavailable,   Code::kSigner,   Code::kInternal};

Result<int> half(int number) {
  if (number % 2 != 0) return fail(Code::kRefused, "{} is odd", number);
  return number / 2;
}

Result<> check_even(int number) {
  TRY(half(number));
  return {};
}

Result<int> quarter(int number) {
  TRY(const int once, half(number));
  TRY(const int twice, half(once));
  return twice;
}

}  // namespace

TEST_CASE("the command line's exit codes are those that the manual promises") {
  const std::vector<int> promised{1, 1, 1, 2, 3, 4, 5, 6, 7, 7, 70};
  for (std::size_t i = 0; i < promised.size(); ++i) CHECK(exit_code(kAll[i]) == promised[i]);
}

TEST_CASE("every code has its own name") {
  std::set<std::string_view> names;
  for (const Code code : kAll) names.insert(code_name(code));
  CHECK(names.size() == std::size(kAll));
  CHECK(code_name(Code::kNotFound) == "not-found");
}

TEST_CASE("TRY hands on the value, or the first failure") {
  CHECK(quarter(8) == 2);
  CHECK(check_even(8).has_value());
  const auto refused = quarter(6);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::kRefused);
  CHECK(refused.error().detail == "3 is odd");
  CHECK(yuxin::test::error_of(check_even(3)).detail == "3 is odd");
}

TEST_CASE("what a library said goes to the log and not to the user") {
  const Result<int> failed = fail_with(Code::kUnavailable, "ENOSPC", "The disk is full.");
  CHECK(failed.error().detail == "The disk is full.");
  CHECK(failed.error().diagnostic == "ENOSPC");
}

TEST_CASE("a system error is named") {
  errno = ENOSPC;
  CHECK(system_error() == "ENOSPC: No space left on device");
}
