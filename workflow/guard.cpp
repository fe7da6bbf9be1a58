// Judging a condition.
#include "yuxin/workflow/guard.hpp"

#include <algorithm>

#include "guard_node.hpp"

namespace yuxin::workflow {

namespace {

Truth truth(bool value) { return value ? Truth::kTrue : Truth::kFalse; }

Truth negated(Truth value) {
  if (value == Truth::kUnknown) return value;
  return truth(value == Truth::kFalse);
}

bool is_text(FieldKind kind) {
  return kind == FieldKind::kText || kind == FieldKind::kOrganisation || kind == FieldKind::kKey;
}

bool compare(GuardOp op, std::int64_t a, std::int64_t b) {
  switch (op) {
    case GuardOp::kLess:
      return a < b;
    case GuardOp::kLessEqual:
      return a <= b;
    case GuardOp::kGreater:
      return a > b;
    case GuardOp::kGreaterEqual:
      return a >= b;
    default:
      return a == b;
  }
}

Truth test_text(const Guard::Node& node, std::string_view value) {
  const bool among = std::ranges::any_of(node.values, [&](const GuardValue& one) { return one.text == value; });
  return truth(node.op == GuardOp::kNotEqual ? !among : among);
}

Truth test_number(const Guard::Node& node, std::int64_t value) {
  if (node.op == GuardOp::kIn || node.op == GuardOp::kEqual || node.op == GuardOp::kNotEqual) {
    const bool among = std::ranges::any_of(node.values, [&](const GuardValue& one) { return one.number == value; });
    return truth(node.op == GuardOp::kNotEqual ? !among : among);
  }
  return truth(compare(node.op, value, node.values.front().number));
}

Truth test(const Guard::Node& node, const base::JsonObject& values, std::string_view policy) {
  if (node.field.name == kPolicyField) {
    return node.op == GuardOp::kGiven ? Truth::kTrue : test_text(node, policy);
  }
  const auto* value = values.if_contains(node.field.name);
  if (node.op == GuardOp::kGiven) return truth(value != nullptr);
  if (value == nullptr) return Truth::kUnknown;
  if (is_text(node.field.kind)) {
    return value->is_string() ? test_text(node, std::string_view(value->get_string())) : Truth::kUnknown;
  }
  const auto number = node.field.number_of(*value);
  return number ? test_number(node, *number) : Truth::kUnknown;
}

}  // namespace

// Nodes refer to earlier ones only, so one pass over all of them is enough, and no recursion.
Truth Guard::evaluate(const base::JsonObject& values, std::string_view policy) const {
  if (nodes_ == nullptr) return Truth::kTrue;
  std::vector<Truth> known;
  known.reserve(nodes_->size());
  for (const auto& node : *nodes_) {
    switch (node.op) {
      case GuardOp::kOr:
        known.push_back(std::max(known[node.left], known[node.right]));
        break;
      case GuardOp::kAnd:
        known.push_back(std::min(known[node.left], known[node.right]));
        break;
      case GuardOp::kNot:
        known.push_back(negated(known[node.left]));
        break;
      default:
        known.push_back(test(node, values, policy));
    }
  }
  return known.back();
}

}  // namespace yuxin::workflow
