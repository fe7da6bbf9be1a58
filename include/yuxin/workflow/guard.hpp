// Conditions over the fields of a form: when a transition may be taken, something is delivered, a limit holds.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/workflow/field.hpp"

namespace yuxin::workflow {

// Truth has three values: what nobody has filled in is neither so nor not so.
enum class Truth { kFalse, kUnknown, kTrue };

// Guard is one condition, checked against the fields when it is read.
//
//   condition  = term *( "or" term )
//   term       = factor *( "and" factor )
//   factor     = "not" factor | "(" condition ")" | "given(" field ")" | boolean field
//              | field ( "==" | "!=" | "<" | "<=" | ">" | ">=" ) value
//              | field [ "not" ] "in" "[" value *( "," value ) "]"
//   value      = 'text' | number | true | false
//
// A field that was not filled in makes a comparison unknown, and "not" of unknown is unknown; "given" says whether it
// was. Three fields are always there: `policy`, the rules that the installation follows ("2004", "2026"), and
// `organisation` and `profile` of the case's place. < and > are for numbers, times, and choices that are in order. An
// empty text is the condition that always holds. Immutable; share freely between threads.
class Guard {
 public:
  static constexpr std::size_t kLongest = 2'000;  // octets
  static constexpr std::size_t kDeepest = 32;     // parentheses and "not" inside each other

  Guard() = default;  // always holds
  // parse: kMalformed says what is wrong and at which character, with the nearest known field.
  [[nodiscard]] static base::Result<Guard> parse(std::string_view text, std::span<const Field> fields,
                                                 std::span<const std::string> policies);

  [[nodiscard]] Truth evaluate(const base::JsonObject& values, std::string_view policy) const;
  // holds is true for kTrue only.
  [[nodiscard]] bool holds(const base::JsonObject& values, std::string_view policy) const {
    return evaluate(values, policy) == Truth::kTrue;
  }
  [[nodiscard]] bool always() const { return nodes_ == nullptr; }
  [[nodiscard]] const std::string& text() const { return text_; }
  // fields names what it looks at, each once, in the order of the text.
  [[nodiscard]] const std::vector<std::string>& fields() const { return names_; }

  struct Node;

 private:
  friend class GuardParser;
  std::string text_;
  std::vector<std::string> names_;
  std::shared_ptr<const std::vector<Node>> nodes_;  // the last one is the whole
};

}  // namespace yuxin::workflow
