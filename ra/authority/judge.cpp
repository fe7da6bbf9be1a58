#include "authority/judge.hpp"

#include <algorithm>

#include "authority/act_check.hpp"
#include "authority/records.hpp"
#include "authority/replay.hpp"
#include "effects.hpp"
#include "invitation/invitation_check.hpp"
#include "matter.hpp"
#include "reach.hpp"
#include "yuxin/ca/case_course.hpp"
#include "yuxin/ca/invitation.hpp"
#include "yuxin/ca/order_use.hpp"

namespace yuxin::ra {

using base::Code;
using base::fail;
using base::Result;
using evidence::VerifiedAct;

namespace {

// How old the act, or the deadline, may be that orders; approvals.toml says it of certificates besides.
constexpr base::Seconds kOrderFor = base::days(30);

Result<> check_within(const Desk& desk, const Registry& by, const std::optional<evidence::OrgCode>& organisation) {
  if (!by.within) return {};
  if (organisation && desk.parts().organisation->is_within(*organisation, *by.within)) return {};
  return fail(Code::kNotAuthorised, "Registration authority {} works for {} and what lies below it, not for {}.",
              by.name, by.within->text(), organisation ? organisation->text() : "-");
}

}  // namespace

// Judged is an order that its acts give, as this home reads them.
struct Judge::Judged {
  std::shared_ptr<Desk> desk;
  std::vector<VerifiedAct> acts;
  std::vector<workflow::File> files;
  Replayed replayed;
  std::optional<ca::OrderUse> use;     // of an order to change a status: what is used up by it
  bool issued = false;                 // a certificate was, before
  std::optional<std::string> outcome;  // of a status that was changed upon it before
  [[nodiscard]] bool done() const { return issued || outcome; }
  [[nodiscard]] Order order(const wire::OrderMessage& message) const {
    return {replayed.of, replayed.workflow.get(), message.effect, acts, files, message.step};
  }
};

Result<std::shared_ptr<Desk>> Judge::desk_for(const Registry& by) const {
  auto desk = parts_.desk({by.name, base::hex(by.service), by.within});
  // nobody's order is given up because a file here cannot be read
  if (!desk)
    return base::fail_with(Code::kUnavailable, desk.error().diagnostic, "The authority cannot judge now: {}",
                           desk.error().detail);
  const auto& parts = (*desk)->parts();
  TRY((*desk)->cases().keep_definitions(parts.workflows, parts.actor, parts_.clock->now()));
  return desk;
}

Result<> Judge::check(const Registry& by, const wire::CheckMessage& message) {
  TRY(const auto desk, desk_for(by));
  TRY(auto request, x509::CertificateRequest::from_either(message.request));
  const std::vector<workflow::File> files{request_file(request)};
  TRY(const auto wish, wish_of(message.about, files));
  TRY(check_within(*desk, by, wish.enrolment.organisation));
  TRY(const auto profile, desk->parts().profiles.find(wish.profile));
  if (desk->parts().admit_profile) TRY(desk->parts().admit_profile(*profile));
  return desk->parts().port->check(profile, wish.enrolment);
}

namespace {

base::Failure not_ordered(const workflow::Case& of, const std::string& effect) {
  return fail(Code::kNotAuthorised, "What was signed on {} does not order \"{}\".", of.id, effect);
}

// The deadline that orders this: one that has run out in the case as it stands, or else the last that would.
Result<const workflow::Timer*> timer_of(const Replayed& replayed, const std::string& effect) {
  const auto timers = workflow::timers_ordering(*replayed.workflow, replayed.of, effect);
  if (timers.empty()) return not_ordered(replayed.of, effect);
  const auto open = std::ranges::find_if(timers, [](const auto* one) { return one->overdue && !one->ended; });
  return open == timers.end() ? timers.back() : *open;
}

// What was ordered by an act is used up with this act; what a deadline ordered, with this deadline of the case,
// however many acts of it are brought.
Result<ca::OrderUse> use_of(const Replayed& replayed, const std::vector<VerifiedAct>& acts,
                            const wire::OrderMessage& order) {
  if (order.step > 0) return ca::OrderUse{acts[static_cast<std::size_t>(order.step) - 1].digest(), order.effect};
  TRY(const auto* timer, timer_of(replayed, order.effect));
  return ca::OrderUse{acts.front().digest(), "deadline:" + timer->deadline + "@" +
                                                 std::to_string(timer->started.seconds) + ":" + order.effect};
}

// Whether what was not done yet may be done now.
Result<> check_in_time(const Replayed& replayed, const std::vector<VerifiedAct>& acts,
                       const wire::OrderMessage& order, base::UnixTime now) {
  const auto& of = replayed.of;
  base::UnixTime since{0};
  if (order.step > 0) {
    since = acts[static_cast<std::size_t>(order.step) - 1].moment();
  } else {
    TRY(const auto* timer, timer_of(replayed, order.effect));
    if (!timer->overdue && !timer->ended)
      return fail(Code::kConflict, "The deadline \"{}\" of {} has not run out here yet.", timer->deadline, of.id);
    since = timer->due;
  }
  if (since + kOrderFor >= now) return {};
  return fail(Code::kNotAuthorised, "The order of {} is older than 30 days. It is given anew, as a new case.", of.id);
}

}  // namespace

Result<Judge::Judged> Judge::judge(const Registry& by, const wire::OrderMessage& order) const {
  Judged judged;
  TRY(judged.desk, desk_for(by));
  auto& desk = *judged.desk;
  const auto now = parts_.clock->now();
  TRY(judged.acts, verified_acts(desk, order.acts));
  TRY(judged.replayed, replay(desk, judged.acts, now));
  const auto& of = judged.replayed.of;
  if (order.step > 0) {
    const auto& ordered = judged.replayed.effects[static_cast<std::size_t>(order.step) - 1];
    if (std::ranges::find(ordered, order.effect) == ordered.end()) return not_ordered(of, order.effect);
  }
  TRY(check_fits(*judged.replayed.workflow, of.about));
  TRY(check_within(desk, by, of.place.organisation));
  const bool issues = order.effect == "issue";
  if (!order.request.empty() && !issues)
    return fail(Code::kMalformed, "An order to change a status comes without a certificate request.");
  if (!order.request.empty()) {
    TRY(const auto request, x509::CertificateRequest::from_either(order.request));
    judged.files.push_back(request_file(request));
  }
  // with another request it is no repetition of the order
  if (issues) TRY(wish_of(of.about, judged.files));
  TRY(const auto use, use_of(judged.replayed, judged.acts, order));
  judged.use = use;
  TRY(parts_.store->read([&](store::Reader& reader) -> Result<> {
    TRY(ca::check_course(reader, judged.acts));
    for (const auto& act : judged.acts) {
      TRY(const auto row, ca::used_for(reader, act.digest()));
      judged.issued = judged.issued || (issues && row);
    }
    TRY(judged.outcome, ca::outcome_of(reader, use));
    return {};
  }));
  if (judged.done()) return judged;
  TRY(check_in_time(judged.replayed, judged.acts, order, now));
  TRY(check_matter(desk.parts(), {of.about, of.form, of.place, judged.files}));
  TRY(check_invited(desk.parts(), judged.replayed.course, judged.acts, judged.files));
  if (!is_about_request(of.about) && !ca::is_about_invitation(of.about))
    TRY(check_reach(desk.parts(), desk.cases(), of.about, of.place, signer_of(judged.acts.front())));
  return judged;
}

Result<> Judge::try_order(const Registry& by, const wire::OrderMessage& message) {
  TRY(const auto judged, judge(by, message));
  return judged.done() ? Result<>() : try_effect(judged.desk->parts(), judged.order(message));
}

Result<Carried> Judge::carry_out(const Registry& by, const wire::OrderMessage& message) {
  TRY(const auto judged, judge(by, message));
  if (judged.outcome) return read_outcome(*judged.outcome);
  const auto& parts = judged.desk->parts();
  const auto order = judged.order(message);
  const auto as_it_came = base::print_json(wire::print(message));
  const auto now = parts_.clock->now();
  const std::lock_guard lock(issuing_);
  if (message.effect == "issue") {
    if (judged.issued) return ra::carry_out(parts, order);
    TRY(try_effect(parts, order));  // what is refused is no order yet
    TRY(parts_.store->write([&](store::Writer& writer) { return record_order(writer, by, order, as_it_came, now); }));
    return ra::carry_out(parts, order);
  }
  return ra::carry_out(parts, order, [&](store::Writer& writer, const Carried& carried) -> Result<> {
    TRY(ca::use_order(writer, *judged.use, print_outcome(carried), now));
    return record_order(writer, by, order, as_it_came, now);
  });
}

}  // namespace yuxin::ra
