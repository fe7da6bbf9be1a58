// An application as somebody makes it: looked at as a whole before a number is taken and anything is signed.
#include <algorithm>

#include "invitation/invitation_check.hpp"
#include "invitation/new_invitation.hpp"
#include "matter.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ra/desk.hpp"
#include "yuxin/x509/name_match.hpp"

namespace yuxin::ra {

using base::Code;
using base::fail;
using base::message;
using base::Result;

namespace {

constexpr std::int64_t kPage = 200;

bool is_closed(const workflow::Standing& standing) {
  const auto* state = standing.workflow->state(standing.of.state);
  return state != nullptr && state->is_final;
}

base::Failure same_already(const std::string& what, const workflow::Standing& standing) {
  return fail(Code::kConflict,
              "{} is already in case {} ({}). Nothing was submitted; --again submits it all the same.", what,
              standing.of.id, workflow::state_title(*standing.workflow, standing.of));
}

// A request counts while its case is open, and after that where a certificate came of it.
Result<> check_request_is_new(workflow::Cases& cases, const Application& application) {
  const auto digest = x509::sha256(application.certificate->enrolment.request.der());
  TRY(const auto standings, cases.about_request(digest));
  for (const auto& standing : standings) {
    if (standing.of.workflow != application.workflow) continue;
    if (is_closed(standing) && !standing.of.facts.contains("serial")) continue;
    return same_already(message("This request"), standing);
  }
  return {};
}

bool is_about_same(const base::JsonObject& about, const Application& application) {
  if (application.existing) return base::json_string(about, "serial") == application.existing->serial.hex();
  if (about.contains("serial") || !application.leaver) return false;
  const auto subject = x509::Name::parse(base::json_string(about, "subject"));
  const auto wanted = x509::Name::parse(application.leaver->subject);
  return subject && wanted && x509::equal_names(*subject, *wanted);
}

// A matter of certificates that are there counts while its case is open.
Result<> check_matter_is_new(workflow::Cases& cases, const Application& application) {
  workflow::CaseFilter filter;
  filter.workflow = application.workflow;
  filter.limit = kPage;
  for (;;) {
    TRY(const auto standings, cases.list(filter));
    for (const auto& standing : standings) {
      if (is_about_same(standing.of.about, application))
        return same_already(application.existing ? message("This certificate") : message("This person"), standing);
      filter.after_row = standing.row;
    }
    if (std::cmp_less(standings.size(), kPage)) return {};
  }
}

// What a workflow would do to a certificate must not stand already, or stand no more.
Result<> check_state(const DeskParts& parts, const workflow::Workflow& definition, const ExistingWish& wish) {
  const auto effects = definition.effects();
  const auto orders = [&](std::string_view effect) { return std::ranges::find(effects, effect) != effects.end(); };
  std::vector<store::CertificateRow> rows;
  TRY(parts.store->read([&](store::Reader& reader) -> Result<> {
    TRY(rows, reader.find_all(wish.serial.content(), store::Reader::With::kRowOnly));
    return {};
  }));
  if (rows.size() != 1) return {};  // apply says so
  const auto& status = rows.front().status;
  const auto serial = wish.serial.shortened();
  const auto since = base::local_time(status.revoked_at);
  if (status.state == store::CertificateState::kRevoked && (orders("revoke") || orders("hold") || orders("release")))
    return fail(Code::kConflict, "Certificate {} is revoked since {}. Nothing was submitted.", serial, since);
  if (status.state == store::CertificateState::kOnHold && orders("hold") && !orders("revoke"))
    return fail(Code::kConflict, "Certificate {} is suspended since {}. Nothing was submitted.", serial, since);
  if (status.state == store::CertificateState::kGood && orders("release"))
    return fail(Code::kConflict, "Certificate {} is not suspended. Nothing was submitted.", serial);
  return {};
}

// Whose roles are for several registration points says at which of them.
Result<> check_organisation(const DeskParts& parts, const Viewer& viewer, const Application& application) {
  if (application.organisation || parts.organisation->units().size() == 1) return {};
  std::vector<std::string> own;
  for (const auto& held : viewer.roles) {
    for (const auto& part : held.scope.organisations) {
      const auto code = part.organisation.text();
      if (std::ranges::find(own, code) == own.end()) own.push_back(code);
    }
  }
  if (own.empty())
    return fail(Code::kUsage,
                "Say at which registration point this is applied for: --org CODE. All of them: yuxin org list");
  return fail(Code::kUsage,
              "Say at which registration point this is applied for: --org CODE. Your roles are for {}; all of them: "
              "yuxin org list",
              base::join(own, message(", ")));
}

}  // namespace

Result<Step> Desk::draft(const Viewer& viewer, Application application, Number number) {
  TRY(fit(viewer, application));
  TRY(check_organisation(parts_, viewer, application));
  TRY(const auto definition, workflow(application.workflow));
  if (application.invitation) TRY(check_new_invitation(parts_, cases_, viewer, application));
  if (application.existing) TRY(check_state(parts_, *definition, *application.existing));
  if (application.again == Application::Again::kRefuse) {
    if (application.certificate) TRY(check_request_is_new(cases_, application));
    if (application.existing || application.leaver) TRY(check_matter_is_new(cases_, application));
  }
  TRY(auto step, apply(application, Number::kNone));
  TRY(foresee(viewer, step));
  if (number == Number::kReserve) {
    TRY(step.act.object, cases_.reserve(*definition, parts_.clock->now(), application.signer));
  }
  return step;
}

Result<> Desk::foresee(const Viewer& viewer, const Step& step) {
  std::optional<workflow::Case> before;
  std::vector<evidence::VerifiedAct> earlier;
  if (!step.opens) {
    TRY(auto standing, cases_.find(step.act.object));
    before = std::move(standing.of);
    TRY(earlier, cases_.acts(step.act.object, parts_.trust));
    if (step.act.type.ends_with(".confirm") && ca::is_about_invitation(before->about)) {
      TRY(const auto invited, x509::Name::parse(base::json_string(before->about, "subject")));
      TRY(refuse_self(viewer.subject, invited));
    }
  }
  const workflow::Circumstances circumstances{*step.workflow, *parts_.organisation, *parts_.calendar, parts_.policy};
  const workflow::Signer signer{viewer.subject, viewer.key.value_or(evidence::Hash{}), viewer.roles};
  TRY(workflow::foresee(circumstances, before, step.act, signer, earlier));
  return {};
}

}  // namespace yuxin::ra
