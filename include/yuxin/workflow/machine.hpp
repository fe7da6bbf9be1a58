// The machine: a definition, a case and a verified act make a decision. Pure; whoever calls it keeps what it decides
// (cases.hpp) and carries out what it names.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/evidence/act.hpp"
#include "yuxin/evidence/gate.hpp"
#include "yuxin/workflow/definition.hpp"

namespace yuxin::workflow {

// Timer is a deadline that runs in a case.
struct Timer {
  std::string deadline;
  std::string span;  // as it was chosen when it began
  base::UnixTime started;
  base::UnixTime due;
  std::optional<base::UnixTime> stopped;  // since when the clock stands
  std::optional<base::UnixTime> ended;    // met, or the case was closed
  int warned = 0;                         // the highest warning that was given, per cent
  bool overdue = false;
};

// Handed is a delivery that was made.
struct Handed {
  Delivery::Kind kind = Delivery::Kind::kReceipt;
  evidence::RoleCode to;
  evidence::Place place;
  std::int64_t step = 0;  // that delivered it
  base::UnixTime at;
  std::optional<base::UnixTime> due;
  std::optional<base::UnixTime> received;
  bool overdue = false;
};

// Case is one matter on its way through a workflow, as it stands after its last act.
struct Case {
  std::string id;               // "R-1042": the object of its acts
  std::string workflow;         // name
  evidence::Hash definition{};  // the version it began with, and ends with
  std::string state;
  evidence::Place place;
  base::UnixTime opened;
  base::UnixTime changed;
  std::int64_t steps = 0;                     // acts so far
  std::int64_t entered = 0;                   // the step by which it came into this state
  std::map<std::string, std::int64_t> taken;  // actions that were completed in this state, by their last step
  base::JsonObject form;                      // what was filled in
  base::JsonObject facts;                     // what came of it: written by effects
  base::JsonObject about;                     // what it is about, word by word what everybody signs
  std::vector<std::string> marks;             // "LATE"
  std::vector<Timer> timers;
  std::vector<Handed> handed;

  // values is form and facts together, with the place: what guards look at.
  [[nodiscard]] base::JsonObject values() const;
};
// is_case_id: a prefix, '-', and a number without leading zeros.
[[nodiscard]] bool is_case_id(std::string_view text, std::string_view prefix);

// StepBody is the body of the act by which a step is taken:
// {"about","delivery","files","form","place","state","step","workflow"}, of which "delivery" stands only where one is
// received and "place" only where a case is opened.
struct StepBody {
  evidence::Hash workflow{};  // digest of the definition
  std::int64_t step = 1;      // counted from 1
  std::string state;          // in which the signer saw the case; empty where it is opened
  base::JsonObject form;
  base::JsonObject about;
  std::map<std::string, std::vector<std::string>> files;  // by label: names of the act's attachments
  std::optional<evidence::Place> place;
  std::optional<std::int64_t> delivery;  // index into `handed`
};
[[nodiscard]] base::JsonObject print_body(const StepBody& body);
[[nodiscard]] base::Result<StepBody> read_body(const base::JsonObject& body);  // kMalformed

// Circumstances are what a decision depends on beside case and acts. References must outlive the call.
struct Circumstances {
  const Workflow& workflow;
  const evidence::Organisation& organisation;
  const Calendar& calendar;
  std::string policy;  // one of the workflow's
};

// Happening is what came of a deadline: somebody is to hear of it, or something is to be done.
struct Happening {
  enum class Kind { kWarning, kEscalate, kNotify, kMark, kCarryOut, kReceiptOverdue } kind = Kind::kWarning;
  std::string deadline;  // its name; of kReceiptOverdue the role that did not sign
  std::string what;      // role, mark or effect; of kWarning the per cents
  base::UnixTime due;
};
// happening_name is how programs read it: "warning", "escalate", "receipt-overdue".
[[nodiscard]] std::string_view happening_name(Happening::Kind kind);

// Decision is a case after an act.
struct Decision {
  Case after;
  std::string action;
  bool complete = false;                   // the step was taken; otherwise others must still sign
  std::vector<evidence::Missing> missing;  // who, where it is not complete
  std::vector<std::string> effects;        // to carry out, in this order
  std::vector<Happening> happenings;       // of deadlines that ran out before this act
};

// advance judges an act and gives the case after it. `before` is nothing where the act opens a case; `earlier` are
// all acts on the case so far, verified. The time of the step is the act's time stamp. Errors, after which nothing
// has changed:
//   kConflict       the case is in another state or went on meanwhile, or another definition is meant
//   kNotAuthorised  the signer may not: role, scope, separation, key. The detail says which
//   kRefused        form, enclosures, condition, co-signers who signed something else
//   kMalformed      no body of a step
//   kUnavailable    a limit in working days of a year that is not known
[[nodiscard]] base::Result<Decision> advance(const Circumstances& circumstances, const std::optional<Case>& before,
                                             const evidence::VerifiedAct& act,
                                             std::span<const evidence::VerifiedAct> earlier);

// tick lets time pass: gives what deadlines and receipts have come to by `now`, each once, and notes it in the case.
[[nodiscard]] std::vector<Happening> tick(const Workflow& workflow, Case& of, base::UnixTime now);

// next_due is the earliest deadline that runs; nothing where none does.
[[nodiscard]] std::optional<base::UnixTime> next_due(const Case& of);

// last_step is the number of the step that was taken last. Receipts, and signatures on a step that others must sign
// as well, take none. 0: none was yet.
[[nodiscard]] std::int64_t last_step(const Case& of);

// timers_ordering gives the deadlines of a case that carry out this effect when they run out, those that have ended
// included. They live as long as the case.
[[nodiscard]] std::vector<const Timer*> timers_ordering(const Workflow& workflow, const Case& of,
                                                        std::string_view effect);

// Option is a step that may be taken next.
struct Option {
  const Transition* transition = nullptr;  // lives as long as the workflow
  Truth open = Truth::kTrue;               // of its condition, with what was filled in so far
};
[[nodiscard]] std::vector<Option> options(const Workflow& workflow, const Case& of, std::string_view policy);

// state_title is what the state of a case is called as it stands, in the language of the process.
[[nodiscard]] const std::string& state_title(const Workflow& workflow, const Case& of);

// main_step is the step that a case waits for: of those that may be taken, the first that its definition lists from
// this state. Nothing where it is closed.
[[nodiscard]] const Transition* main_step(const Workflow& workflow, const Case& of);

// shut says (kConflict) that an action is not done in the state of a case, and which is next.
[[nodiscard]] base::Failure shut(const Workflow& workflow, const Case& of, std::string_view action);

// Signer is who is going to sign, as far as that is known before they have.
struct Signer {
  x509::Name subject;
  evidence::Hash key{};
  std::vector<evidence::HeldRole> roles;  // in force now
};
// foresee makes those refusals of advance that can be made before anything is signed, in the same order: the state,
// the condition, who signs (role, scope, separation, key), form and enclosures; and gives the step that it will be.
// `earlier` are all acts on the case so far. What it lets pass is judged by advance all the same.
[[nodiscard]] base::Result<const Transition*> foresee(const Circumstances& circumstances,
                                                      const std::optional<Case>& before, const evidence::Act& act,
                                                      const Signer& signer,
                                                      std::span<const evidence::VerifiedAct> earlier);

}  // namespace yuxin::workflow
