#include "yuxin/ra/desk.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

#include "effects.hpp"
#include "invitation/invitation_check.hpp"
#include "matter.hpp"
#include "reach.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ca/approval.hpp"

namespace yuxin::ra {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using evidence::VerifiedAct;
using workflow::Workflow;

namespace {

std::string key_text(const x509::PublicKey& key) { return base::hex(x509::sha256(key.spki())); }

void set_if_taken(const Workflow& workflow, const workflow::Transition& transition, base::JsonObject& form,
                  const char* name, const std::string& value) {
  const auto taken = [&](const std::vector<std::string>& list) {
    return std::ranges::find(list, name) != list.end();
  };
  if (workflow.field(name) != nullptr && !form.contains(name) && (taken(transition.needs) || taken(transition.may)))
    form[name] = value;
}

// likely_step is the transition that an action will most likely be; its condition is judged when it is signed.
const workflow::Transition* likely_step(const Workflow& workflow, std::string_view state, std::string_view action,
                                        const base::JsonObject& values, std::string_view policy) {
  const workflow::Transition* likely = nullptr;
  for (const auto* step : workflow.steps_from(state)) {
    if (step->action != action) continue;
    if (likely == nullptr || step->when.holds(values, policy)) likely = step;
  }
  return likely;
}

}  // namespace

workflow::File request_file(const x509::CertificateRequest& request) {
  const auto name = request.form() == x509::RequestForm::kCrmf ? kRequestMessageFile : kRequestFile;
  return {std::string(kRequestLabel), std::string(name), base::to_bytes(request.der())};
}

Desk::Desk(DeskParts parts)
    : parts_(std::move(parts)), cases_({parts_.store, parts_.organisation, parts_.calendar, parts_.policy}) {}

Result<std::shared_ptr<Desk>> Desk::open(DeskParts parts) {
  for (const auto& definition : parts.workflows)
    TRY(workflow::check_workflow(*definition, *parts.organisation, known_effects()));
  if (parts.port == nullptr) parts.port = local_authority(parts);
  return std::shared_ptr<Desk>(new Desk(std::move(parts)));
}

Result<std::shared_ptr<const Workflow>> Desk::workflow(std::string_view name) const {
  std::vector<std::string> known;
  for (const auto& definition : parts_.workflows) {
    if (definition->name == name) return definition;
    known.push_back(definition->name);
  }
  if (const auto near = base::nearest(name, known))
    return fail(Code::kNotFound, "There is no workflow {}; did you mean {}?", name, *near);
  return fail(Code::kNotFound, "There is no workflow {}. There are: {}", name, base::join(known, message(", ")));
}

namespace {

// What is asked for becomes `about`, the place and the fields that the desk knows better than whoever types.
struct Filled {
  base::JsonObject about;
  std::string key;
  std::string serial;
  std::string profile;
  std::vector<workflow::File> files;
};

Result<Filled> fill(const DeskParts& parts, const Application& application, const evidence::Place& place) {
  Filled filled;
  if (application.certificate) {
    auto wish = *application.certificate;
    wish.enrolment.organisation = place.organisation;
    filled.about = ca::approval_binding(wish.profile, wish.enrolment);
    filled.key = key_text(wish.enrolment.request.public_key());
    filled.profile = wish.profile;
    filled.files.push_back(request_file(wish.enrolment.request));
  } else if (application.existing) {
    std::string authority;
    TRY(const auto row, find_certificate(parts, application.existing->serial, authority));
    TRY(const auto certificate, x509::Certificate::from_der(row.der));
    TRY(const auto key, certificate.public_key());
    filled.about = about_existing(row, authority);
    filled.key = key_text(key);
    filled.serial = application.existing->serial.hex();
    filled.profile = row.profile;
  } else if (application.leaver) {
    filled.about = about_leaver(application.leaver->subject);
  } else if (application.invitation) {
    auto invitation = *application.invitation;
    invitation.organisation = place.organisation;
    filled.about = ca::invitation_binding(invitation);
    filled.profile = invitation.profile;
  } else {
    return fail(Code::kUsage, "The application asks for nothing.");
  }
  return filled;
}

}  // namespace

Result<Step> Desk::apply(const Application& application, Number number) {
  TRY(const auto definition, workflow(application.workflow));
  TRY(auto place, place_for(parts_, application.organisation));
  TRY(auto filled, fill(parts_, application, place));
  place.profile = filled.profile;
  workflow::Case values;
  values.place = place;
  values.form = application.form;
  const auto* transition = likely_step(*definition, "", application.action, values.values(), parts_.policy);
  if (transition == nullptr)
    return fail(Code::kUsage, "\"{}\" opens no case of the workflow {}.", application.action, application.workflow);
  workflow::Draft draft{.action = application.action, .form = application.form, .files = std::move(filled.files)};
  set_if_taken(*definition, *transition, draft.form, "subject_key", filled.key);
  set_if_taken(*definition, *transition, draft.form, "serial", filled.serial);
  draft.files.insert(draft.files.end(), application.files.begin(), application.files.end());
  draft.enclosed = application.enclosed;
  draft.about = std::move(filled.about);
  draft.role = application.role;
  TRY(check_matter(parts_, {*draft.about, draft.form, place, draft.files}));
  auto id = definition->prefix + "-1";
  if (number == Number::kReserve) {
    TRY(id, cases_.reserve(*definition, parts_.clock->now(), application.signer));
  }
  auto act = workflow::Cases::opening(*definition, std::move(id), place, draft);
  return Step{std::move(act), std::move(draft.files), definition, transition, true};
}

Result<Step> Desk::step(std::string_view case_id, workflow::Draft draft,
                        const std::optional<CertificateWish>& correction) {
  TRY(const auto standing, cases_.find(case_id));
  const auto& of = standing.of;
  auto values = of.values();
  for (const auto& [name, value] : draft.form) values[name] = value;
  const auto* transition = likely_step(*standing.workflow, of.state, draft.action, values, parts_.policy);
  if (correction) {
    auto wish = *correction;
    wish.enrolment.organisation = of.place.organisation;
    draft.about = ca::approval_binding(wish.profile, wish.enrolment);
    draft.files.insert(draft.files.begin(), request_file(wish.enrolment.request));
    if (transition != nullptr)
      set_if_taken(*standing.workflow, *transition, draft.form, "subject_key",
                   key_text(wish.enrolment.request.public_key()));
  }
  auto act = workflow::Cases::step(standing, draft);
  return Step{std::move(act), std::move(draft.files), standing.workflow, transition, false};
}

// What the case is about is looked at when it is said, and what a step brings about is tried before the step is kept:
// an order that cannot be carried out is better refused than signed.
Result<> Desk::check_and_try(const VerifiedAct& act, std::span<const workflow::File> files,
                             const workflow::Decision& decision, const Workflow& definition) {
  TRY(const auto body, workflow::read_body(act.act().body));
  std::vector<workflow::File> all(files.begin(), files.end());
  const bool opens = decision.after.steps == 1;
  if (!opens) {
    TRY(const auto standing, cases_.find(decision.after.id));
    TRY(const auto kept, cases_.files(standing));
    all.insert(all.begin(), kept.begin(), kept.end());
  }
  const auto says_anew = std::ranges::any_of(definition.transitions, [&](const workflow::Transition& transition) {
    return transition.action == decision.action && transition.about == workflow::Transition::About::kNew;
  });
  auto form = decision.after.form;
  for (const auto& [name, value] : body.form) form[name] = value;
  if (opens || says_anew) {
    TRY(check_fits(definition, body.about));
    TRY(check_matter(parts_, {body.about, form, decision.after.place, all}));
    if (!is_about_request(body.about) && !ca::is_about_invitation(body.about))
      TRY(check_reach(parts_, cases_, body.about, decision.after.place, signer_of(act)));
  }
  TRY(check_invitation_step(parts_, cases_, act, decision));
  if (decision.effects.empty()) return {};
  TRY(auto acts, cases_.acts(decision.after.id, parts_.trust));
  acts.push_back(act);
  for (const auto& effect : decision.effects)
    TRY(parts_.port->try_order({decision.after, &definition, effect, acts, all, decision.after.steps}));
  return {};
}

namespace {

Result<std::shared_ptr<const Workflow>> opened_by(const Desk& desk, const VerifiedAct& act) {
  const auto& type = act.act().type;
  const auto dot = type.rfind('.');
  return desk.workflow(std::string_view(type).substr(0, dot));
}

}  // namespace

Result<workflow::Decision> Desk::judge(const VerifiedAct& act, std::span<const workflow::File> files) {
  TRY(const auto body, workflow::read_body(act.act().body));
  std::shared_ptr<const Workflow> opens;
  if (body.place) {
    TRY(opens, opened_by(*this, act));
  }
  TRY(auto decision, cases_.judge({act, opens, parts_.trust}));
  auto definition = opens;
  if (definition == nullptr) {
    TRY(const auto standing, cases_.find(decision.after.id));
    definition = standing.workflow;
  }
  TRY(check_and_try(act, files, decision, *definition));
  return decision;
}

Result<workflow::Decision> Desk::take(const VerifiedAct& act, std::span<const workflow::File> files,
                                      const workflow::Cases::Also& also) {
  TRY(judge(act, files));
  TRY(const auto body, workflow::read_body(act.act().body));
  std::shared_ptr<const Workflow> opens;
  if (body.place) {
    TRY(opens, opened_by(*this, act));
  }
  const auto keep = [&](store::Writer& writer, const workflow::Decision& decision) -> Result<> {
    TRY(keep_invitation(writer, decision));
    return also ? also(writer, decision) : Result<>();
  };
  return cases_.take({act, opens, parts_.trust}, files, parts_.clock->now(), keep);
}

Result<std::vector<Effected>> Desk::settle() {
  // Two who find the same order would both carry it out: one at a time in this process. Between processes the intent
  // of a certificate is what makes it one.
  static std::mutex one_at_a_time;
  const std::scoped_lock lock(one_at_a_time);
  TRY(const auto pending, cases_.pending());
  std::vector<Effected> done;
  for (const auto& one : pending) {
    TRY(const auto standing, cases_.find(one.case_id));
    TRY(auto acts, cases_.acts(one.case_id, parts_.trust));
    if (std::cmp_not_equal(acts.size(), standing.of.steps))
      continue;  // it goes on just now; the next call looks again
    TRY(auto files, cases_.files(standing));
    const Order order{standing.of, standing.workflow.get(), one.name, std::move(acts), std::move(files), one.step};
    auto carried = parts_.port->carry_out(order);
    if (!carried && !is_final_failure(carried.error())) {
      done.push_back({one.case_id, one.name, message("Not done yet: {}", carried.error().detail), {}, false});
      continue;
    }
    if (!carried) carried = Carried{message("Not done: {}", carried.error().detail), {}, false};
    const auto* ordering = order.ordered_by();
    const auto actor = ordering == nullptr ? parts_.actor : ordering->actor().subject().text();
    auto kept = cases_.finish(one, {carried->text, carried->facts, actor}, parts_.clock->now());
    // somebody else was quicker to record it, or the case went on meanwhile: the next call looks again
    if (!kept && kept.error().code == Code::kConflict) continue;
    if (!kept) return tl::unexpected(std::move(kept).error());
    done.push_back({one.case_id, one.name, carried->text, carried->facts, carried->status_changed});
  }
  return done;
}

}  // namespace yuxin::ra
