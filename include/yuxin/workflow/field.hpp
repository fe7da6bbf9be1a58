// The fields of a form: what people fill in, and what may stand there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"

namespace yuxin::workflow {

// Title is a text in both languages. `text` is the one of the process, or the other where there is only that.
struct Title {
  std::string en;
  std::string zh;
  [[nodiscard]] const std::string& text() const;
};

// FieldKind says what a value is, in a form's JSON and in guards.
enum class FieldKind {
  kText,          // text without control characters but line ends; compared for equality only
  kInteger,       // "min" to "max"
  kBoolean,       // true, false
  kTime,          // "2026-11-22T10:00:00Z"; compared as moments
  kChoice,        // one of `one_of`
  kOrganisation,  // code of an organisation: "PSB"
  kKey,           // SHA-256 of a SubjectPublicKeyInfo, 64 hexadecimal digits
};

// Field is one field of a workflow's form.
struct Field {
  std::string name;  // lower-case letters, digits and '_', at most 40
  Title title;
  FieldKind kind = FieldKind::kText;
  std::vector<std::string> one_of;  // of kChoice
  std::vector<Title> words;         // of kChoice: what people call each of them; or none
  // Whether < and > mean anything between choices: the list is written from low to high, or from high to low.
  enum class Order { kNone, kLowToHigh, kHighToLow } order = Order::kNone;
  std::int64_t min = 0;  // of kInteger; of kText the least number of characters
  std::int64_t max = 0;  // of kInteger; of kText the most

  // number_of gives what a value is compared by: the integer, the seconds, the place of a choice, 0 or 1. Nothing
  // for texts, and for a value that is not of this kind.
  [[nodiscard]] std::optional<std::int64_t> number_of(const base::Json& value) const;
};

// check_value says whether a value may stand in a field. kRefused names the field and what it takes.
[[nodiscard]] base::Result<> check_value(const Field& field, const base::Json& value);
// value_of reads what somebody typed for a field: "12", "true", a text; of a choice also what people call it, in
// either language. kRefused as above.
[[nodiscard]] base::Result<base::Json> value_of(const Field& field, std::string_view typed);
// shown_value is a value for people: a choice as they call it.
[[nodiscard]] std::string shown_value(const Field& field, const base::Json& value);
// kind_name is the word of a definition: "text", "integer", "boolean", "time", "choice", "organisation", "key".
[[nodiscard]] std::string_view kind_name(FieldKind kind);
[[nodiscard]] std::optional<FieldKind> kind_by_name(std::string_view name);

}  // namespace yuxin::workflow
