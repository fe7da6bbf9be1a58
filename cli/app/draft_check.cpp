#include "draft_check.hpp"

#include <algorithm>

#include "yuxin/workflow/machine.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::Result;

namespace {

base::Failure other(std::string_view what) {
  return fail(Code::kIntegrity,
              "The server drafted something else than was asked for: {} is another. Nothing was signed. Tell the "
              "administrator of the server.",
              what);
}

// What was asked for stands there; beyond that only what the desk fills in, with its one true value.
Result<> check_form(const base::JsonObject& drafted, const AskedStep& asked) {
  for (const auto& [name, value] : asked.form) {
    const auto* there = drafted.if_contains(name);
    if (there == nullptr || *there != value) return other(std::string_view(name));
  }
  for (const auto& [name, value] : drafted) {
    if (asked.form.contains(name)) continue;
    const auto* known = asked.known_fields.if_contains(name);
    if (known == nullptr || *known != value) return other(std::string_view(name));
  }
  return {};
}

Result<> check_files(const evidence::Act& act, const workflow::StepBody& body, const AskedStep& asked) {
  std::map<std::string, std::vector<std::string>> labels;
  if (act.attachments.size() != asked.files.size()) return other(base::message("the list of attachments"));
  for (std::size_t i = 0; i < asked.files.size(); ++i) {
    const auto wanted = workflow::attachment_of(asked.files[i]);
    const auto& drafted = act.attachments[i];
    if (drafted.name != wanted.name || drafted.size != wanted.size || drafted.digest != wanted.digest ||
        drafted.value != wanted.value)
      return other(base::message("the attachment {}", wanted.name));
    labels[asked.files[i].label].push_back(wanted.name);
  }
  if (body.files != labels) return other(base::message("the list of attachments"));
  return {};
}

Result<> check_role(const std::optional<evidence::RoleCode>& drafted, const AskedStep& asked) {
  if (asked.role) {
    if (drafted != asked.role) return other(base::message("the role"));
    return {};
  }
  if (!drafted) return {};  // by the key, in no role
  const auto state = asked.before == nullptr ? std::string() : asked.before->state;
  for (const auto* step : asked.workflow.steps_from(state)) {
    if (step->action != asked.action) continue;
    for (const auto& party : step->by) {
      if (std::ranges::any_of(party.roles, [&](const auto& role) { return role.matches(*drafted); })) return {};
    }
  }
  return other(base::message("the role"));
}

Result<> check_place(const evidence::Act& act, const workflow::StepBody& body, const AskedStep& asked) {
  if (asked.before != nullptr) {
    if (act.object != asked.before->id) return other(base::message("the case"));
    if (body.place) return other(base::message("the place"));
    if (body.step != asked.before->steps + 1) return other(base::message("the number of the step"));
    if (body.state != asked.before->state) return other(base::message("the state"));
    return {};
  }
  if (!workflow::is_case_id(act.object, asked.workflow.prefix)) return other(base::message("the case"));
  if (!body.place || body.step != 1 || !body.state.empty()) return other(base::message("the state"));
  if (asked.organisation && body.place->organisation != asked.organisation)
    return other(base::message("the registration point"));
  if (body.place->profile != asked.profile) return other(base::message("the profile"));
  return {};
}

}  // namespace

Result<> check_draft(const evidence::Act& act, const AskedStep& asked) {
  TRY(const auto body, workflow::read_body(act.body));
  if (workflow::print_body(body) != act.body) return other(base::message("the statement"));
  if (act.type != asked.workflow.act_type(asked.action)) return other(base::message("the step"));
  if (body.workflow != asked.workflow.digest) return other(base::message("the workflow"));
  TRY(check_place(act, body, asked));
  TRY(check_role(act.role, asked));
  if (body.about != asked.about) return other(base::message("what the case is about"));
  if (body.delivery != asked.delivery) return other(base::message("the delivery"));
  TRY(check_form(body.form, asked));
  return check_files(act, body, asked);
}

}  // namespace yuxin::cli
