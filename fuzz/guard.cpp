// Conditions: what is accepted can be judged, and its opposite is the opposite.
#include "yuxin/workflow/guard.hpp"

#include <cstdlib>

#include "yuxin/base/bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin;
  using workflow::Field;
  using workflow::FieldKind;
  static const std::vector<Field> kFields = [] {
    std::vector<Field> fields;
    for (const auto kind : {FieldKind::kText, FieldKind::kInteger, FieldKind::kBoolean, FieldKind::kTime,
                            FieldKind::kChoice, FieldKind::kOrganisation, FieldKind::kKey}) {
      Field field;
      field.name = std::string(1, static_cast<char>('a' + static_cast<int>(fields.size())));
      field.title = {field.name, {}};
      field.kind = kind;
      field.max = 100;
      field.one_of = {"low", "high"};
      field.order = Field::Order::kLowToHigh;
      fields.push_back(std::move(field));
    }
    return fields;
  }();
  static const std::vector<std::string> kPolicies{"2004", "2026"};
  static const base::JsonObject kValues{
      {"a", "x"}, {"b", 1}, {"c", true}, {"d", "2026-11-22T10:00:00Z"}, {"e", "low"}};
  const auto text = base::as_text({data, size});
  const auto guard = workflow::Guard::parse(text, kFields, kPolicies);
  if (!guard) return 0;
  if (guard->always()) return 0;
  const auto other = workflow::Guard::parse("not (" + std::string(text) + ")", kFields, kPolicies);
  for (const auto& values : {kValues, base::JsonObject()}) {
    const auto truth = guard->evaluate(values, "2026");
    if (!other) continue;  // too long or too deep by one
    const auto opposite = other->evaluate(values, "2026");
    const bool fits =
        truth == workflow::Truth::kUnknown
            ? opposite == workflow::Truth::kUnknown
            : opposite == (truth == workflow::Truth::kTrue ? workflow::Truth::kFalse : workflow::Truth::kTrue);
    if (!fits) std::abort();
  }
  return 0;
}
