#include "plan_view.hpp"

#include "app/digest_lines.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {

using base::message;

namespace {

std::string seat_line(const keymgmt::CeremonySeat& seat) {
  std::string text = message("{}: {}", base::tr(keymgmt::role_title(seat.role)),
                             seat.person.empty() ? message("name asked for at the enrolment") : seat.person);
  if (!seat.group.empty()) text += ", " + seat.group;
  text += seat.certificate ? message("; certificate {}…", base::hex(*seat.certificate).substr(0, 16))
                           : message("; signs with a key of the ceremony or an own certificate");
  return text;
}

}  // namespace

std::string step_title(const keymgmt::CeremonyStep& step) {
  if (!step.title.en.empty()) return step.title.text();
  return std::string(base::tr(keymgmt::action_spec(step.action).title));
}

void show_plan(const Context& context, const keymgmt::CeremonyPlan& plan) {
  context.out(plan.title.text());
  if (!plan.document.empty()) context.out(labelled(message("by"), plan.document));
  context.out(labelled(message("machine"), plan.machine.text()));
  context.out(labelled(message("network"),
                       plan.network == keymgmt::NetworkRule::kForbidden ? message("forbidden") : message("allowed")));
  context.out(labelled(message("program"),
                       plan.software ? base::hex(*plan.software) : message("any; its digest is read aloud")));
  for (const auto& line : digest_lines(message("plan"), plan.digest)) context.out(line);
  for (const auto& seat : plan.seats) context.out(labelled(seat.id, seat_line(seat)));
  for (const auto& group : plan.groups)
    context.out(labelled(message("shares"), message("{} of \"{}\"", group.needed, group.name)));
  std::size_t number = 0;
  for (const auto& step : plan.steps) {
    context.out(labelled(std::to_string(++number), message("{} ({}; by {}, witnessed by {})", step_title(step),
                                                           base::in_words(base::minutes(step.minutes)), step.by,
                                                           base::join(step.witnesses, message(", ")))));
  }
  context.out(
      labelled(message("outputs"), plan.outputs.empty() ? message("none") : base::join(plan.outputs, message(", "))));
  context.out(labelled(message("time"), base::in_words(base::minutes(plan.minutes()))));
  context.remark(message("The plan can be carried out. Rehearse it: yuxin ceremony rehearse PLAN"));
}

base::JsonObject plan_document(const keymgmt::CeremonyPlan& plan) {
  base::JsonArray seats;
  for (const auto& seat : plan.seats) {
    base::JsonObject object{{"seat", seat.id}, {"role", keymgmt::role_name(seat.role)}, {"person", seat.person}};
    if (seat.certificate) object["certificate"] = base::hex(*seat.certificate);
    if (!seat.group.empty()) object["group"] = seat.group;
    seats.push_back(std::move(object));
  }
  base::JsonArray steps;
  for (const auto& step : plan.steps) {
    base::JsonArray witnesses;
    for (const auto& witness : step.witnesses) witnesses.emplace_back(witness);
    steps.push_back(base::JsonObject{{"do", keymgmt::action_spec(step.action).name},
                                     {"title", step_title(step)},
                                     {"by", step.by},
                                     {"witness", std::move(witnesses)},
                                     {"minutes", step.minutes}});
  }
  base::JsonArray outputs;
  for (const auto& output : plan.outputs) outputs.emplace_back(output);
  return {{"title", plan.title.text()},
          {"document", plan.document},
          {"network", plan.network == keymgmt::NetworkRule::kForbidden ? "forbidden" : "allowed"},
          {"software", plan.software ? "sha256:" + base::hex(*plan.software) : "any"},
          {"sha256", base::hex(plan.digest)},
          {"seats", std::move(seats)},
          {"steps", std::move(steps)},
          {"outputs", std::move(outputs)},
          {"minutes", plan.minutes()}};
}

}  // namespace yuxin::cli
