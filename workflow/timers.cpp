#include "timers.hpp"

#include <algorithm>

namespace yuxin::workflow {

using base::Code;
using base::fail;
using base::Result;
using base::UnixTime;

namespace {

bool contains(const std::vector<std::string>& list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

const Deadline* deadline_of(const Workflow& workflow, const Timer& timer) {
  const auto found = std::ranges::find(workflow.deadlines, timer.deadline, &Deadline::name);
  return found == workflow.deadlines.end() ? nullptr : &*found;
}

// A time that people fill in says when it was known; it can make a limit end earlier, never later.
Result<UnixTime> beginning(const Workflow& workflow, const Deadline& deadline, const Case& of, UnixTime moment) {
  if (deadline.since.empty()) return moment;
  const auto* value = of.form.if_contains(deadline.since);
  if (value == nullptr) return moment;
  const auto seconds = workflow.field(deadline.since)->number_of(*value);
  if (!seconds) return moment;
  if (UnixTime{*seconds} > moment) {
    return fail(Code::kRefused, "\"{}\" lies in the future: {}.", workflow.field(deadline.since)->title.text(),
                base::rfc3339({*seconds}));
  }
  return UnixTime{*seconds};
}

Result<> begin(const Circumstances& circumstances, const Deadline& deadline, Case& of, UnixTime moment) {
  const bool runs = std::ranges::any_of(
      of.timers, [&](const Timer& timer) { return timer.deadline == deadline.name && !timer.ended; });
  if (runs) return {};
  const auto limit = deadline.within.find(circumstances.policy);
  if (limit == deadline.within.end())
    return fail(Code::kInternal, "The deadline {} has no value for policy {}.", deadline.name, circumstances.policy);
  const auto& span = limit->second.of(of.values(), circumstances.policy);
  Timer timer;
  timer.deadline = deadline.name;
  timer.span = span.text;
  TRY(timer.started, beginning(circumstances.workflow, deadline, of, moment));
  timer.due = circumstances.calendar.after(timer.started, span);
  of.timers.push_back(std::move(timer));
  return {};
}

Result<> stop_or_go_on(const Circumstances& circumstances, const Deadline& deadline, Timer& timer,
                       std::string_view state, UnixTime moment) {
  const bool stands = contains(deadline.stopped_in, state);
  if (stands && !timer.stopped) timer.stopped = moment;
  if (stands || !timer.stopped) return {};
  TRY(const auto span, parse_time_span(timer.span));
  timer.due = circumstances.calendar.prolonged(timer.due, span, {*timer.stopped, moment});
  timer.stopped.reset();
  return {};
}

Happening::Kind kind_of(Overdue::Kind kind) {
  switch (kind) {
    case Overdue::Kind::kEscalate:
      return Happening::Kind::kEscalate;
    case Overdue::Kind::kNotify:
      return Happening::Kind::kNotify;
    case Overdue::Kind::kMark:
      return Happening::Kind::kMark;
    case Overdue::Kind::kCarryOut:
      break;
  }
  return Happening::Kind::kCarryOut;
}

void run_out(const Deadline& deadline, Timer& timer, Case& of, std::vector<Happening>& happenings) {
  timer.overdue = true;
  for (const auto& step : deadline.overdue) {
    happenings.push_back({kind_of(step.kind), deadline.name, step.what, timer.due});
    if (step.kind == Overdue::Kind::kMark && !contains(of.marks, step.what)) of.marks.push_back(step.what);
  }
}

UnixTime warning_time(const Timer& timer, int per_cent) {
  constexpr std::int64_t kWhole = 100;
  const auto span = timer.due - timer.started;
  return timer.started + base::Seconds{span.count / kWhole * per_cent + span.count % kWhole * per_cent / kWhole};
}

}  // namespace

Result<> move_timers(const Circumstances& circumstances, Case& of, std::string_view action, std::string_view before,
                     UnixTime moment) {
  const auto& workflow = circumstances.workflow;
  const auto* state = workflow.state(of.state);
  for (auto& timer : of.timers) {
    const auto* deadline = deadline_of(workflow, timer);
    if (timer.ended || deadline == nullptr) continue;
    if (contains(deadline->until, action) || state->is_final) {
      timer.ended = moment;
    } else {
      TRY(stop_or_go_on(circumstances, *deadline, timer, of.state, moment));
    }
  }
  if (of.state == before) return {};
  for (const auto& deadline : workflow.deadlines) {
    if (deadline.from == of.state) TRY(begin(circumstances, deadline, of, moment));
  }
  return {};
}

std::vector<Happening> tick(const Workflow& workflow, Case& of, UnixTime now) {
  std::vector<Happening> happenings;
  for (auto& timer : of.timers) {
    const auto* deadline = deadline_of(workflow, timer);
    if (timer.ended || timer.stopped || deadline == nullptr || timer.overdue) continue;
    if (now > timer.due) {
      run_out(*deadline, timer, of, happenings);
      continue;
    }
    for (const int per_cent : deadline->warn) {
      if (per_cent <= timer.warned || now < warning_time(timer, per_cent)) continue;
      timer.warned = per_cent;
      happenings.push_back({Happening::Kind::kWarning, deadline->name, std::to_string(per_cent), timer.due});
    }
  }
  for (auto& handed : of.handed) {
    if (handed.received || handed.overdue || !handed.due || now <= *handed.due) continue;
    handed.overdue = true;
    happenings.push_back({Happening::Kind::kReceiptOverdue, handed.to.text(), "", *handed.due});
  }
  return happenings;
}

std::vector<const Timer*> timers_ordering(const Workflow& workflow, const Case& of, std::string_view effect) {
  std::vector<const Timer*> timers;
  for (const auto& timer : of.timers) {
    const auto* deadline = deadline_of(workflow, timer);
    const bool orders = deadline != nullptr && std::ranges::any_of(deadline->overdue, [&](const Overdue& step) {
                          return step.kind == Overdue::Kind::kCarryOut && step.what == effect;
                        });
    if (orders) timers.push_back(&timer);
  }
  return timers;
}

std::string_view happening_name(Happening::Kind kind) {
  switch (kind) {
    case Happening::Kind::kWarning:
      return "warning";
    case Happening::Kind::kEscalate:
      return "escalate";
    case Happening::Kind::kNotify:
      return "notify";
    case Happening::Kind::kMark:
      return "mark";
    case Happening::Kind::kCarryOut:
      return "carry-out";
    case Happening::Kind::kReceiptOverdue:
      break;
  }
  return "receipt-overdue";
}

}  // namespace yuxin::workflow
