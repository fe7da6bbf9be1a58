// The cases of a home: every step is one transaction with its act and its ledger record.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/evidence/act.hpp"
#include "yuxin/store/store.hpp"
#include "yuxin/workflow/machine.hpp"

namespace yuxin::workflow {

// File is what an act attaches, with its octets.
struct File {
  std::string label;
  std::string name;
  base::Bytes octets;
};
// attachment_of is what an act says of a file (SHA-256).
[[nodiscard]] evidence::Attachment attachment_of(const File& file);

// Standing is a case with the definition that it follows.
struct Standing {
  std::int64_t row = 0;
  Case of;
  std::shared_ptr<const Workflow> workflow;
};

// StepRow is one act on a case, for people; `act` is its digest.
struct StepRow {
  std::int64_t number = 0;
  std::string action;
  std::string from;
  std::string to;
  bool complete = false;
  std::string actor;
  std::string role;  // empty: none
  base::UnixTime moment;
  evidence::Hash act{};
};

// Pending is something that a step has to bring about and that nobody has recorded as done.
struct Pending {
  std::int64_t id = 0;
  std::string case_id;
  std::int64_t step = 0;  // that ordered it; 0: a deadline did
  std::string name;
};

struct CaseFilter {
  std::string workflow;  // empty: any
  std::string state;     // empty: any
  enum class Which { kOpen, kClosed, kAll } which = Which::kOpen;
  std::int64_t after_row = 0;  // page: rows above this one, ascending
  std::int64_t limit = 100;
};

// Enclosed is a file that is attached and whose octets whoever signs has.
struct Enclosed {
  std::string label;
  evidence::Attachment attachment;
};

// Draft is a step that somebody means to take.
struct Draft {
  std::string action;
  base::JsonObject form = {};
  std::vector<File> files = {};
  std::vector<Enclosed> enclosed = {};         // after the files
  std::optional<base::JsonObject> about = {};  // where the step says anew what the case is about
  std::optional<evidence::RoleCode> role = {};
  std::optional<std::int64_t> delivery = {};  // of kReceiveAction
};

// Cases keeps cases. Thread-safe, as its store is.
class Cases {
 public:
  struct Parts {
    std::shared_ptr<store::Store> store;
    std::shared_ptr<const evidence::Organisation> organisation;
    std::shared_ptr<const Calendar> calendar;
    std::string policy;  // "2004" or "2026"; a workflow that does not have it is refused (kRefused)
  };
  explicit Cases(Parts parts) : parts_(std::move(parts)) {}

  [[nodiscard]] const std::string& policy() const { return parts_.policy; }
  [[nodiscard]] const evidence::Organisation& organisation() const { return *parts_.organisation; }

  // reserve takes the next number for a case of this workflow: "R-1042". For a day whoever holds the key `signer` (of
  // SubjectPublicKeyInfo; nothing: anybody) may open the case. A number that is not used is left out.
  [[nodiscard]] base::Result<std::string> reserve(const Workflow& workflow, base::UnixTime now,
                                                  const std::optional<evidence::Hash>& signer = {});

  // opening and step make the act that takes a step, as it is to be signed; `time` and `previous` are left to whoever
  // signs. They judge nothing.
  [[nodiscard]] static evidence::Act opening(const Workflow& workflow, std::string id, const evidence::Place& place,
                                             const Draft& draft);
  [[nodiscard]] static evidence::Act step(const Standing& standing, const Draft& draft);

  // judge says what would come of an act and changes nothing. `opens` is the definition where it opens a case, and
  // nothing otherwise. Errors: those of advance; kNotFound for a case that is not there; kIntegrity when an earlier
  // act of the case does not hold by `trust`.
  struct Submission {
    const evidence::VerifiedAct& act;
    std::shared_ptr<const Workflow> opens;
    const evidence::ActTrust& trust;
  };
  [[nodiscard]] base::Result<Decision> judge(const Submission& submission);
  // take judges an act and keeps what comes of it, in one transaction: the act, the case, its deadlines, deliveries,
  // files and effects, the ledger record "case.step", and what `also` writes. A case that opens takes up its
  // reservation. `files` are the octets of its
  // attachments: kRefused when one is missing, too many or another than the act says. kConflict when somebody was
  // quicker.
  using Also = std::function<base::Result<>(store::Writer&, const Decision&)>;
  [[nodiscard]] base::Result<Decision> take(const Submission& submission, std::span<const File> files,
                                            base::UnixTime now, const Also& also = {});

  // finish records what came of an effect, with facts that the case learns by it, and the ledger record
  // "case.effect". kConflict when it is recorded already.
  struct Outcome {
    std::string text;        // one line for people
    base::JsonObject facts;  // fields of the workflow
    std::string actor;
  };
  [[nodiscard]] base::Result<> finish(const Pending& pending, const Outcome& outcome, base::UnixTime now);
  // brought_about gives what a step has ordered and what came of it so far, in the order in which it is carried out.
  struct Ordered {
    std::string name;
    std::string text;  // one line for people; empty while it is not done
    bool done = false;
  };
  [[nodiscard]] base::Result<std::vector<Ordered>> brought_about(std::string_view id, std::int64_t step);
  [[nodiscard]] base::Result<std::vector<Pending>> pending();  // of all cases, in the order of their coming

  // definition is a version that a case follows, by its digest; kNotFound for one that no case ever began with.
  [[nodiscard]] base::Result<std::shared_ptr<const Workflow>> definition(const evidence::Hash& digest);
  // keep_definitions notes definitions from which cases elsewhere go on, with the ledger record "workflow.defined"
  // for each that was not there yet. in_use_since is when one was noted first; nothing where it was not.
  [[nodiscard]] base::Result<> keep_definitions(std::span<const std::shared_ptr<const Workflow>> workflows,
                                                const std::string& actor, base::UnixTime now);
  [[nodiscard]] base::Result<std::optional<base::UnixTime>> in_use_since(const evidence::Hash& digest);
  [[nodiscard]] base::Result<Standing> find(std::string_view id);  // kNotFound
  [[nodiscard]] base::Result<std::vector<Standing>> list(const CaseFilter& filter);
  // about_request gives the cases that are about a certificate request, by SHA-256 of its DER.
  [[nodiscard]] base::Result<std::vector<Standing>> about_request(const evidence::Hash& request);
  // issued_as gives the cases that came to a certificate with this serial number, in upper-case hexadecimal.
  [[nodiscard]] base::Result<std::vector<Standing>> issued_as(std::string_view serial);
  [[nodiscard]] base::Result<std::vector<StepRow>> steps(const Standing& standing);
  // acts gives the acts on a case, verified by `trust`.
  [[nodiscard]] base::Result<std::vector<evidence::VerifiedAct>> acts(std::string_view id,
                                                                      const evidence::ActTrust& trust);
  [[nodiscard]] base::Result<std::vector<File>> files(const Standing& standing);

  // let_pass gives what the deadlines of all open cases have come to by `now`, each once, and keeps it: ledger record
  // "case.deadline" for each.
  struct Passed {
    std::string case_id;
    Happening happening;
  };
  [[nodiscard]] base::Result<std::vector<Passed>> let_pass(base::UnixTime now);

 private:
  Parts parts_;
};

// anything_waits says whether a case is open or something was ordered and not done: cheap, for who looks often.
[[nodiscard]] base::Result<bool> anything_waits(store::Store& store);

[[nodiscard]] std::span<const store::Migration> migrations();

}  // namespace yuxin::workflow
