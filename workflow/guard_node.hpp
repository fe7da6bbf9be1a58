// What a guard is made of once it was read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "yuxin/workflow/guard.hpp"

namespace yuxin::workflow {

enum class GuardOp { kOr, kAnd, kNot, kGiven, kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual, kIn };

// GuardValue is a literal: a text, or what Field::number_of gives.
struct GuardValue {
  std::string text;
  std::int64_t number = 0;
};

struct Guard::Node {
  GuardOp op = GuardOp::kOr;
  std::size_t left = 0;   // of kOr, kAnd, kNot: index of an earlier node
  std::size_t right = 0;  // of kOr, kAnd
  Field field;            // of the others
  std::vector<GuardValue> values;
};

// Fields that are always there. The policy comes from the installation, the others from the case (Case::values).
inline constexpr std::string_view kPolicyField = "policy";
inline constexpr std::string_view kOrganisationField = "organisation";
inline constexpr std::string_view kProfileField = "profile";

}  // namespace yuxin::workflow
