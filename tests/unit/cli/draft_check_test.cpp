// A server that drafts something else than was asked for is found out before anything is signed.
#include "cli/app/draft_check.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "need.hpp"
#include "yuxin/workflow/cases.hpp"

namespace {

using namespace yuxin;
using test::need;

std::shared_ptr<const workflow::Workflow> definition() {
  for (const auto& shipped : workflow::shipped_workflows()) {
    if (shipped.name == "certificate-request")
      return need(workflow::Workflow::parse(shipped.text, std::string(shipped.name)));
  }
  throw std::logic_error("certificate-request is not shipped");
}

evidence::RoleCode role(std::string_view text) { return need(evidence::RoleCode::parse(text)); }

// A case as an officer sees it, and the step that they ask for.
struct Scene {
  Scene() : workflow(definition()) {
    standing.workflow = workflow;
    standing.of.id = "R-7";
    standing.of.workflow = workflow->name;
    standing.of.state = "ACCEPTED";
    standing.of.steps = 2;
    standing.of.about = {{"request", "aa"}, {"profile", "person-signing"}};
    draft = {.action = "review", .form = {{"opinion", "as required"}}, .files = {{"evidence", "a.pdf", {1, 2}}}};
    draft.role = role("RA.REVIEW");
  }
  [[nodiscard]] evidence::Act honest() const { return workflow::Cases::step(standing, draft); }
  [[nodiscard]] base::Result<> check(const evidence::Act& act) const {
    return cli::check_draft(act, {.workflow = *workflow,
                                  .action = "review",
                                  .form = {{"opinion", "as required"}},
                                  .about = standing.of.about,
                                  .files = draft.files,
                                  .role = {},
                                  .delivery = {},
                                  .known_fields = {},
                                  .before = &standing.of,
                                  .organisation = {},
                                  .profile = {}});
  }
  std::shared_ptr<const workflow::Workflow> workflow;
  workflow::Standing standing;
  workflow::Draft draft;
};

}  // namespace

TEST_CASE("a draft that says what was asked for is signed") {
  const Scene scene;
  need(scene.check(scene.honest()));
  // by the key of the subscriber, in no role
  auto act = scene.honest();
  act.role.reset();
  need(scene.check(act));
}

TEST_CASE("whatever a server writes into a draft beyond what was asked for is found") {
  const Scene scene;
  const auto in_body = [](const std::function<void(workflow::StepBody&)>& change) {
    return [change](evidence::Act& act) {
      auto body = need(workflow::read_body(act.body));
      change(body);
      act.body = workflow::print_body(body);
    };
  };
  const std::pair<const char*, std::function<void(evidence::Act&)>> lies[] = {
      {"another step", [](evidence::Act& act) { act.type = "certificate-request.approve"; }},
      {"another workflow", [](evidence::Act& act) { act.type = "leaver.review"; }},
      {"another case", [](evidence::Act& act) { act.object = "R-8"; }},
      {"a role that the step does not name", [](evidence::Act& act) { act.role = role("CA.SUPER"); }},
      {"another matter", in_body([](workflow::StepBody& body) { body.about["request"] = "bb"; })},
      {"more of the matter", in_body([](workflow::StepBody& body) { body.about["days"] = 3650; })},
      {"another opinion", in_body([](workflow::StepBody& body) { body.form["opinion"] = "no"; })},
      {"a field that nobody filled in", in_body([](workflow::StepBody& body) { body.form["reason"] = "x"; })},
      {"a field left out", in_body([](workflow::StepBody& body) { body.form.clear(); })},
      {"another version", in_body([](workflow::StepBody& body) { body.workflow[0] ^= 1; })},
      {"another state", in_body([](workflow::StepBody& body) { body.state = "REVIEWED"; })},
      {"another number", in_body([](workflow::StepBody& body) { body.step = 4; })},
      {"a place", in_body([](workflow::StepBody& body) { body.place.emplace(); })},
      {"a delivery", in_body([](workflow::StepBody& body) { body.delivery = 0; })},
      {"a file under another label",
       in_body([](workflow::StepBody& body) { body.files = {{"identity", {"a.pdf"}}}; })},
      {"a member that no step has", [](evidence::Act& act) { act.body["note"] = "x"; }},
      {"another file", [](evidence::Act& act) { act.attachments[0].value[0] ^= 1; }},
      {"one file more", [](evidence::Act& act) { act.attachments.push_back(act.attachments[0]); }},
      {"one file less", [](evidence::Act& act) { act.attachments.clear(); }},
  };
  for (const auto& [what, lie] : lies) {
    auto act = scene.honest();
    lie(act);
    CHECK_MESSAGE(!scene.check(act).has_value(), what);
  }
}
