#include "machine/errand.hpp"

#include <algorithm>

#include "machine/key_holder.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::ra {

using base::Code;
using base::fail;
using base::message;
using base::Result;

namespace {

constexpr const char* kWorkflow = "certificate-request";
constexpr base::Seconds kAskPeopleAgain = base::minutes(5);
constexpr base::Seconds kAskUsAgain{10};  // what was ordered and could not be carried out yet

evidence::RoleCode service_role() { return *evidence::RoleCode::parse("RA.SERVICE"); }

// What people call it before there is a certificate.
std::string name_of(const x509::CertificateRequest& request) {
  for (const auto& attribute : request.subject().attributes()) {
    if (base::equal(attribute.type, x509::oid::kCommonName)) return attribute.value;
  }
  const auto names = request.subject_alt_names();
  return names.empty() ? request.subject().text() : names.front().value;
}

bool is_named_by_a_service(const ca::ApprovalPolicy& policy, const std::string& profile) {
  return std::ranges::any_of(policy.services(), [&](const ca::ServiceRule& service) {
    return std::ranges::find(service.profiles, profile) != service.profiles.end();
  });
}

tl::unexpected<base::Error> cannot_wait(const std::string& profile, const std::string& rule) {
  return fail(
      Code::kNotAuthorised,
      "Profile {} demands the approval \"{}\", and this request cannot wait for it. Make the key yourself and "
      "ask for a certificate (simpleenroll).",
      profile, rule);
}

Result<> check_day(store::Session& session, const MachineClient* client, base::UnixTime now) {
  if (client == nullptr || client->per_day == 0) return {};
  TRY(const auto had, requests::count_of_client(session, client->name, now - base::days(1)));
  if (had < client->per_day) return {};
  return fail(Code::kRefused, "Client {} has asked for its {} certificates within a day (per_day).", client->name,
              client->per_day);
}

// For half of its life a certificate is the answer to the request that it was issued upon.
bool answers_again(const store::CertificateRow& row, base::UnixTime now) {
  const auto life = row.not_after - row.not_before;
  return row.status.state == store::CertificateState::kGood && !row.der.empty() &&
         now < row.not_before + base::Seconds{life.count / 2};
}

}  // namespace

Errand::Errand(const AutomaticDeskParts& parts, Desk& desk, const MachineWish& wish, std::mutex& signing)
    : parts_(parts), desk_(desk), wish_(wish), digest_(digest_of(wish)), signing_(signing) {}

x509::Digest256 Errand::digest_of(const MachineWish& wish) {
  std::string text(protocol_name(wish.protocol));
  for (const auto* part : {&wish.client, &wish.profile, &wish.reference}) text += '\0' + *part;
  // A message of CMP is signed anew each time that it is sent, also where it asks for the same.
  const auto& asked = wish.enrolment.request;
  const auto request = asked.form() == x509::RequestForm::kCrmf ? asked.signed_part() : asked.der();
  text += '\0';
  text += base::as_text(request);
  return x509::sha256(base::as_bytes(text));
}

Result<MachineAnswer> Errand::run() {
  TRY(auto known, known_answer());
  if (known) return std::move(*known);
  if (wish_.if_not_known == IfNotKnown::kRefuse)
    return fail(Code::kNotFound, "Nothing is known of this request any more. Send the request itself again.");
  TRY(check_key());
  TRY(const auto profile, desk_.parts().profiles.find(wish_.profile));
  if (desk_.parts().admit_profile) TRY(desk_.parts().admit_profile(*profile));
  TRY(const auto policy, parts_.approvals());
  TRY(const auto* rule, policy->demand_of(*profile));
  // an authority elsewhere takes no order without an act
  const bool by_act = !desk_.parts().issuer;
  if (rule == nullptr && !by_act) return issue(profile);
  if (is_named_by_a_service(*policy, profile->name)) {
    auto answer = enrol_as_service();
    if (answer || answer.error().code != Code::kNotAuthorised) return answer;
    base::log_info(message("{} of client {} waits for officers: {}", name_of(wish_.enrolment.request), wish_.client,
                           answer.error().detail));
  }
  if (wish_.if_person_needed == IfPersonNeeded::kWait) return submit();
  return cannot_wait(profile->name, rule == nullptr ? std::string("-") : rule->name);
}

// A request proves that somebody held its key when it was made; whoever has overheard it can bring it as well, and
// would have a certificate for the key of another, whom they could then call leaked.
Result<> Errand::check_key() const {
  if (wish_.key_held == KeyHeld::kShown || cut_off_) return {};
  const auto& key = wish_.enrolment.request.public_key();
  std::optional<std::string> other;
  TRY(desk_.parts().store->read([&](store::Reader& reader) -> Result<> {
    TRY(other, other_holder_of_key(reader, key.spki(), wish_.client));
    return {};
  }));
  if (!other) return {};
  return fail(Code::kRefused, "The key is that of {}, which another than client {} has enrolled. Make a new key.",
              *other, wish_.client);
}

Result<> Errand::may_begin(const AutomaticDeskParts& parts, const Desk& desk, std::string_view client,
                           std::string_view profile) {
  const auto& home = desk.parts();
  TRY(const auto found, home.profiles.find(profile));
  if (home.admit_profile) TRY(home.admit_profile(*found));
  TRY(const auto policy, parts.approvals());
  TRY(const auto* rule, policy->demand_of(*found));
  if (rule != nullptr && !is_named_by_a_service(*policy, found->name)) return cannot_wait(found->name, rule->name);
  const auto clients = parts.clients();
  return home.store->read(
      [&](store::Reader& reader) { return check_day(reader.session(), clients->find(client), home.clock->now()); });
}

Result<Errand::Maybe> Errand::known_answer() {
  std::optional<requests::RequestRow> row;
  TRY(desk_.parts().store->read([&](store::Reader& reader) -> Result<> {
    TRY(row, requests::find(reader.session(), digest_));
    return {};
  }));
  if (!row) return Maybe();
  if (row->serial.empty() && !row->case_id.empty()) return answer_of_case(*row);
  return again(*row);
}

Result<Errand::Maybe> Errand::again(const requests::RequestRow& row) {
  std::optional<store::CertificateRow> found;
  TRY(desk_.parts().store->read([&](store::Reader& reader) -> Result<> {
    found.reset();
    if (row.serial.empty()) return {};
    TRY(found, reader.find(row.authority, row.serial, store::Reader::With::kDer));
    return {};
  }));
  if (!found) {
    cut_off_ = row.serial.empty() && row.case_id.empty();
    TRY(forget(row.id));
    return Maybe();
  }
  if (!answers_again(*found, desk_.parts().clock->now())) {
    TRY(desk_.parts().store->write(
        [&](store::Writer& writer) { return requests::retire(writer.session(), row.id); }));
    return Maybe();
  }
  TRY(auto certificate, x509::Certificate::from_der(found->der));
  return Maybe(Granted{std::move(certificate)});
}

Result<bool> Errand::is_pending(std::string_view case_id) {
  TRY(const auto pending, desk_.cases().pending());
  return std::ranges::any_of(pending, [&](const workflow::Pending& one) { return one.case_id == case_id; });
}

Result<Errand::Maybe> Errand::answer_of_case(const requests::RequestRow& row) {
  TRY(auto waits, is_pending(row.case_id));
  if (waits) {
    TRY(desk_.settle());
    TRY(waits, is_pending(row.case_id));
  }
  TRY(const auto standing, desk_.cases().find(row.case_id));
  if (standing.of.facts.contains("serial")) return fetch(standing, row.id);
  const auto* state = standing.workflow->state(standing.of.state);
  if (waits || state == nullptr || !state->is_final)
    return Maybe(Waiting{row.case_id, waits ? kAskUsAgain : kAskPeopleAgain});
  // what the service itself asked for and did not get may be asked for again
  if (standing.of.state == "ENROLLED") {
    TRY(forget(row.id));
    return Maybe();
  }
  return fail(Code::kRefused, "Case {} is {}. {}", row.case_id, state->title.text(),
              base::json_string(standing.of.form, "reason"));
}

Result<Errand::Maybe> Errand::fetch(const workflow::Standing& standing, std::int64_t row) {
  const auto serial = x509::Serial::parse(base::json_string(standing.of.facts, "serial"));
  if (!serial) return fail(Code::kIntegrity, "The serial number in case {} is damaged.", standing.of.id);
  std::optional<store::CertificateRow> found;
  TRY(desk_.parts().store->write([&](store::Writer& writer) -> Result<> {
    TRY(auto rows, writer.find_all(serial->content(), store::Reader::With::kDer));
    const auto it = std::ranges::find(rows, wish_.profile, &store::CertificateRow::profile);
    if (it == rows.end()) return fail(Code::kNotFound, "There is no certificate {} in this home.", serial->hex());
    found = std::move(*it);
    return requests::set_certificate(writer.session(), row, found->authority, serial->content());
  }));
  if (standing.of.state == "APPROVED") hand_over(standing.of.id);
  return again({row, standing.of.id, found->authority, found->serial});
}

// The machine has its certificate, and the case need not wait for somebody to say so.
void Errand::hand_over(const std::string& case_id) {
  const std::lock_guard lock(signing_);
  const auto done = [&]() -> Result<> {
    TRY(auto step, desk_.step(case_id, {.action = "hand-over", .role = service_role()}));
    TRY(const auto act, parts_.sign(std::move(step.act)));
    TRY(desk_.take(act, step.files));
    return {};
  }();
  if (!done) base::log_info(message("Case {} stays open for its receipt: {}", case_id, done.error().detail));
}

Result<std::int64_t> Errand::note(store::Writer& writer, std::string_view case_id) const {
  const auto now = desk_.parts().clock->now();
  const auto clients = parts_.clients();
  TRY(check_day(writer.session(), clients->find(wish_.client), now));
  return requests::insert(writer.session(), digest_, wish_.client, case_id, now);
}

Result<> Errand::forget(std::int64_t row) {
  return desk_.parts().store->write([&](store::Writer& writer) { return requests::remove(writer.session(), row); });
}

Result<MachineAnswer> Errand::issue(const std::shared_ptr<const ca::Profile>& profile) {
  const auto& parts = desk_.parts();
  TRY(const auto issuer, parts.issuer());
  const auto actor = std::string(protocol_name(wish_.protocol)) + ":" + wish_.client;
  TRY(auto prepared, issuer->prepare(profile, wish_.enrolment, {actor}));
  if (parts.admit) TRY(parts.admit(*profile, prepared));
  std::int64_t row = 0;
  TRY(parts.store->write([&](store::Writer& writer) -> Result<> {
    TRY(row, note(writer, {}));
    return {};
  }));
  auto issued = issuer->issue(std::move(prepared));
  if (!issued) {
    if (const auto forgotten = forget(row); !forgotten) base::log_warning(forgotten.error().detail);
    return tl::unexpected(std::move(issued).error());
  }
  // The certificate is there: it is given out though nobody could note that it answers this wish.
  const auto noted = parts.store->write([&](store::Writer& writer) {
    return requests::set_certificate(writer.session(), row, issuer->authority().id, issued->certificate.tbs().serial);
  });
  if (!noted) base::log_warning(noted.error().detail);
  return MachineAnswer(Granted{std::move(issued->certificate)});
}

Result<std::string> Errand::open(const std::string& action) {
  TRY(check_organisation());
  const auto& request = wish_.enrolment.request;
  Application application;
  application.workflow = kWorkflow;
  application.action = action;
  application.organisation = wish_.enrolment.organisation;
  application.certificate = CertificateWish{wish_.enrolment, wish_.profile};
  application.form = {{"name", name_of(request)}, {"classification", "公开"}};
  if (action == "submit")
    application.form["usage"] = std::string(protocol_name(wish_.protocol)) + ": " + wish_.client;
  application.role = service_role();
  TRY(application.signer, parts_.signer());
  TRY(auto step, desk_.apply(application, Desk::Number::kReserve));
  TRY(const auto act, parts_.sign(std::move(step.act)));
  TRY(const auto decision,
      desk_.take(act, step.files, [&](store::Writer& writer, const workflow::Decision& taken) -> Result<> {
        TRY(note(writer, taken.after.id));
        return {};
      }));
  return decision.after.id;
}

// What an applicant at a terminal is asked for (--org) is the operator's to say for a machine.
Result<> Errand::check_organisation() const {
  if (wish_.enrolment.organisation || desk_.parts().organisation->units().size() == 1) return {};
  return fail(Code::kUnavailable,
              "Client {} names no registration point; the operator adds organisation = \"…\" in clients.toml.",
              wish_.client);
}

Result<MachineAnswer> Errand::enrol_as_service() {
  std::string id;
  {
    const std::lock_guard lock(signing_);
    TRY(id, open("enrol"));
  }
  TRY(const auto effected, desk_.settle());
  requests::RequestRow row;
  TRY(desk_.parts().store->read([&](store::Reader& reader) -> Result<> {
    TRY(const auto known, requests::find(reader.session(), digest_));
    if (known) row = *known;
    return {};
  }));
  TRY(auto answer, answer_of_case(row));
  if (answer) return std::move(*answer);
  const auto mine = std::ranges::find(effected, id, &Effected::case_id);
  return fail(Code::kRefused, "{}: {}", id, mine == effected.end() ? std::string() : mine->text);
}

Result<MachineAnswer> Errand::submit() {
  const std::lock_guard lock(signing_);
  TRY(auto id, open("submit"));
  return MachineAnswer(Waiting{std::move(id), kAskPeopleAgain});
}

}  // namespace yuxin::ra
