// Reading a condition: recursive descent over a short text, with every name and value checked against its field.
#include <algorithm>
#include <charconv>

#include "guard_node.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::workflow {

using base::Code;
using base::fail;
using base::Result;

class GuardParser {
 public:
  GuardParser(std::string_view text, std::span<const Field> fields, std::span<const std::string> policies)
      : text_(text), fields_(fields) {
    policy_.name = kPolicyField;
    policy_.kind = FieldKind::kChoice;
    policy_.one_of.assign(policies.begin(), policies.end());
    organisation_.name = kOrganisationField;
    organisation_.kind = FieldKind::kOrganisation;
    profile_.name = kProfileField;
  }

  Result<Guard> run() {
    skip();
    TRY(condition(0));
    if (at_ < text_.size()) return wrong(at_, base::message("\"and\", \"or\" or the end is expected here"));
    Guard guard;
    guard.text_ = text_;
    for (const auto& node : nodes_) {
      const auto& name = node.field.name;
      if (!name.empty() && std::ranges::find(guard.names_, name) == guard.names_.end()) guard.names_.push_back(name);
    }
    guard.nodes_ = std::make_shared<const std::vector<Guard::Node>>(std::move(nodes_));
    return guard;
  }

 private:
  using Index = std::size_t;

  [[nodiscard]] base::Failure wrong(std::size_t at, const std::string& why) const {
    return fail(Code::kMalformed, "the condition \"{}\" is wrong at character {}: {}", text_,
                base::code_points(text_.substr(0, at)) + 1, why);
  }

  Index add(Guard::Node node) {
    nodes_.push_back(std::move(node));
    return nodes_.size() - 1;
  }
  Index join(GuardOp op, Index left, Index right) {
    Guard::Node node;
    node.op = op;
    node.left = left;
    node.right = right;
    return add(std::move(node));
  }

  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }
  static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }
  [[nodiscard]] std::string_view peek_word() const {
    auto end = at_;
    while (end < text_.size() && is_word(text_[end])) ++end;
    return text_.substr(at_, end - at_);
  }
  bool take_word(std::string_view word) {
    if (peek_word() != word) return false;
    at_ += word.size();
    skip();
    return true;
  }
  bool take(std::string_view mark) {
    if (!text_.substr(at_).starts_with(mark)) return false;
    at_ += mark.size();
    skip();
    return true;
  }

  Result<Index> condition(std::size_t depth) {
    TRY(auto left, term(depth));
    while (take_word("or")) {
      TRY(const auto right, term(depth));
      left = join(GuardOp::kOr, left, right);
    }
    return left;
  }
  Result<Index> term(std::size_t depth) {
    TRY(auto left, factor(depth));
    while (take_word("and")) {
      TRY(const auto right, factor(depth));
      left = join(GuardOp::kAnd, left, right);
    }
    return left;
  }
  Result<Index> factor(std::size_t depth) {
    const auto start = at_;
    if (depth > Guard::kDeepest) return wrong(start, base::message("this is nested too deeply"));
    if (take_word("not")) {
      TRY(const auto inner, factor(depth + 1));
      return join(GuardOp::kNot, inner, inner);
    }
    if (take("(")) {
      TRY(const auto inner, condition(depth + 1));
      if (!take(")")) return wrong(at_, base::message("\")\" is missing"));
      return inner;
    }
    if (peek_word() == "given" && text_.substr(at_).starts_with("given(")) {
      at_ += std::string_view("given(").size();
      skip();
      TRY(const auto field, field_here());
      if (!take(")")) return wrong(at_, base::message("\")\" is missing"));
      return compare(GuardOp::kGiven, field, {});
    }
    return comparison();
  }

  Result<Field> field_here() {
    const auto start = at_;
    const auto name = peek_word();
    if (name.empty()) return wrong(start, base::message("the name of a field is expected here"));
    at_ += name.size();
    skip();
    for (const auto* built_in : {&policy_, &organisation_, &profile_}) {
      if (name == built_in->name) return *built_in;
    }
    const auto found = std::ranges::find(fields_, name, &Field::name);
    if (found != fields_.end()) return *found;
    std::vector<std::string> known;
    for (const auto& field : fields_) known.push_back(field.name);
    if (const auto near = base::nearest(name, known))
      return wrong(start, base::message("there is no field \"{}\"; did you mean \"{}\"?", name, *near));
    return wrong(start, base::message("there is no field \"{}\"", name));
  }

  Index compare(GuardOp op, const Field& field, std::vector<GuardValue> values) {
    Guard::Node node;
    node.op = op;
    node.field = field;
    node.values = std::move(values);
    return add(std::move(node));
  }

  Result<Index> comparison() {
    TRY(const auto field, field_here());
    const auto start = at_;
    const auto word = peek_word();
    if (word == "in" || word == "not") {
      const bool without = take_word("not");
      if (!take_word("in")) return wrong(at_, base::message("\"in\" is expected here"));
      TRY(auto values, list_of(field));
      const auto found = compare(GuardOp::kIn, field, std::move(values));
      return without ? join(GuardOp::kNot, found, found) : found;
    }
    const auto op = operator_here();
    if (!op) {
      if (field.kind == FieldKind::kBoolean) return compare(GuardOp::kEqual, field, {{.text = {}, .number = 1}});
      return wrong(start, base::message("==, !=, <, <=, >, >= or \"in\" is expected after \"{}\"", field.name));
    }
    const bool ordered = *op != GuardOp::kEqual && *op != GuardOp::kNotEqual;
    if (ordered && !has_order(field)) {
      return wrong(start, base::message("\"{}\" has no order; only == and != may stand here", field.name));
    }
    TRY(auto value, value_of(field));
    return compare(*op, field, {std::move(value)});
  }

  static bool has_order(const Field& field) {
    switch (field.kind) {
      case FieldKind::kInteger:
      case FieldKind::kTime:
        return true;
      case FieldKind::kChoice:
        return field.order != Field::Order::kNone;
      default:
        return false;
    }
  }

  std::optional<GuardOp> operator_here() {
    constexpr std::pair<std::string_view, GuardOp> kOperators[] = {
        {"==", GuardOp::kEqual},        {"!=", GuardOp::kNotEqual}, {"<=", GuardOp::kLessEqual},
        {">=", GuardOp::kGreaterEqual}, {"<", GuardOp::kLess},      {">", GuardOp::kGreater}};
    for (const auto& [mark, op] : kOperators) {
      if (take(mark)) return op;
    }
    return std::nullopt;
  }

  Result<std::vector<GuardValue>> list_of(const Field& field) {
    if (!take("[")) return wrong(at_, base::message("a list in square brackets is expected here"));
    std::vector<GuardValue> values;
    do {
      TRY(auto value, value_of(field));
      values.push_back(std::move(value));
    } while (take(","));
    if (!take("]")) return wrong(at_, base::message("\"]\" is missing"));
    return values;
  }

  Result<base::Json> literal() {
    const auto start = at_;
    if (at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"')) {
      const auto end = text_.find(text_[at_], at_ + 1);
      if (end == std::string_view::npos) return wrong(start, base::message("this text has no end"));
      base::Json value(text_.substr(at_ + 1, end - at_ - 1));
      at_ = end + 1;
      skip();
      return value;
    }
    if (take_word("true")) return base::Json(true);
    if (take_word("false")) return base::Json(false);
    std::int64_t number = 0;
    const auto rest = text_.substr(at_);
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error != std::errc{}) return wrong(start, base::message("a value is expected here: 'text', 12, true"));
    at_ += static_cast<std::size_t>(end - rest.data());
    if (at_ < text_.size() && is_word(text_[at_])) return wrong(at_, base::message("this is no number"));
    skip();
    return base::Json(number);
  }

  Result<GuardValue> value_of(const Field& field) {
    const auto start = at_;
    TRY(const auto value, literal());
    GuardValue made;
    // A number may lie outside what the form takes: "people > 0".
    const bool fits = field.kind == FieldKind::kInteger ? value.is_int64()
                      : field.kind == FieldKind::kText  ? value.is_string()
                                                        : check_value(field, value).has_value();
    if (!fits) {
      auto plain = field;
      plain.title = {field.name, {}};
      const auto checked = check_value(plain, value);
      return wrong(start, checked ? std::string() : checked.error().detail);
    }
    if (value.is_string()) made.text = std::string_view(value.get_string());
    made.number = field.number_of(value).value_or(0);
    return made;
  }

  std::string_view text_;
  std::span<const Field> fields_;
  Field policy_;
  Field organisation_;
  Field profile_;
  std::size_t at_ = 0;
  std::vector<Guard::Node> nodes_;
};

Result<Guard> Guard::parse(std::string_view text, std::span<const Field> fields,
                           std::span<const std::string> policies) {
  if (base::trim(text).empty()) return Guard();
  if (text.size() > kLongest || !base::is_utf8(text)) {
    return fail(Code::kMalformed, "a condition has at most {} octets of UTF-8", kLongest);
  }
  return GuardParser(text, fields, policies).run();
}

}  // namespace yuxin::workflow
