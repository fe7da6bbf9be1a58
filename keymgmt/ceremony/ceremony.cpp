#include "yuxin/keymgmt/ceremony.hpp"

#include <algorithm>

#include "ceremony/event_data.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::json_string;
using base::Result;

namespace {

// What only looked or listened is done anew when a step is repeated; a deed is not done twice.
bool is_redone(CeremonyAction action) {
  switch (action) {
    case CeremonyAction::kNote:
    case CeremonyAction::kCheckEnvironment:
    case CeremonyAction::kEnrol:
    case CeremonyAction::kProveShares:
    case CeremonyAction::kVerifyHome:
    case CeremonyAction::kClose:
      return true;
    default:
      return false;
  }
}

}  // namespace

base::Failure Ceremony::cannot(const CeremonyEvent& event) const {
  using base::translatable;
  static constexpr const char* kStates[] = {
      translatable("not opened"),
      translatable("between two steps"),
      translatable("begun"),
      translatable("waiting for the witnesses to agree"),
      translatable("waiting for the witnesses to confirm"),
      translatable("refused"),
      translatable("stopped for good"),
      translatable("closed"),
  };
  return fail(Code::kConflict, "\"{}\" cannot come here: the ceremony is at step {} of {} and is {}.",
              event_name(event.kind), std::min(cursor_ + 1, plan_->steps.size()), plan_->steps.size(),
              base::tr(kStates[static_cast<std::size_t>(state_)]));
}

Result<> Ceremony::apply(const CeremonyEvent& event) {
  if (event.time < last_) {
    return fail(Code::kConflict,
                "It is {}, before the last entry of the transcript, {}: somebody set the clock back.",
                base::rfc3339(event.time), base::rfc3339(last_));
  }
  const bool whole =
      event.kind == EventKind::kOpened || event.kind == EventKind::kResumed || event.kind == EventKind::kClosed;
  if (whole == event.step.has_value() || over() || (state_ == State::kNew) != (event.kind == EventKind::kOpened))
    return cannot(event);
  if (event.step && *event.step != cursor_) {
    return fail(Code::kConflict, "\"{}\" is of step {}, but the ceremony is at step {}.", event_name(event.kind),
                *event.step + 1, cursor_ + 1);
  }
  const auto taken = [&]() -> Result<> {
    switch (event.kind) {
      case EventKind::kOpened:
        return open(event);
      case EventKind::kBegun:
        return begin(event);
      case EventKind::kPrepared:
        return prepare(event);
      case EventKind::kActed:
        return act(event);
      case EventKind::kAnswered:
        return answer(event);
      case EventKind::kException:
        return except(event);
      case EventKind::kDone:
        return finish(event);
      case EventKind::kResumed:
        return resume(event);
      case EventKind::kClosed:
        return close(event);
    }
    return cannot(event);
  }();
  TRY(taken);
  last_ = event.time;
  return {};
}

Result<> Ceremony::begin(const CeremonyEvent& event) {
  if (state_ != State::kReady) return cannot(event);
  if (json_string(event.data, "by") != step().by || json_string(event.data, "do") != action_spec(step().action).name)
    return fail(Code::kConflict, "Step {} is \"{}\", done by {}; the transcript says otherwise.", cursor_ + 1,
                action_spec(step().action).name, step().by);
  state_ = State::kBegun;
  begun_ = event.time;
  return {};
}

Result<> Ceremony::prepare(const CeremonyEvent& event) {
  if (state_ != State::kBegun || acted_ || action_spec(step().action).course != ActionSpec::Course::kAgreed)
    return cannot(event);
  prepared_ = event.data;
  agreed_ = false;
  said_yes_.clear();
  state_ = State::kAgreeing;
  return {};
}

Result<> Ceremony::act(const CeremonyEvent& event) {
  const auto course = action_spec(step().action).course;
  if (state_ != State::kBegun || acted_ || course == ActionSpec::Course::kHuman) return cannot(event);
  if (course == ActionSpec::Course::kAgreed && !agreed_) {
    return fail(Code::kConflict, "Step {} was carried out before the witnesses had agreed to what was prepared.",
                cursor_ + 1);
  }
  TRY(auto made, outputs_of(event.data));
  for (const auto& output : made) {
    const bool expected = std::ranges::find(plan_->outputs, output.name) != plan_->outputs.end();
    if (output.reach == OutputReach::kPublic && !expected)
      return fail(Code::kConflict, "The plan expects no output {}.", output.name);
    if (outputs_.contains(output.name)) return fail(Code::kConflict, "The output {} was made before.", output.name);
  }
  const auto wanted = step().value("output");
  if (!wanted.empty() && std::ranges::find(made, wanted, &CeremonyOutput::name) == made.end())
    return fail(Code::kConflict, "Step {} should have made the output {}.", cursor_ + 1, wanted);
  if (step().action == CeremonyAction::kEnrol) TRY(enrol(event.data));
  for (auto& output : made) outputs_.emplace(output.name, output);
  result_ = event.data;
  acted_ = true;
  said_yes_.clear();
  state_ = State::kLooking;
  return {};
}

Result<> Ceremony::answer(const CeremonyEvent& event) {
  const bool human = action_spec(step().action).course == ActionSpec::Course::kHuman;
  const bool about_result = state_ == State::kLooking || (state_ == State::kBegun && human);
  if (state_ != State::kAgreeing && !about_result) return cannot(event);
  const auto seat = json_string(event.data, "seat");
  const auto answer = json_string(event.data, "answer");
  if (std::ranges::find(step().witnesses, seat) == step().witnesses.end())
    return fail(Code::kConflict, "{} is no witness of step {}.", seat, cursor_ + 1);
  if (json_string(event.data, "about") != (about_result ? "result" : "prepared") ||
      (answer != "yes" && answer != "no"))
    return fail(Code::kMalformed, "An answer of the transcript is neither yes nor no, or about something else.");
  if (answer == "no") {
    refusal_ = event.data;
    state_ = State::kRefused;
    return {};
  }
  if (!said_yes_.insert(seat).second)
    return fail(Code::kConflict, "{} has answered already at step {}.", seat, cursor_ + 1);
  if (state_ == State::kAgreeing && said_yes_.size() == step().witnesses.size()) {
    agreed_ = true;
    said_yes_.clear();
    state_ = State::kBegun;
  }
  return {};
}

Result<> Ceremony::except(const CeremonyEvent& event) {
  if (state_ == State::kReady) return cannot(event);
  const auto decided = json_string(event.data, "decided");
  if (json_string(event.data, "seat") != plan_->administrator().id)
    return fail(Code::kConflict, "Only {} decides about an exception.", plan_->administrator().id);
  if (json_string(event.data, "expected").empty() || json_string(event.data, "happened").empty())
    return fail(Code::kMalformed, "An exception says what was expected and what happened.");
  const bool human = action_spec(step().action).course == ActionSpec::Course::kHuman;
  if (decided == "stop") {
    state_ = State::kStopped;
  } else if (decided == "repeat") {
    said_yes_.clear();
    if (state_ == State::kRefused) agreed_ = false;  // what was refused is shown again
    if (is_redone(step().action)) acted_ = false;
    state_ = acted_ ? State::kLooking : State::kBegun;
  } else if (decided == "accept") {
    if (!acted_ && !human)
      return fail(Code::kConflict, "Step {} was not carried out, so it cannot be accepted; no step is passed over.",
                  cursor_ + 1);
    if (step().action == CeremonyAction::kClose)
      return fail(Code::kConflict, "The digests that close a ceremony are not accepted over an objection.");
    ++exceptions_;
    next_step();
    return {};
  } else {
    return fail(Code::kMalformed, "An exception is decided by repeat, accept or stop.");
  }
  ++exceptions_;
  return {};
}

Result<> Ceremony::finish(const CeremonyEvent& event) {
  const bool human = action_spec(step().action).course == ActionSpec::Course::kHuman;
  const bool in_place = acted_ ? state_ == State::kLooking : human && state_ == State::kBegun;
  if (!in_place || step().action == CeremonyAction::kClose) return cannot(event);
  if (const auto lacking = missing(); !lacking.empty()) {
    return fail(Code::kConflict, "Step {} is not done: {} did not say yes.", cursor_ + 1,
                base::join(lacking, base::message(", ")));
  }
  next_step();
  return {};
}

Result<> Ceremony::close(const CeremonyEvent& event) {
  if (step().action != CeremonyAction::kClose || !acted_ || state_ != State::kLooking) return cannot(event);
  if (const auto lacking = missing(); !lacking.empty()) {
    return fail(Code::kConflict, "Step {} is not done: {} did not say yes.", cursor_ + 1,
                base::join(lacking, base::message(", ")));
  }
  TRY(const auto named, outputs_of(event.data));
  if (named.size() != outputs_.size() || !std::ranges::all_of(named, [&](const CeremonyOutput& output) {
        const auto known = outputs_.find(output.name);
        return known != outputs_.end() && known->second == output;
      }))
    return fail(Code::kConflict, "The outputs at the end are not those that the steps made.");
  for (const auto& expected : plan_->outputs) {
    if (!outputs_.contains(expected))
      return fail(Code::kConflict, "The plan expects the output {}, and no step made it.", expected);
  }
  state_ = State::kClosed;
  return {};
}

void Ceremony::next_step() {
  ++cursor_;
  state_ = State::kReady;
  acted_ = false;
  agreed_ = false;
  prepared_ = {};
  result_ = {};
  said_yes_.clear();
}

std::vector<std::string> Ceremony::missing() const {
  std::vector<std::string> lacking;
  if (cursor_ >= plan_->steps.size()) return lacking;
  for (const auto& witness : step().witnesses) {
    if (!said_yes_.contains(witness)) lacking.push_back(witness);
  }
  return lacking;
}

std::map<std::string, std::string, std::less<>> Ceremony::persons() const {
  std::map<std::string, std::string, std::less<>> found;
  for (const auto& seat : seats_) found.emplace(seat.seat, seat.person);
  return found;
}

}  // namespace yuxin::keymgmt
