// yuxin workflow list, show, check
#include "app/desk_home.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using workflow::Workflow;

Result<std::shared_ptr<const Workflow>> find(const Home& home, const std::string& name) {
  TRY(const auto definitions, definitions_of(home));
  std::vector<std::string> known;
  for (const auto& definition : definitions) {
    if (definition->name == name) return definition;
    known.push_back(definition->name);
  }
  if (const auto near = base::nearest(name, known))
    return fail(Code::kNotFound, "There is no workflow {}; did you mean {}?", name, *near);
  return fail(Code::kNotFound, "There is no workflow {}. There are: {}", name, base::join(known, ", "));
}

base::JsonObject as_json(const Workflow& definition) {
  base::JsonArray states;
  for (const auto& state : definition.states)
    states.push_back(
        base::JsonObject{{"name", state.name}, {"title", state.title.text()}, {"final", state.is_final}});
  base::JsonArray fields;
  for (const auto& field : definition.fields)
    fields.push_back(base::JsonObject{
        {"name", field.name}, {"title", field.title.text()}, {"kind", workflow::kind_name(field.kind)}});
  base::JsonArray steps;
  for (const auto& step : definition.transitions) {
    steps.push_back(base::JsonObject{{"action", step.action},
                                     {"title", step.title.text()},
                                     {"from", base::JsonArray(step.from.begin(), step.from.end())},
                                     {"to", step.to},
                                     {"when", step.when.text()},
                                     {"needs", base::JsonArray(step.needs.begin(), step.needs.end())},
                                     {"may", base::JsonArray(step.may.begin(), step.may.end())}});
  }
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
      text = message("{}, not who did {}", text, base::join(party.not_same_person_as, ", "));
    parts.push_back(std::move(text));
  }
  return base::join(parts, "; ");
}

Result<int> list(Context& context, const Arguments&) {
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(const auto definitions, definitions_of(*home));
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

Result<int> show(Context& context, const Arguments& arguments) {
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(const auto definition, find(*home, arguments.one("NAME")));
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
  Table steps({{message("action")},
               {message("title")},
               {message("from"), Table::Align::kLeft, 40},
               {message("to")},
               {message("signed by"), Table::Align::kLeft, 60}});
  for (const auto& step : definition->transitions) {
    steps.add({step.action, step.title.text(), step.opens() ? message("new") : base::join(step.from, " "), step.to,
               parties_text(step)});
  }
  steps.print(context);
  context.out("");
  Table fields({{message("field")}, {message("kind")}, {message("title")}});
  for (const auto& field : definition->fields)
    fields.add({field.name, std::string(workflow::kind_name(field.kind)), field.title.text()});
  fields.print(context);
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
  return {
      {"workflow", "list", "list the workflows of the home", {}, {"yuxin --home city/online workflow list"}, list},
      {"workflow",
       "show",
       "show the steps and fields of a workflow",
       {{"NAME", Arity::kOne, Presence::kRequired, "NAME", "its name: yuxin workflow list"},
        {"--text", Arity::kFlag, Presence::kOptional, "", "the definition as it was written"}},
       {"yuxin --home city/online workflow show certificate-request"},
       show},
      {"workflow",
       "check",
       "check a definition: every state reached, every step somebody's, every limit heard of",
       {{"FILE", Arity::kOne, Presence::kRequired, "FILE", "the definition (TOML)"}},
       {"yuxin --home city/online workflow check my-workflow.toml"},
       check}};
}

}  // namespace yuxin::cli
