#include "case_view.hpp"

#include <algorithm>
#include <set>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ca/invitation.hpp"
#include "yuxin/ra/item_json.hpp"

namespace yuxin::cli {

using base::message;
using workflow::Case;
using workflow::Happening;
using workflow::Workflow;

namespace {

std::string value_text(const base::Json& value) {
  return value.is_string() ? std::string(std::string_view(value.get_string())) : base::print_json(value);
}

// Printer is where the lines go: standard output, or remarks before somebody is asked.
class Printer {
 public:
  enum class To { kOut, kRemark };
  Printer(const Context& context, To to) : context_(context), to_(to) {}
  // what others wrote must not drive the terminal
  void line(std::string_view label, std::string_view value) const {
    const auto text = visible(labelled(label, value));
    return to_ == To::kOut ? context_.out(text) : context_.remark(text);
  }

 private:
  const Context& context_;
  To to_;
};

using Names = std::set<std::string, std::less<>>;

void add_fields(Names& names, const workflow::Transition& step) {
  names.insert(step.needs.begin(), step.needs.end());
  names.insert(step.may.begin(), step.may.end());
  for (const auto& needs : step.needs_when) names.insert(needs.fields.begin(), needs.fields.end());
}

// What the applicant said, and what the last step said: a reason of former times is no reason of today.
Names fields_of_now(const Workflow& definition, const std::vector<workflow::StepRow>& steps) {
  Names names;
  for (const auto& step : definition.transitions) {
    const bool last = !steps.empty() && steps.back().action == step.action && step.leads_from(steps.back().from);
    if (step.opens() || step.about == workflow::Transition::About::kNew || last) add_fields(names, step);
  }
  return names;
}

void describe_fields(const Printer& printer, const Workflow& definition, const base::JsonObject& form,
                     const Names& names) {
  for (const auto& field : definition.fields) {
    const auto* value = form.if_contains(field.name);
    // a signature in base64 says nothing to people; --json has it
    const bool is_proof = field.name == ca::kProofField && definition.field("locator") != nullptr;
    if (value != nullptr && names.contains(field.name) && !is_proof)
      printer.line(field.title.text(), workflow::shown_value(field, *value));
  }
}

Names all_fields(const Workflow& definition) {
  Names names;
  for (const auto& field : definition.fields) names.insert(field.name);
  return names;
}

// What the case is about, in words where there are some; what the matter says better is left to it.
void describe_about(const Printer& printer, const base::JsonObject& about, const Matter& matter) {
  const auto line = [&](const char* member, const std::string& label) {
    const auto* value = about.if_contains(member);
    if (value != nullptr && !value->is_null() && !value_text(*value).empty()) printer.line(label, value_text(*value));
  };
  line("profile", message("profile"));
  line("serial", message("serial"));
  if (!matter.wish) line("subject", message("subject"));
  if (!matter.wish) line("names", message("names"));
  line("days", message("days"));
  line("organisation", message("point"));
  line("request", message("request"));
}

void describe_matter(const Printer& printer, const Matter& matter, const base::JsonObject& form, MatterTense tense) {
  for (const auto& one : matter_lines(matter, form, tense)) printer.line(one.label, one.value);
}

// The step that a case waits for, and who takes it; what else could be done is shown with the case.
std::string waits_for(const ra::Item& item) {
  const auto* step = workflow::main_step(*item.standing.workflow, item.standing.of);
  return step == nullptr ? std::string() : message("{} ({})", step->title.text(), takers_text(*step));
}

void describe_next(const Printer& printer, const Workflow& definition, const Case& of) {
  const auto* main = workflow::main_step(definition, of);
  const auto values = of.values();
  const auto line = [&](const std::string& label, const workflow::Transition& step) {
    printer.line(label, message("{} ({}): {}", step.title.text(), step.action, takers_text(step)));
  };
  if (main != nullptr) line(message("next"), *main);
  for (const auto* step : definition.steps_from(of.state)) {
    const bool open = std::ranges::any_of(definition.policies, [&](const std::string& policy) {
      return step->when.evaluate(values, policy) != workflow::Truth::kFalse;
    });
    if (step != main && open) line(message("or"), *step);
  }
}

const std::string& action_title(const Workflow& definition, const workflow::StepRow& row) {
  for (const auto& step : definition.transitions) {
    if (step.action == row.action && (row.from.empty() ? step.opens() : step.leads_from(row.from)))
      return step.title.text();
  }
  return row.action;
}

bool is_closed(const Workflow& definition, const Case& of) {
  const auto* state = definition.state(of.state);
  return state != nullptr && state->is_final;
}

}  // namespace

std::string state_title(const Workflow& definition, std::string_view name) {
  const auto* state = definition.state(name);
  return state == nullptr ? message("being opened") : state->title.text();
}

std::string takers_text(const workflow::Transition& transition) {
  std::vector<std::string> parts;
  for (const auto& party : transition.by) {
    for (const auto& role : party.roles) parts.push_back(role.text);
    if (!party.key.empty()) parts.push_back(message("the subscriber"));
  }
  return base::join(parts, " / ");
}

std::string due_text(const Case& of, base::UnixTime now) {
  const auto due = workflow::next_due(of);
  if (!due) return "";
  if (*due < now) return message("overdue {}", base::in_words(now - *due));
  return message("in {}", base::in_words(*due - now));
}

void describe_step(const Context& context, const ra::Step& step, const CaseSeen* seen, const Matter& matter,
                   std::string_view signer) {
  const Printer printer(context, Printer::To::kRemark);
  const auto& definition = *step.workflow;
  const auto* before = seen == nullptr ? nullptr : &seen->item.standing.of;
  printer.line(message("case"), message("{}, {}", step.act.object, definition.title.text()));
  if (step.transition != nullptr) {
    printer.line(message("step"), step.transition->title.text());
    printer.line(message("document"), step.transition->document.text());
    const auto to = step.transition->to.empty() && before != nullptr ? before->state : step.transition->to;
    const auto from = before == nullptr ? message("new") : state_title(definition, *before);
    printer.line(message("state"), message("from {} to {}", from, state_title(definition, to)));
  }
  const auto body = workflow::read_body(step.act.body);
  if (body) {
    describe_about(printer, body->about, matter);
    base::JsonObject form;
    if (before != nullptr) form = before->form;
    for (const auto& [name, value] : body->form) form[name] = value;
    describe_matter(printer, matter, form, MatterTense::kWill);
    auto names = before == nullptr ? all_fields(definition) : fields_of_now(definition, seen->steps);
    for (const auto& [name, value] : body->form) names.insert(std::string(name));
    describe_fields(printer, definition, form, names);
  }
  for (const auto& attachment : step.act.attachments) {
    printer.line(message("attached"),
                 message("{}, {} octets, SHA-256 {}", attachment.name, attachment.size, base::hex(attachment.value)));
  }
  const auto role = step.act.role ? step.act.role->text() : message("no role");
  printer.line(message("signed by"), message("{}, {}", signer, role));
}

void describe_case(const Context& context, const CaseSeen& seen, const Matter& matter) {
  const Printer printer(context, Printer::To::kOut);
  const auto& of = seen.item.standing.of;
  const auto& definition = *seen.item.standing.workflow;
  printer.line(message("case"), message("{}, {}", of.id, definition.title.text()));
  printer.line(message("state"), state_title(definition, of));
  for (const auto& mark : of.marks) printer.line(message("mark"), mark);
  describe_about(printer, of.about, matter);
  const auto tense =
      is_closed(definition, of) || of.facts.contains("serial") ? MatterTense::kWas : MatterTense::kWill;
  describe_matter(printer, matter, of.form, tense);
  auto values = of.values();
  for (const auto& [name, value] : of.about) values.erase(name);
  auto names = fields_of_now(definition, seen.steps);
  for (const auto& [name, value] : of.facts) names.insert(std::string(name));
  describe_fields(printer, definition, values, names);
  for (std::size_t i = 0; i < seen.files.size(); ++i) {
    const auto& file = seen.files[i];
    printer.line(message("attached {}", i + 1),
                 message("{}: {}, {} octets, SHA-256 {}", file.label, file.name, file.size, base::hex(file.digest)));
  }
  for (const auto& timer : of.timers) {
    if (timer.ended) continue;
    const auto title = std::ranges::find(definition.deadlines, timer.deadline, &workflow::Deadline::name);
    const auto name = title == definition.deadlines.end() ? timer.deadline : title->title.text();
    printer.line(message("due"), timer.stopped ? message("{}: the clock stands", name)
                                               : message("{}: {}", name, base::local_time(timer.due)));
  }
  for (const auto& step : seen.steps) {
    printer.line(message("step {}", step.number),
                 message("{} by {} ({}) at {}", action_title(definition, step), step.actor,
                         step.role.empty() ? message("no role") : step.role, base::local_time(step.moment)));
  }
  describe_next(printer, definition, of);
}

base::JsonObject case_json(const CaseSeen& seen, const Matter& matter) {
  auto json = ra::print_item(seen.item, seen.steps);
  base::JsonArray files;
  for (const auto& file : seen.files)
    files.push_back(base::JsonObject{
        {"label", file.label}, {"name", file.name}, {"size", file.size}, {"sha256", base::hex(file.digest)}});
  json["files"] = std::move(files);
  json["certificates"] = certificates_json(matter.certificates);
  json["requested"] = requested_json(matter);
  return json;
}

void print_cases(const Context& context, const std::vector<ra::Item>& items) {
  Table table({{message("due")},
               {message("case")},
               {message("what"), Table::Align::kLeft, 28},
               {message("for whom"), Table::Align::kLeft, 40},
               {message("state")},
               {message("waits for"), Table::Align::kLeft, 44}});
  const auto now = context.clock().now();
  for (const auto& item : items) {
    const auto& of = item.standing.of;
    const auto whom = base::json_string(of.form, "name", base::json_string(of.about, "subject"));
    table.add({due_text(of, now), of.id,
               of.place.profile.empty() ? item.standing.workflow->title.text() : of.place.profile,
               of.place.organisation ? whom + ", " + of.place.organisation->text() : whom,
               state_title(*item.standing.workflow, of), waits_for(item)});
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
