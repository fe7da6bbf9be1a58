// A step: drafted for whoever is to sign it, and taken when it is signed.
#include <algorithm>

#include "operations.hpp"
#include "problem.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ra/item_json.hpp"
#include "yuxin/x509/name.hpp"
#include "yuxin/x509/serial.hpp"

namespace yuxin::ra::rest {

using base::Code;
using base::fail;
using base::HttpReply;
using base::JsonObject;
using base::Result;

namespace {

std::optional<std::string> maybe(const JsonObject& body, std::string_view name) {
  if (!body.contains(name)) return std::nullopt;
  return base::json_string(body, name);
}

Result<base::Bytes> octets_of(const std::string& text, std::string_view what) {
  auto octets = base::from_base64(text);
  if (!octets) return fail(Code::kMalformed, "\"{}\" is no base64.", what);
  return std::move(*octets);
}

Result<CertificateWish> wish_of(const JsonObject& body) {
  TRY(const auto der, octets_of(base::json_string(body, "request"), "request"));
  TRY(auto request, x509::CertificateRequest::from_der(der));
  CertificateWish wish{{.request = std::move(request), .subject = {}, .alt_names = {}, .validity = {}},
                       base::json_string(body, "profile")};
  if (const auto subject = maybe(body, "subject")) {
    TRY(wish.enrolment.subject, x509::Name::parse(*subject));
  }
  if (const auto* names = body.if_contains("names")) {
    wish.enrolment.alt_names.emplace();
    for (const auto& text : names->get_array()) {
      TRY(auto name, x509::parse_general_name(std::string_view(text.get_string())));
      wish.enrolment.alt_names->push_back(std::move(name));
    }
  }
  if (body.contains("days")) wish.enrolment.validity = base::days(base::json_int(body, "days"));
  return wish;
}

Result<std::optional<CertificateWish>> wish_in(const JsonObject& body) {
  const auto* wish = body.if_contains("certificate");
  if (wish == nullptr) return std::optional<CertificateWish>();
  TRY(auto read, wish_of(wish->get_object()));
  return std::optional(std::move(read));
}

Result<std::optional<ca::Invitation>> invitation_in(const JsonObject& body) {
  const auto* given = body.if_contains("invitation");
  if (given == nullptr) return std::optional<ca::Invitation>();
  const auto& object = given->get_object();
  TRY(auto subject, x509::Name::parse(base::json_string(object, "subject")));
  const auto key = base::from_hex(base::json_string(object, "code_key"));
  if (!key) return fail(Code::kMalformed, "\"{}\" is no hexadecimal text.", "code_key");
  ca::Invitation invitation{base::json_string(object, "profile"), std::move(subject), {}, {}, *key};
  for (const auto& text : object.at("names").get_array()) {
    TRY(auto name, x509::parse_general_name(std::string_view(text.get_string())));
    invitation.alt_names.push_back(std::move(name));
  }
  return std::optional(std::move(invitation));
}

Result<std::optional<evidence::RoleCode>> role_in(const JsonObject& body) {
  const auto text = maybe(body, "role");
  if (!text) return std::optional<evidence::RoleCode>();
  TRY(auto role, evidence::RoleCode::parse(*text));
  return std::optional(std::move(role));
}

Result<std::vector<workflow::Enclosed>> enclosed_in(const JsonObject& body) {
  std::vector<workflow::Enclosed> list;
  const auto* files = body.if_contains("files");
  if (files == nullptr) return list;
  for (const auto& file : files->get_array()) {
    const auto& one = file.get_object();
    TRY(const auto digest, read_hash(base::json_string(one, "sha256"), "sha256"));
    list.push_back({base::json_string(one, "label"),
                    {base::json_string(one, "name"), base::json_int(one, "size"), x509::DigestAlgorithm::kSha256,
                     base::to_bytes(digest)}});
  }
  return list;
}

Result<Step> step_of_case(Call& call) {
  TRY(const auto item, call.desk->look(base::json_string(call.body, "case"), call.caller->viewer));
  const auto& of = item.standing.of;
  workflow::Draft draft{.action = base::json_string(call.body, "action"), .form = call.body.at("form").get_object()};
  TRY(draft.enclosed, enclosed_in(call.body));
  TRY(draft.role, role_in(call.body));
  if (call.body.contains("delivery")) draft.delivery = base::json_int(call.body, "delivery");
  if (!draft.delivery) TRY(check_open(item, draft.action));
  if (!draft.role && draft.delivery) {
    const auto at = static_cast<std::size_t>(*draft.delivery);
    if (at < of.handed.size()) draft.role = of.handed[at].to;
  } else if (!draft.role) {
    draft.role = call.desk->role_for(call.caller->viewer, *item.standing.workflow, of.state, draft.action, of.place);
  }
  TRY(const auto correction, wish_in(call.body));
  TRY(auto step, call.desk->step(of.id, std::move(draft), correction));
  TRY(call.desk->foresee(call.caller->viewer, step));
  return step;
}

Result<Step> opening_step(Call& call) {
  Application application;
  application.workflow = base::json_string(call.body, "workflow");
  application.action = base::json_string(call.body, "action", "submit");
  application.form = call.body.at("form").get_object();
  TRY(application.certificate, wish_in(call.body));
  TRY(application.enclosed, enclosed_in(call.body));
  TRY(application.role, role_in(call.body));
  if (const auto code = maybe(call.body, "organisation")) {
    TRY(application.organisation, evidence::OrgCode::parse(*code));
  }
  if (const auto text = maybe(call.body, "serial")) {
    const auto serial = x509::Serial::parse(*text);
    if (!serial) return fail(Code::kUsage, "\"{}\" is no serial number; it has hexadecimal digits only.", *text);
    application.existing = ExistingWish{*serial};
  }
  if (auto subject = maybe(call.body, "subject")) application.leaver = LeaverWish{std::move(*subject)};
  TRY(application.invitation, invitation_in(call.body));
  const int wishes = (application.certificate ? 1 : 0) + (application.existing ? 1 : 0) +
                     (application.leaver ? 1 : 0) + (application.invitation ? 1 : 0);
  if (wishes != 1)
    return fail(Code::kUsage,
                "Say one thing that is applied for: \"certificate\", \"serial\", \"subject\" or \"invitation\".");
  const auto says = [&](const char* name) {
    const auto* value = call.body.if_contains(name);
    return value != nullptr && value->get_bool();
  };
  if (says("again")) application.again = Application::Again::kTake;
  const auto number = says("trial") ? Desk::Number::kNone : Desk::Number::kReserve;
  return call.desk->draft(call.caller->viewer, std::move(application), number);
}

// The statement as acts have it, without what only the signer can say.
Result<JsonObject> act_json(evidence::Act act, const x509::Certificate& signer, base::UnixTime now) {
  act.time = now;
  TRY(const auto text, evidence::statement(act, signer));
  TRY(auto json, base::parse_json(text));
  auto& object = json.get_object();
  object.erase("actor");
  object.erase("time");
  return std::move(object);
}

}  // namespace

Result<HttpReply> draft_step(Call& call) {
  const bool opens = !call.body.contains("case");
  TRY(auto step, opens ? opening_step(call) : step_of_case(call));
  TRY(call.parts.store->read([&](store::Reader& reader) -> Result<> {
    TRY(step.act.previous, evidence::last_act(reader, step.act.object));
    return {};
  }));
  const auto action = step.act.type.substr(step.act.type.rfind('.') + 1);
  TRY(auto act, act_json(step.act, call.caller->certificate, call.parts.clock->now()));
  std::vector<Concerned> concerned;
  if (opens) {
    TRY(concerned, call.desk->concerned(step));
  }
  return json_reply(JsonObject{{"opens", opens},
                               {"workflow", step.workflow->name},
                               {"definition", base::hex(step.workflow->digest)},
                               {"action", action},
                               {"act", std::move(act)},
                               {"certificates", concerned_json(call, concerned)}});
}

namespace {

Result<std::vector<workflow::File>> files_in(const JsonObject& body) {
  std::vector<workflow::File> list;
  const auto* files = body.if_contains("files");
  if (files == nullptr) return list;
  for (const auto& file : files->get_array()) {
    const auto& one = file.get_object();
    TRY(auto octets, octets_of(base::json_string(one, "octets"), "octets"));
    list.push_back({base::json_string(one, "label"), base::json_string(one, "name"), std::move(octets)});
  }
  return list;
}

base::JsonArray missing_json(const workflow::Decision& decision) {
  base::JsonArray list;
  for (const auto& one : decision.missing) {
    list.push_back(JsonObject{{"roles", base::JsonArray(one.roles.begin(), one.roles.end())},
                              {"have", static_cast<std::int64_t>(one.have)},
                              {"need", static_cast<std::int64_t>(one.need)}});
  }
  return list;
}

// What the step has brought about, whoever carried it out: this call, or another that was quicker.
Result<base::JsonArray> effects_json(Call& call, const workflow::Decision& decision, const workflow::Case& of,
                                     const std::vector<Effected>& tried) {
  TRY(const auto ordered, call.desk->cases().brought_about(of.id, decision.after.steps));
  base::JsonArray effects;
  for (const auto& one : ordered) {
    if (one.done) {
      effects.push_back(print_effected({of.id, one.name, one.text, of.facts}));
      continue;
    }
    const auto waiting = std::ranges::find_if(
        tried, [&](const Effected& candidate) { return candidate.case_id == of.id && candidate.effect == one.name; });
    const auto text = waiting == tried.end() ? base::message("Not done yet.") : waiting->text;
    effects.push_back(print_effected({of.id, one.name, text, {}}));
  }
  return effects;
}

Result<JsonObject> taken_json(Call& call, const workflow::Decision& decision, const std::vector<Effected>& tried) {
  // who took the last step of a matter may be somebody who sees it no more
  TRY(auto item, call.desk->look(decision.after.id, std::nullopt));
  const auto seen = call.desk->look(decision.after.id, call.caller->viewer);
  item.mine = seen ? seen->mine : std::vector<std::string>();
  TRY(const auto steps, call.desk->cases().steps(item.standing));
  TRY(auto effects, effects_json(call, decision, item.standing.of, tried));
  return JsonObject{{"case", print_item(item, steps)},
                    {"action", decision.action},
                    {"complete", decision.complete},
                    {"missing", missing_json(decision)},
                    {"effects", std::move(effects)}};
}

Result<std::optional<JsonObject>> taken_before(Call& call, const evidence::VerifiedAct& act) {
  const auto standing = call.desk->cases().find(act.act().object);
  if (!standing) return std::optional<JsonObject>();
  TRY(const auto steps, call.desk->cases().steps(*standing));
  const auto step = std::ranges::find(steps, act.digest(), &workflow::StepRow::act);
  if (step == steps.end()) return std::optional<JsonObject>();
  workflow::Decision decision;
  decision.after.id = act.act().object;
  decision.after.steps = step->number;
  decision.action = step->action;
  decision.complete = step->complete;
  TRY(auto document, taken_json(call, decision, {}));
  return std::optional(std::move(document));
}

}  // namespace

Result<HttpReply> take_act(Call& call) {
  TRY(const auto der, octets_of(base::json_string(call.body, "act"), "act"));
  TRY(const auto files, files_in(call.body));
  TRY(const auto opened, evidence::open_act(der));
  // A signed act is worth as much as its signer's hand: nobody hands in what somebody else has signed.
  if (!base::equal(opened.actor.der(), call.caller->certificate.der()))
    return fail(Code::kNotAuthorised,
                "This act was signed with another certificate than the one of this connection.");
  TRY(const auto proofs, call.parts.proofs(call.caller->subject));
  TRY(const auto verified, evidence::accept_act(der, *proofs, call.desk->parts().trust));
  call.object = verified.act().object;
  auto taken = call.desk->take(verified, files);
  if (!taken) {
    // a repetition after an answer that was lost: the act is there, and what is told is how the case stands
    if (call.repeated && taken.error().code == Code::kConflict) {
      TRY(const auto before, taken_before(call, verified));
      if (before) return json_reply(*before);
    }
    return tl::unexpected(std::move(taken).error());
  }
  const auto& decision = *taken;
  // From here on the step is kept: what goes wrong with its effects is told as such, and tried again by the server.
  auto effected = call.desk->settle();
  if (!effected) base::log_warning(effected.error().detail);
  const auto done = effected.value_or(std::vector<Effected>());
  if (call.parts.status_changed && std::ranges::any_of(done, [](const Effected& one) { return one.status_changed; }))
    call.parts.status_changed();
  TRY(auto document, taken_json(call, decision, done));
  return json_reply(document);
}

}  // namespace yuxin::ra::rest
