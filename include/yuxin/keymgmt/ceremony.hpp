// A ceremony under way: a plan, a cursor, and what has happened so far.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/keymgmt/ceremony_plan.hpp"

namespace yuxin::keymgmt {

// CeremonyMode: what a rehearsal makes is never taken for real.
enum class CeremonyMode { kReal, kPractice };
[[nodiscard]] std::string_view mode_name(CeremonyMode mode);  // "real", "practice"

// CeremonyEvent is one thing that happened. docs/ceremonies.md has the members of `data`.
enum class EventKind {
  kOpened,     // {ceremony, machine, mode, network: [...], plan, program, version}
  kBegun,      // {by, do}
  kPrepared,   // what is going to be done, for the witnesses to look at: {…}
  kActed,      // what was done: {outputs: [{name, public, sha256, size}], …}
  kAnswered,   // {about: "prepared" | "result", answer: "yes" | "no", said, seat}
  kException,  // {decided: "repeat" | "accept" | "stop", expected, happened, seat}
  kDone,       // {}
  kResumed,    // {}: the program was started again, after a power cut or because somebody ended it
  kClosed,     // {outputs: [{name, public, sha256, size}]}
};
[[nodiscard]] std::string_view event_name(EventKind kind);
[[nodiscard]] std::optional<EventKind> event_named(std::string_view name);

struct CeremonyEvent {
  EventKind kind = EventKind::kOpened;
  std::optional<std::size_t> step;  // from 0; nothing: of the ceremony as a whole
  base::JsonObject data;
  base::UnixTime time;
};

// CeremonyOutput is a file that a ceremony made. A private one (a custodian's share) is known by its digest alone.
enum class OutputReach { kPublic, kPrivate };
struct CeremonyOutput {
  std::string name;
  OutputReach reach = OutputReach::kPublic;
  std::int64_t size = 0;
  x509::Digest256 sha256{};
  friend bool operator==(const CeremonyOutput&, const CeremonyOutput&) = default;
};
[[nodiscard]] base::JsonObject output_json(const CeremonyOutput& output);
[[nodiscard]] base::Result<CeremonyOutput> read_output(const base::Json& value);

// EnrolledSeat is who sits where, and with what they sign.
struct EnrolledSeat {
  std::string seat;
  std::string person;
  x509::Digest256 certificate{};  // SHA-256 of the DER certificate
  base::Bytes opening = {};       // CMS: who brought an own certificate signs when taking the seat; else empty
};

// Ceremony is the machine that every event goes through, when it happens and again when the record is verified. Pure:
// no clock, no file, no screen. A step is done, or an exception of it is recorded; none is passed over.
//
//   ready --begun--> begun [--prepared--> agreeing --yes of every witness-->] --acted--> looking
//         --yes of every witness, done--> ready of the next step
//
// A "no", or anything that goes wrong, leads to an exception that the administrator decides: repeat the step, accept
// what happened (only of what was done), or stop the ceremony for good. The plan must outlive it.
class Ceremony {
 public:
  explicit Ceremony(const CeremonyPlan& plan) : plan_(&plan) {}

  enum class State { kNew, kReady, kBegun, kAgreeing, kLooking, kRefused, kStopped, kClosed };

  // apply takes the next event; kConflict says why it cannot come now, kMalformed what its data lack. Nothing changed
  // then.
  [[nodiscard]] base::Result<> apply(const CeremonyEvent& event);

  [[nodiscard]] const CeremonyPlan& plan() const { return *plan_; }
  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] bool over() const { return state_ == State::kStopped || state_ == State::kClosed; }
  [[nodiscard]] std::size_t cursor() const { return cursor_; }
  [[nodiscard]] const CeremonyStep& step() const { return plan_->steps[cursor_]; }  // before it is closed
  [[nodiscard]] const std::string& id() const { return id_; }                       // 32 hexadecimal digits
  [[nodiscard]] CeremonyMode mode() const { return mode_; }
  // agreed: every witness said yes to what was prepared, so that it may be done, or was done just before a power cut.
  [[nodiscard]] bool agreed() const { return agreed_; }
  [[nodiscard]] base::UnixTime begun() const { return begun_; }  // the present step
  // acted: the deed of the present step is done, and only people's word is missing.
  [[nodiscard]] bool acted() const { return acted_; }
  [[nodiscard]] const base::JsonObject& prepared() const { return prepared_; }  // of the present step, the last one
  [[nodiscard]] const base::JsonObject& result() const { return result_; }      // of the present step
  [[nodiscard]] const base::JsonObject& refusal() const { return refusal_; }    // the last "no"
  // missing are the witnesses of the present step who have not said yes yet, in the order of the plan.
  [[nodiscard]] std::vector<std::string> missing() const;
  [[nodiscard]] const std::vector<EnrolledSeat>& seats() const { return seats_; }
  [[nodiscard]] std::map<std::string, std::string, std::less<>> persons() const;  // by seat
  [[nodiscard]] const std::map<std::string, CeremonyOutput, std::less<>>& outputs() const { return outputs_; }
  [[nodiscard]] std::size_t exceptions() const { return exceptions_; }
  [[nodiscard]] base::UnixTime last() const { return last_; }  // the time of the last event

 private:
  [[nodiscard]] base::Result<> open(const CeremonyEvent& event);
  [[nodiscard]] base::Result<> check_machine(CeremonyMode mode, const base::JsonObject& data) const;
  [[nodiscard]] base::Result<> resume(const CeremonyEvent& event);
  [[nodiscard]] base::Result<> begin(const CeremonyEvent& event);
  [[nodiscard]] base::Result<> prepare(const CeremonyEvent& event);
  [[nodiscard]] base::Result<> act(const CeremonyEvent& event);
  [[nodiscard]] base::Result<> enrol(const base::JsonObject& data);
  [[nodiscard]] base::Result<> answer(const CeremonyEvent& event);
  [[nodiscard]] base::Result<> except(const CeremonyEvent& event);
  [[nodiscard]] base::Result<> finish(const CeremonyEvent& event);
  [[nodiscard]] base::Result<> close(const CeremonyEvent& event);
  [[nodiscard]] base::Failure cannot(const CeremonyEvent& event) const;
  void next_step();

  const CeremonyPlan* plan_;
  State state_ = State::kNew;
  std::size_t cursor_ = 0;
  std::string id_;
  CeremonyMode mode_ = CeremonyMode::kReal;
  bool acted_ = false;
  bool agreed_ = false;
  base::JsonObject prepared_;
  base::JsonObject result_;
  base::JsonObject refusal_;
  std::set<std::string, std::less<>> said_yes_;
  std::vector<EnrolledSeat> seats_;
  std::map<std::string, CeremonyOutput, std::less<>> outputs_;
  std::size_t exceptions_ = 0;
  base::UnixTime begun_;
  base::UnixTime last_;
};

}  // namespace yuxin::keymgmt
