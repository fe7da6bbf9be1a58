#include "walk.hpp"

#include "actions.hpp"
#include "plan_view.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {

using base::message;
using base::Result;
using keymgmt::ActionSpec;
using keymgmt::Ceremony;
using keymgmt::EventKind;

namespace {

constexpr std::size_t kShownOctets = 8;  // more than somebody can try out who wants the same words again

void show_head(CeremonySession& session) {
  const auto& context = session.context();
  const auto& step = session.step();
  std::vector<std::string> witnesses;
  for (const auto& seat : step.witnesses) witnesses.push_back(session.seat_title(seat));
  context.remark("");
  if (session.practice()) context.remark(message("REHEARSAL. Nothing that is made here is to be believed."));
  context.remark(message("Step {} of {} · about {} · {} · witnesses: {}", session.ceremony().cursor() + 1,
                         session.plan().steps.size(), base::in_words(base::minutes(step.minutes)),
                         session.seat_title(step.by), base::join(witnesses, message(", "))));
  context.remark(step_title(step));
  if (!step.instruction.en.empty()) context.remark("  " + step.instruction.text());
  // whoever writes these words down sees it when somebody changes what is behind them, as while the power was off
  const auto digest = session.transcript().digest();
  const auto words = base::digest_words(digest);
  context.remark(message("Transcript so far: {} · {}", base::hex(digest).substr(0, 2 * kShownOctets),
                         base::join(std::span(words).first(kShownOctets), " ")));
  context.remark("");
}

// Something did not go as the plan expects. The administrator decides, and all of it is written down.
Result<> decide(CeremonySession& session, const std::string& happened) {
  const auto administrator = session.plan().administrator().id;
  const auto title = session.seat_title(administrator);
  session.context().remark(message("Exception: {}", happened));
  TRY(const auto told, session.ask_words(message("{}: what happened, in your own words?", title), happened));
  const bool may_accept =
      session.ceremony().acted() || keymgmt::action_spec(session.step().action).course == ActionSpec::Course::kHuman;
  const bool offers_accepting = may_accept && session.step().action != keymgmt::CeremonyAction::kClose;
  const auto words = offers_accepting ? std::vector<std::string>{"repeat", "accept", "stop"}
                                      : std::vector<std::string>{"repeat", "stop"};
  TRY(const auto decided, session.choose(message("{}: what is decided?", title), words, "stop"));
  if (decided == "stop") {
    TRY(const auto sure, session.choose(message("{}: a ceremony that is stopped does not go on. Stop it?", title),
                                        {"yes", "no"}, "yes"));
    if (sure == "no") return decide(session, happened);
  }
  const auto what = told == happened ? happened : message("{} ({})", told, happened);
  return session.record(
      EventKind::kException,
      {{"decided", decided}, {"expected", step_title(session.step())}, {"happened", what}, {"seat", administrator}});
}

Result<> begin(CeremonySession& session) {
  const auto& step = session.step();
  show_head(session);
  TRY(session.ask(message("{}: press Enter to begin this step", session.seat_title(step.by)), ""));
  return session.record(EventKind::kBegun, {{"by", step.by}, {"do", keymgmt::action_spec(step.action).name}});
}

Result<> carry_out(CeremonySession& session) {
  auto deed = action_of(session.step().action)(session);
  // a witness said no to what was prepared: that is decided next
  if (!deed && session.ceremony().state() == Ceremony::State::kRefused) return {};
  if (!deed) {
    if (deed.error().code == base::Code::kUsage && !session.context().interactive())
      return tl::unexpected(deed.error());
    return decide(session, deed.error().detail);
  }
  if (!deed->outputs.empty()) {
    base::JsonArray outputs;
    for (const auto& output : deed->outputs) outputs.push_back(keymgmt::output_json(output));
    deed->data["outputs"] = std::move(outputs);
  }
  return session.record(EventKind::kActed, std::move(deed->data));
}

std::string last_refusal(const CeremonySession& session) {
  const auto& data = session.ceremony().refusal();
  return message("{} says no: {}", session.seat_title(base::json_string(data, "seat")),
                 base::json_string(data, "said"));
}

Result<> confirm(CeremonySession& session) {
  if (session.ceremony().acted()) session.show(session.ceremony().result());
  TRY(const bool good, session.ask_witnesses("result"));
  if (!good) return {};
  if (session.step().action != keymgmt::CeremonyAction::kClose) return session.record(EventKind::kDone, {});
  base::JsonArray outputs;
  for (const auto& [name, output] : session.ceremony().outputs()) outputs.push_back(keymgmt::output_json(output));
  return session.record(EventKind::kClosed, {{"outputs", std::move(outputs)}});
}

Result<> go_on(CeremonySession& session) {
  const auto& ceremony = session.ceremony();
  const auto course = keymgmt::action_spec(session.step().action).course;
  switch (ceremony.state()) {
    case Ceremony::State::kReady:
      return begin(session);
    case Ceremony::State::kBegun:
      return course == ActionSpec::Course::kHuman ? confirm(session) : carry_out(session);
    case Ceremony::State::kLooking:
      return confirm(session);
    case Ceremony::State::kRefused:
      return decide(session, last_refusal(session));
    default:
      return base::fail(base::Code::kInternal, "The ceremony is in a state that no step is in.");
  }
}

}  // namespace

Result<> walk(CeremonySession& session) {
  while (!session.ceremony().over()) TRY(go_on(session));
  return {};
}

}  // namespace yuxin::cli
