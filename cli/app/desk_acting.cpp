#include "desk_acting.hpp"

#include <algorithm>
#include <filesystem>

#include "case_view.hpp"
#include "clock_check.hpp"
#include "invitations.hpp"
#include "output.hpp"
#include "parser.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ra/item_json.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::message;
using base::Result;

namespace {

constexpr std::size_t kLargestFile = std::size_t{20} << 20U;

}  // namespace

Result<base::JsonObject> form_of(const workflow::Workflow& definition, const std::vector<std::string>& fields) {
  base::JsonObject form;
  for (const auto& text : fields) {
    const auto equals = text.find('=');
    if (equals == std::string::npos)
      return fail(Code::kUsage, "\"{}\" names no field and value. Write --field NAME=VALUE", text);
    const auto name = text.substr(0, equals);
    const auto* field = definition.field(name);
    if (field == nullptr) {
      std::vector<std::string> known;
      for (const auto& one : definition.fields) known.push_back(one.name);
      if (const auto near = base::nearest(name, known))
        return fail(Code::kUsage, "The workflow {} has no field \"{}\"; did you mean \"{}\"?", definition.name, name,
                    *near);
      return fail(Code::kUsage, "The workflow {} has no field \"{}\". See: yuxin workflow show {}", definition.name,
                  name, definition.name);
    }
    if (form.contains(name)) return fail(Code::kUsage, "The field \"{}\" is given twice.", name);
    TRY(auto value, workflow::value_of(*field, std::string_view(text).substr(equals + 1)));
    form[name] = std::move(value);
  }
  return form;
}

Result<std::vector<workflow::File>> files_of(const std::vector<std::string>& attachments) {
  std::vector<workflow::File> files;
  for (const auto& text : attachments) {
    const auto equals = text.find('=');
    if (equals == std::string::npos)
      return fail(Code::kUsage, "\"{}\" names no label and file. Write --attach LABEL=FILE", text);
    const auto path = text.substr(equals + 1);
    TRY(auto octets, base::read_file(path, kLargestFile));
    files.push_back({text.substr(0, equals), std::filesystem::path(path).filename().string(), std::move(octets)});
  }
  return files;
}

Result<> complete_serial(DeskSide& side, base::JsonObject& form) {
  const auto typed = base::json_string(form, "old_serial");
  if (typed.empty()) return {};
  TRY(const auto serial, side.serial(typed));
  form["old_serial"] = serial.hex();
  return {};
}

std::vector<std::string> field_words(const Arguments& arguments) {
  auto words = arguments.many("--field");
  for (const auto* name : {"reason", "opinion"}) {
    const auto value = arguments.maybe(std::string("--") + name);
    if (value) words.push_back(std::string(name) + "=" + *value);
  }
  return words;
}

namespace {

// Whose turn it is now, and what they type.
void tell_next(const Context& context, const StepDone& done) {
  const auto& after = done.after.standing.of;
  const auto* step = workflow::main_step(*done.after.standing.workflow, after);
  if (step == nullptr) return;
  const auto verb = find_command("request", step->action) == nullptr ? "case act " + after.id + " " + step->action
                                                                     : "request " + step->action + " " + after.id;
  context.remark(message("Next, {} ({}): {} {}", step->title.text(), takers_text(*step), program_words(), verb));
}

}  // namespace

void report(const Context& context, const StepDone& done) {
  if (context.options().json) {
    auto json = ra::print_item(done.after);
    json["complete"] = done.complete;
    base::JsonArray effects;
    for (const auto& effected : done.effected) effects.push_back(ra::print_effected(effected));
    json["effects"] = std::move(effects);
    context.document(json);
    return;
  }
  const auto& after = done.after.standing.of;
  if (done.complete) {
    context.out(message("Case {}: {}.", after.id, state_title(*done.after.standing.workflow, after)));
  } else {
    for (const auto& missing : done.missing) {
      context.out(message("Signed. Case {} waits for {} more, role {}.", after.id, missing.need - missing.have,
                          base::join(missing.roles, " / ")));
    }
  }
  for (const auto& effected : done.effected) context.out(message("{}: {}", effected.case_id, effected.text));
  tell_next(context, done);
}

Result<> write_issued(const Context& context, DeskSide& side, const StepDone& done, const std::string& path) {
  const auto& of = done.after.standing.of;
  if (!of.facts.contains("serial")) {
    context.warn(message("No certificate was issued yet. Later: yuxin request certificate {} --out {}", of.id, path));
    return {};
  }
  TRY(const auto chain, side.issued(of.id));
  std::string text;
  for (const auto& certificate : chain) text += certificate.pem();
  const auto written = write_output(path, base::as_bytes(text), OutputKind::kCertificate);
  if (!written) {
    return done_but_unwritten(written.error(),
                              message("The step was taken and certificate {} was issued. Get it with: yuxin request "
                                      "certificate {} --out FILE",
                                      base::json_string(of.facts, "serial"), of.id));
  }
  if (path != "-")
    context.remark(message("Certificate {} written to {}.", base::json_string(of.facts, "serial"), path));
  return {};
}

std::vector<OptionSpec> step_options() {
  return {{"--field", Arity::kMany, Presence::kOptional, "NAME=VALUE", "what is filled in: yuxin workflow show NAME"},
          {"--attach", Arity::kMany, Presence::kOptional, "LABEL=FILE", "what is attached, by its label"},
          {"--reason", Arity::kOne, Presence::kOptional, "TEXT", "the field \"reason\""},
          {"--opinion", Arity::kOne, Presence::kOptional, "TEXT", "the field \"opinion\""},
          {"--role", Arity::kOne, Presence::kOptional, "ROLE", "role to act in; the fitting one if not given"},
          accept_clock_option(),
          dry_run_option()};
}

}  // namespace yuxin::cli
