// yuxin workflow list, show, check
#include <algorithm>

#include "app/case_view.hpp"
#include "app/catalogue.hpp"
#include "app/desk_home.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {
namespace {

using base::message;
using base::Result;
using workflow::Workflow;

base::JsonArray texts(const std::vector<std::string>& list) { return base::JsonArray(list.begin(), list.end()); }

base::JsonObject field_json(const workflow::Field& field) {
  base::JsonObject json{
      {"name", field.name}, {"title", field.title.text()}, {"kind", workflow::kind_name(field.kind)}};
  if (field.kind != workflow::FieldKind::kChoice) return json;
  base::JsonArray words;
  for (const auto& word : field.words) words.push_back(base::JsonObject{{"en", word.en}, {"zh", word.zh}});
  json["one_of"] = texts(field.one_of);
  json["words"] = std::move(words);
  return json;
}

base::JsonObject step_json(const workflow::Transition& step) {
  base::JsonArray needs_when;
  for (const auto& needs : step.needs_when)
    needs_when.push_back(base::JsonObject{{"when", needs.when.text()}, {"fields", texts(needs.fields)}});
  base::JsonArray attachments;
  for (const auto& enclosure : step.enclosures) {
    attachments.push_back(base::JsonObject{{"label", enclosure.label},
                                           {"title", enclosure.title.text()},
                                           {"min", static_cast<std::int64_t>(enclosure.min)},
                                           {"max", static_cast<std::int64_t>(enclosure.max)},
                                           {"when", enclosure.when.text()}});
  }
  return {
      {"action", step.action},     {"title", step.title.text()}, {"from", texts(step.from)}, {"to", step.to},
      {"when", step.when.text()},  {"needs", texts(step.needs)}, {"needs_when", needs_when}, {"may", texts(step.may)},
      {"attachments", attachments}};
}

base::JsonObject as_json(const Workflow& definition) {
  base::JsonArray states;
  for (const auto& state : definition.states)
    states.push_back(
        base::JsonObject{{"name", state.name}, {"title", state.title.text()}, {"final", state.is_final}});
  base::JsonArray fields;
  for (const auto& field : definition.fields) fields.push_back(field_json(field));
  base::JsonArray steps;
  for (const auto& step : definition.transitions) steps.push_back(step_json(step));
  return {{"name", definition.name},
          {"code", definition.code},
          {"title", definition.title.text()},
          {"prefix", definition.prefix},
          {"digest", base::hex(definition.digest)},
          {"states", std::move(states)},
          {"fields", std::move(fields)},
          {"steps", std::move(steps)},
          {"text", definition.text}};
}

std::string parties_text(const workflow::Transition& step) {
  std::vector<std::string> parts;
  for (const auto& party : step.by) {
    std::vector<std::string> roles;
    for (const auto& role : party.roles) roles.push_back(role.text);
    if (!party.key.empty()) roles.push_back(message("key in {}", party.key));
    auto text = base::join(roles, " / ");
    if (party.count > 1) text = message("{} persons: {}", party.count, text);
    if (!party.not_same_person_as.empty())
      text = message("{}, not who did {}", text, base::join(party.not_same_person_as, message(", ")));
    parts.push_back(std::move(text));
  }
  return base::join(parts, "; ");
}

Result<int> list(Context& context, const Arguments&) {
  TRY(const auto catalogue, open_catalogue(context));
  TRY(const auto definitions, catalogue->workflows());
  if (context.options().json) {
    base::JsonArray workflows;
    for (const auto& definition : definitions) {
      workflows.push_back(base::JsonObject{{"name", definition->name},
                                           {"code", definition->code},
                                           {"title", definition->title.text()},
                                           {"prefix", definition->prefix},
                                           {"digest", base::hex(definition->digest)}});
    }
    context.document(base::JsonObject{{"workflows", std::move(workflows)}});
    return 0;
  }
  Table table({{message("name")}, {message("code")}, {message("cases")}, {message("title")}});
  for (const auto& definition : definitions)
    table.add({definition->name, definition->code, definition->prefix + "-…", definition->title.text()});
  table.print(context);
  return 0;
}

std::string states_text(const Workflow& definition, const std::vector<std::string>& names) {
  std::vector<std::string> titles;
  for (const auto& name : names) titles.push_back(name == "*" ? message("any") : state_title(definition, name));
  return base::join(titles, message(", "));
}

void print_steps(const Context& context, const Workflow& definition) {
  Table steps({{message("action")},
               {message("title")},
               {message("from"), Table::Align::kLeft, 40},
               {message("to")},
               {message("signed by"), Table::Align::kLeft, 60},
               {message("if"), Table::Align::kLeft, 60}});
  for (const auto& step : definition.transitions) {
    steps.add({step.action, step.title.text(), step.opens() ? message("new") : states_text(definition, step.from),
               step.to.empty() ? std::string() : state_title(definition, step.to), parties_text(step),
               step.when.text()});
  }
  steps.print(context);
}

std::string kind_text(workflow::FieldKind kind) {
  switch (kind) {
    case workflow::FieldKind::kInteger:
      return message("a whole number");
    case workflow::FieldKind::kBoolean:
      return message("true or false");
    case workflow::FieldKind::kTime:
      return message("time");
    case workflow::FieldKind::kOrganisation:
      return message("code of an organisation");
    case workflow::FieldKind::kKey:
      return message("digest of a public key");
    case workflow::FieldKind::kText:
    case workflow::FieldKind::kChoice:
      break;
  }
  return message("a text");
}

std::string values_text(const workflow::Field& field) {
  if (field.kind != workflow::FieldKind::kChoice) return kind_text(field.kind);
  std::vector<std::string> words;
  for (const auto& one : field.one_of) words.push_back(workflow::shown_value(field, base::Json(one)));
  return base::join(words, " | ");
}

bool names(const std::vector<std::string>& list, const std::string& name) {
  return std::ranges::find(list, name) != list.end();
}

// By which step a field is filled in, and under which condition it must be.
std::string taken_text(const Workflow& definition, const std::string& field) {
  std::vector<std::string> needed;
  std::vector<std::string> taken;
  const auto add = [](std::vector<std::string>& list, std::string text) {
    if (!names(list, text)) list.push_back(std::move(text));
  };
  for (const auto& step : definition.transitions) {
    if (names(step.needs, field)) add(needed, step.action);
    for (const auto& needs : step.needs_when) {
      if (names(needs.fields, field)) add(needed, message("{} where {}", step.action, needs.when.text()));
    }
    if (names(step.may, field)) add(taken, step.action);
  }
  std::vector<std::string> parts;
  if (!needed.empty()) parts.push_back(message("needed by {}", base::join(needed, message(", "))));
  if (!taken.empty()) parts.push_back(message("taken by {}", base::join(taken, message(", "))));
  return base::join(parts, "; ");
}

void print_fields(const Context& context, const Workflow& definition) {
  Table fields({{message("field")},
                {message("title"), Table::Align::kLeft, 40},
                {message("values"), Table::Align::kLeft, 60},
                {message("at steps"), Table::Align::kLeft, 80}});
  for (const auto& field : definition.fields)
    fields.add({field.name, field.title.text(), values_text(field), taken_text(definition, field.name)});
  fields.print(context);
}

// Two steps of one name differ in when they are taken, and an attachment may be asked for at some times only.
std::string both(const std::string& step, const std::string& attachment) {
  if (step.empty() || attachment.empty()) return step + attachment;
  return "(" + step + ") and (" + attachment + ")";
}

void print_attachments(const Context& context, const Workflow& definition) {
  Table table({{message("attachment")},
               {message("title"), Table::Align::kLeft, 40},
               {message("action")},
               {message("how many")},
               {message("if"), Table::Align::kLeft, 80}});
  bool any = false;
  for (const auto& step : definition.transitions) {
    for (const auto& one : step.enclosures) {
      any = true;
      table.add({one.label, one.title.text(), step.action, message("{} to {}", one.min, one.max),
                 both(step.when.text(), one.when.text())});
    }
  }
  if (!any) return;
  context.out("");
  table.print(context);
}

Result<int> show(Context& context, const Arguments& arguments) {
  TRY(const auto catalogue, open_catalogue(context));
  TRY(const auto definition, catalogue->workflow(arguments.one("NAME")));
  if (context.options().json) {
    context.document(as_json(*definition));
    return 0;
  }
  if (arguments.has("--text")) {
    context.out(base::trim(definition->text));
    return 0;
  }
  context.out(labelled(message("workflow"), message("{}, {}", definition->name, definition->title.text())));
  context.out(labelled(message("version"), "SHA-256 " + base::hex(definition->digest)));
  for (const auto& state : definition->states) {
    const auto text = state.is_final ? message("{}, the end", state.title.text()) : state.title.text();
    context.out(labelled(message("state"), state.name + "  " + text));
  }
  context.out("");
  print_steps(context, *definition);
  context.out("");
  print_fields(context, *definition);
  print_attachments(context, *definition);
  return 0;
}

// A file is checked by itself, and against the roles and organisations of the home where there is one.
Result<int> check(Context& context, const Arguments& arguments) {
  const auto file = arguments.one("FILE");
  TRY(const auto octets, base::read_file(file, std::size_t{2} << 20U));
  TRY(const auto definition, Workflow::parse(base::as_text(octets), file));
  auto home = open_home(context, Home::Access::kRead);
  const bool with_home = home.has_value();
  if (with_home) {
    TRY(const auto organisation, (*home)->organisation());
    TRY(workflow::check_workflow(*definition, *organisation, ra::known_effects()));
  }
  if (context.options().json) {
    context.document(base::JsonObject{
        {"name", definition->name}, {"digest", base::hex(definition->digest)}, {"checked_with_home", with_home}});
    return 0;
  }
  context.out(message("{} is good: {} states, {} steps, {} deadlines.", definition->name, definition->states.size(),
                      definition->transitions.size(), definition->deadlines.size()));
  if (!with_home)
    context.remark(message("Its roles and organisations were not looked at: there is no home here (--home)."));
  return 0;
}

}  // namespace

std::vector<CommandSpec> workflow_commands() {
  return {{"workflow",
           "list",
           "list the workflows of the home",
           {},
           {"yuxin --home city/online workflow list"},
           list,
           CommandSpec::Identity::kTaken,
           CommandSpec::Server::kTaken},
          {"workflow",
           "show",
           "show the steps and fields of a workflow",
           {{"NAME", Arity::kOne, Presence::kRequired, "NAME", "its name: yuxin workflow list"},
            {"--text", Arity::kFlag, Presence::kOptional, "", "the definition as it was written"}},
           {"yuxin --home city/online workflow show certificate-request"},
           show,
           CommandSpec::Identity::kTaken,
           CommandSpec::Server::kTaken},
          {"workflow",
           "check",
           "check a definition: every state reached, every step somebody's, every limit heard of",
           {{"FILE", Arity::kOne, Presence::kRequired, "FILE", "the definition (TOML)"}},
           {"yuxin --home city/online workflow check my-workflow.toml"},
           check}};
}

}  // namespace yuxin::cli
