#include "case_view.hpp"

#include <algorithm>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {

using base::message;
using workflow::Case;
using workflow::Happening;
using workflow::Workflow;

namespace {

std::string value_text(const base::Json& value) {
  return value.is_string() ? std::string(std::string_view(value.get_string())) : base::print_json(value);
}

void describe_fields(const Context& context, const Workflow& definition, const base::JsonObject& form) {
  for (const auto& field : definition.fields) {
    const auto* value = form.if_contains(field.name);
    if (value != nullptr) context.remark(labelled(field.title.text(), value_text(*value)));
  }
}

// What the case is about, in words where there are some.
void describe_about(const Context& context, const base::JsonObject& about) {
  const auto line = [&](const char* member, const std::string& label) {
    const auto* value = about.if_contains(member);
    if (value != nullptr && !value->is_null() && !value_text(*value).empty())
      context.remark(labelled(label, value_text(*value)));
  };
  line("profile", message("profile"));
  line("serial", message("certificate"));
  line("subject", message("subject"));
  line("names", message("names"));
  line("days", message("days"));
  line("organisation", message("organisation"));
  line("request", message("request SHA-256"));
}

std::string parties_text(const workflow::Transition& transition) {
  std::vector<std::string> parts;
  for (const auto& party : transition.by) {
    for (const auto& role : party.roles) parts.push_back(role.text);
    if (!party.key.empty()) parts.push_back(message("the subscriber"));
  }
  return base::join(parts, " / ");
}

std::string waits_for(const ra::Item& item) {
  std::vector<std::string> parts;
  for (const auto* step : item.standing.workflow->steps_from(item.standing.of.state)) {
    const auto text = step->title.text();
    if (std::ranges::find(parts, text) == parts.end()) parts.push_back(text);
  }
  return base::join(parts, message(", "));
}

}  // namespace

std::string state_title(const Workflow& definition, std::string_view name) {
  const auto* state = definition.state(name);
  return state == nullptr ? message("being opened") : state->title.text();
}

std::string due_text(const Case& of, base::UnixTime now) {
  const auto due = workflow::next_due(of);
  if (!due) return "";
  if (*due < now) return message("overdue {}", base::in_words(now - *due));
  return message("in {}", base::in_words(*due - now));
}

void describe_step(const Context& context, const ra::Step& step, const Case* before, std::string_view signer) {
  const auto& definition = *step.workflow;
  context.remark(labelled(message("case"), message("{}, {}", step.act.object, definition.title.text())));
  if (step.transition != nullptr) {
    context.remark(labelled(message("step"), step.transition->title.text()));
    context.remark(labelled(message("document"), step.transition->document.text()));
    const auto to = step.transition->to.empty() && before != nullptr ? before->state : step.transition->to;
    const auto from = before == nullptr ? message("new") : state_title(definition, before->state);
    context.remark(labelled(message("state"), message("{} to {}", from, state_title(definition, to))));
  }
  const auto body = workflow::read_body(step.act.body);
  if (body) {
    describe_about(context, body->about);
    if (before != nullptr) describe_fields(context, definition, before->form);
    describe_fields(context, definition, body->form);
  }
  for (const auto& attachment : step.act.attachments) {
    context.remark(labelled(message("attached"), message("{}, {} octets, SHA-256 {}", attachment.name,
                                                         attachment.size, base::hex(attachment.value))));
  }
  const auto role = step.act.role ? step.act.role->text() : message("no role");
  context.remark(labelled(message("signed by"), message("{}, {}", signer, role)));
}

void describe_case(const Context& context, const ra::Item& item, const std::vector<workflow::StepRow>& steps) {
  const auto& of = item.standing.of;
  const auto& definition = *item.standing.workflow;
  context.out(labelled(message("case"), message("{}, {}", of.id, definition.title.text())));
  context.out(labelled(message("state"), state_title(definition, of.state)));
  for (const auto& mark : of.marks) context.out(labelled(message("mark"), mark));
  for (const auto* member : {"profile", "serial", "subject", "names", "days", "organisation", "request"}) {
    const auto* value = of.about.if_contains(member);
    if (value != nullptr && !value->is_null() && !value_text(*value).empty())
      context.out(labelled(member, value_text(*value)));
  }
  const auto values = of.values();
  for (const auto& field : definition.fields) {
    const auto* value = values.if_contains(field.name);
    if (value != nullptr && !of.about.contains(field.name))
      context.out(labelled(field.title.text(), value_text(*value)));
  }
  for (const auto& timer : of.timers) {
    if (timer.ended) continue;
    const auto title = std::ranges::find(definition.deadlines, timer.deadline, &workflow::Deadline::name);
    const auto name = title == definition.deadlines.end() ? timer.deadline : title->title.text();
    context.out(labelled(message("due"), timer.stopped ? message("{}: the clock stands", name)
                                                       : message("{}: {}", name, base::local_time(timer.due))));
  }
  for (const auto& step : steps) {
    context.out(labelled(message("step {}", step.number),
                         message("{} by {} ({}) at {}", step.action, step.actor,
                                 step.role.empty() ? message("no role") : step.role, base::local_time(step.moment))));
  }
  for (const auto* step : definition.steps_from(of.state)) {
    context.out(
        labelled(message("next"), message("{} ({}): {}", step->action, step->title.text(), parties_text(*step))));
  }
}

void print_cases(const Context& context, const std::vector<ra::Item>& items) {
  if (items.empty()) {
    context.remark(message("No cases."));
    return;
  }
  Table table({{message("due")},
               {message("case")},
               {message("what"), Table::Align::kLeft, 28},
               {message("for"), Table::Align::kLeft, 40},
               {message("state")},
               {message("waits for"), Table::Align::kLeft, 40}});
  const auto now = context.clock().now();
  for (const auto& item : items) {
    const auto& of = item.standing.of;
    const auto whom = base::json_string(of.form, "name", base::json_string(of.about, "subject"));
    table.add({due_text(of, now), of.id,
               of.place.profile.empty() ? item.standing.workflow->title.text() : of.place.profile,
               of.place.organisation ? whom + ", " + of.place.organisation->text() : whom,
               state_title(*item.standing.workflow, of.state), waits_for(item)});
  }
  table.print(context);
}

std::string passed_text(const workflow::Cases::Passed& passed) {
  const auto& happening = passed.happening;
  const auto due = base::local_time(happening.due);
  switch (happening.kind) {
    case Happening::Kind::kWarning:
      return message("{}: {} per cent of the time for \"{}\" is over; it ends {}", passed.case_id, happening.what,
                     happening.deadline, due);
    case Happening::Kind::kEscalate:
      return message("{}: \"{}\" was due {}; {} must hear of it", passed.case_id, happening.deadline, due,
                     happening.what);
    case Happening::Kind::kNotify:
      return message("{}: \"{}\" was due {}; for the information of {}", passed.case_id, happening.deadline, due,
                     happening.what);
    case Happening::Kind::kMark:
      return message("{}: marked {}", passed.case_id, happening.what);
    case Happening::Kind::kCarryOut:
      return message("{}: \"{}\" was due {}; {} is carried out", passed.case_id, happening.deadline, due,
                     happening.what);
    case Happening::Kind::kReceiptOverdue:
      break;
  }
  return message("{}: {} has not signed for what was delivered; it was due {}", passed.case_id, happening.deadline,
                 due);
}

}  // namespace yuxin::cli
