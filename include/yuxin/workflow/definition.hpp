// The definition of a workflow (流程): states, who may take which step, what is signed, by when. docs/workflows.md
// says how one is written.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/evidence/organisation.hpp"
#include "yuxin/workflow/calendar.hpp"
#include "yuxin/workflow/field.hpp"
#include "yuxin/workflow/guard.hpp"

namespace yuxin::workflow {

struct State {
  std::string name;  // "REVIEWED": upper-case letters, digits, '_' and '-'
  Title title;
  bool is_final = false;
  // What it is called where a condition holds: approved, and then issued. The first that holds counts.
  struct Named {
    Guard when;
    Title title;
  };
  std::vector<Named> named = {};
};

// PlaceRule says for what place a role must be good.
struct PlaceRule {
  // kCase: the place of the case. kOrganisation: the one named. kField: the one that stands in a field. kNowhere: no
  // place, so that only roles without a limit count.
  enum class Kind { kCase, kOrganisation, kField, kNowhere } kind = Kind::kCase;
  std::string name;  // of the organisation or the field
};

// Party is one of those who must sign for a step.
struct Party {
  std::vector<evidence::RolePattern> roles;  // any of them; empty: only by key
  std::string key;        // field whose key may sign in any role or none ("the subscriber"); or empty
  std::size_t count = 1;  // distinct persons
  PlaceRule place;
  std::vector<std::string> not_same_person_as;  // earlier actions whose signers do not count here
  enum class Organisations { kAny, kDistinct } organisations = Organisations::kAny;
};

// Enclosure is an attachment that a step takes, by a label.
struct Enclosure {
  std::string label;  // "identity-document"
  Title title;
  std::size_t min = 0;
  std::size_t max = 1;
  Guard when;  // where `min` holds
};

// Delivery hands a case to somebody: a copy (抄报), or something whose receipt they sign (签收).
struct Delivery {
  enum class Kind { kReceipt, kCopy } kind = Kind::kReceipt;
  evidence::RoleCode to;
  PlaceRule place;
  std::optional<TimeSpan> within;  // of kReceipt: when the receipt is due
  Guard when;
};

// Transition is one step that may be taken.
struct Transition {
  std::string action;  // "review"; the act's type is "WORKFLOW.ACTION"
  Title title;
  Title document;                 // what is signed: 审核意见
  std::vector<std::string> from;  // states; empty: it opens a case
  std::string to;                 // empty: the case stays where it is
  Guard when;
  std::vector<Party> by;  // all of them; at least one
  // Whether several who sign sign one form, or each their own (opinions, votes), which then stays in their acts.
  enum class Forms { kOne, kOwn } forms = Forms::kOne;
  std::vector<std::string> needs;  // fields that must be in the form
  // Needs are fields that must be there where a condition holds.
  struct Needs {
    Guard when;
    std::vector<std::string> fields;
  };
  std::vector<Needs> needs_when;
  std::vector<std::string> may;  // fields that may
  std::vector<Enclosure> enclosures;
  std::vector<Delivery> deliveries;
  std::vector<std::string> effects;  // what is carried out by the caller, by name
  // kNew: the act says anew what the case is about (`about` in its body, see machine.hpp). kSame: it must say the
  // same.
  enum class About { kSame, kNew } about = About::kSame;

  [[nodiscard]] bool opens() const { return from.empty(); }
  [[nodiscard]] bool leads_from(std::string_view state) const;
};

// Overdue is what happens when a limit has passed.
struct Overdue {
  enum class Kind { kEscalate, kNotify, kMark, kCarryOut } kind = Kind::kEscalate;
  std::string what;  // a role, a mark ("LATE"), or an effect
};

// TimeLimit is a span, or several of which the first whose condition holds counts; the last has none.
struct TimeLimit {
  struct Choice {
    Guard when;
    TimeSpan span;
  };
  std::vector<Choice> choices;
  [[nodiscard]] const TimeSpan& of(const base::JsonObject& form, std::string_view policy) const;
};

// Deadline says by when a state must be left by one of some actions.
struct Deadline {
  std::string name;
  Title title;
  std::string from;                         // the state in which it begins
  std::string since;                        // field of a time from which it counts instead; or empty
  std::vector<std::string> until;           // actions that meet it
  std::map<std::string, TimeLimit> within;  // by policy profile
  std::vector<int> warn;                    // per cent of the span, ascending
  std::vector<Overdue> overdue;             // at least one escalation
  std::vector<std::string> stopped_in;      // states in which the clock stands (补正)
};

// Workflow is validated when it is read: every state can be reached and, unless it is final, left towards a final
// one; every step has somebody who may take it; every limit a beginning, an end and somebody who hears of it.
// Immutable; share freely between threads.
class Workflow {
 public:
  // parse reads TOML; `file` is only named in errors, which are kMalformed and begin with "FILE:LINE: ".
  [[nodiscard]] static base::Result<std::shared_ptr<const Workflow>> parse(std::string_view text, std::string file);

  std::string name;    // "certificate-request": lower-case letters, digits and hyphens, at most 40
  std::string code;    // "WF-06A"
  std::string prefix;  // of the numbers of its cases: "R"
  Title title;
  std::string lead;                   // code of the organisation that leads
  std::vector<std::string> policies;  // "2004", "2026": at least one
  std::vector<State> states;
  std::vector<Field> fields;
  std::vector<Transition> transitions;
  std::vector<Deadline> deadlines;
  Guard no_enclosures;  // where it holds, nothing may be attached (涉密); by default it never does
  bool has_no_enclosures = false;
  std::string text;
  evidence::Hash digest{};  // SHA-256 of the text: the name of exactly this version

  [[nodiscard]] const State* state(std::string_view wanted) const;
  [[nodiscard]] const Field* field(std::string_view wanted) const;
  // steps_from are the transitions that lead from a state; of "" those that open a case.
  [[nodiscard]] std::vector<const Transition*> steps_from(std::string_view from) const;
  [[nodiscard]] bool has_action(std::string_view action) const;
  [[nodiscard]] std::string act_type(std::string_view action) const { return name + "." + std::string(action); }
  // effects names all of them, each once.
  [[nodiscard]] std::vector<std::string> effects() const;

 private:
  Workflow() = default;
  friend class WorkflowLoader;
};

// kReceiveAction is the action by which a delivery is received, in every workflow and state.
inline constexpr std::string_view kReceiveAction = "receive";

// check_workflow holds a definition against an installation: its roles and organisations exist, its effects are
// known. kRefused names the first that is not.
[[nodiscard]] base::Result<> check_workflow(const Workflow& workflow, const evidence::Organisation& organisation,
                                            std::span<const std::string> effects);

// ShippedWorkflow is a definition that comes with the program.
struct ShippedWorkflow {
  std::string_view name;
  std::string_view text;
};
[[nodiscard]] const std::vector<ShippedWorkflow>& shipped_workflows();

}  // namespace yuxin::workflow
