#include "authority/judge.hpp"

#include <algorithm>

#include "authority/replay.hpp"
#include "effects.hpp"
#include "matter.hpp"
#include "reach.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/ca/invitation.hpp"
#include "yuxin/ca/key_use.hpp"
#include "yuxin/ca/order_use.hpp"
#include "yuxin/evidence/canonical.hpp"
#include "yuxin/x509/serial.hpp"

namespace yuxin::ra {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using evidence::VerifiedAct;

namespace {

// How old the act may be that orders a change of status; approvals.toml says it of certificates.
constexpr base::Seconds kOrderFor = base::days(30);
// A service revokes when it is asked to, or soon after.
constexpr base::Seconds kServiceOrderFor = base::hours(24);

std::string key_of(const x509::Digest256& digest) { return base::hex(digest); }

Result<std::vector<VerifiedAct>> verified(const Desk& desk, const std::vector<base::Bytes>& signed_acts) {
  std::vector<VerifiedAct> acts;
  for (const auto& der : signed_acts) {
    auto act = evidence::verify_act(der, desk.parts().trust);
    if (!act) return tl::unexpected(evidence::act_error(act.error()));
    TRY(ca::refuse_withdrawn(*desk.parts().store, *act));
    acts.push_back(std::move(*act));
  }
  return acts;
}

Result<> check_within(const Desk& desk, const Registry& by, const std::optional<evidence::OrgCode>& organisation) {
  if (!by.within) return {};
  if (organisation && desk.parts().organisation->is_within(*organisation, *by.within)) return {};
  return fail(Code::kNotAuthorised, "Registration authority {} works for {} and what lies below it, not for {}.",
              by.name, by.within->text(), organisation ? organisation->text() : "-");
}

std::string use_name(const wire::OrderMessage& order) {
  return order.by == Order::By::kAct ? order.effect : "deadline:" + order.effect;
}

// The order as it came is kept with its record, so that what was done here can be judged without the other host.
Result<> record_order(store::Writer& writer, const Registry& by, const Order& order, const std::string& as_it_came,
                      base::UnixTime now) {
  base::JsonArray acts;
  for (const auto& act : order.acts) acts.emplace_back(base::hex(act.digest()));
  TRY(auto data, evidence::canonical_json(base::JsonObject{{"acts", std::move(acts)},
                                                           {"by", order.by == Order::By::kAct ? "act" : "deadline"},
                                                           {"case", order.of.id},
                                                           {"effect", order.effect}}));
  TRY(evidence::append(writer, {.kind = "registry.order",
                                .object = "registries/" + by.name,
                                .actor = "registry:" + by.name,
                                .time = now,
                                .data = std::move(data),
                                .attachment = base::to_bytes(base::as_bytes(as_it_came))}));
  return {};
}

// A key that is called leaked ends whatever else it is for. A service could have had it certified from the request of
// an officer; such a key it may not call so.
Result<> check_key_is_a_machines(store::Reader& reader, const store::CertificateRow& row,
                                 x509::RevocationReason reason, const std::string& registry) {
  using enum x509::RevocationReason;
  if (reason != kKeyCompromise && reason != kCaCompromise && reason != kAaCompromise) return {};
  TRY(const auto certificate, x509::Certificate::from_der(row.der));
  TRY(const auto key, certificate.public_key());
  TRY(const auto other, ca::other_use_of_key(reader, key, row.subject));
  if (!other) return {};
  return fail(Code::kNotAuthorised,
              "The key of {} is that of {}, too. The service of {} does not say that it has leaked; its holder or "
              "officers do, as a case.",
              row.subject, other->subject, registry);
}

std::string print_outcome(const Carried& carried) {
  return base::print_json(base::JsonObject{{"text", carried.text}, {"facts", carried.facts}});
}

Result<Carried> read_outcome(const std::string& text) {
  TRY(const auto json, base::parse_json(text));
  Carried carried;
  if (const auto* object = json.if_object()) {
    carried.text = base::json_string(*object, "text");
    if (const auto* facts = object->if_contains("facts"); facts != nullptr && facts->is_object())
      carried.facts = facts->get_object();
  }
  return carried;
}

}  // namespace

// Judged is an order that its acts give, as this home reads them.
struct Judge::Judged {
  std::shared_ptr<Desk> desk;
  std::vector<VerifiedAct> acts;
  std::vector<workflow::File> files;
  Replayed case_of;
  bool issued = false;                 // a certificate was, before
  std::optional<std::string> outcome;  // of a status that was changed upon it before
  [[nodiscard]] bool done() const { return issued || outcome; }
};

Result<std::shared_ptr<Desk>> Judge::desk_for(const Registry& by) const {
  auto desk = parts_.desk({by.name, key_of(by.service), by.within});
  if (desk) return desk;
  // nobody's order is given up because a file here cannot be read
  return base::fail_with(Code::kUnavailable, desk.error().diagnostic, "The authority cannot judge now: {}",
                         desk.error().detail);
}

Result<> Judge::check(const Registry& by, const wire::CheckMessage& question) {
  TRY(const auto desk, desk_for(by));
  TRY(auto request, x509::CertificateRequest::from_either(question.request));
  const std::vector<workflow::File> files{request_file(request)};
  TRY(const auto wish, wish_of(question.about, files));
  TRY(check_within(*desk, by, wish.enrolment.organisation));
  TRY(const auto profile, desk->parts().profiles.find(wish.profile));
  if (desk->parts().admit_profile) TRY(desk->parts().admit_profile(*profile));
  return desk->parts().port->check(profile, wish.enrolment);
}

Result<Judge::Judged> Judge::judge(const Registry& by, const wire::OrderMessage& order) const {
  Judged judged;
  TRY(judged.desk, desk_for(by));
  auto& desk = *judged.desk;
  const auto now = parts_.clock->now();
  TRY(judged.acts, verified(desk, order.acts));
  TRY(judged.case_of, replay(desk, judged.acts, now));
  const auto& ordered = order.by == Order::By::kAct ? judged.case_of.by_act : judged.case_of.by_deadline;
  if (std::ranges::find(ordered, order.effect) == ordered.end())
    return fail(Code::kNotAuthorised, "What was signed on {} does not order \"{}\".", judged.case_of.of.id,
                order.effect);
  const auto& of = judged.case_of.of;
  TRY(check_within(desk, by, of.place.organisation));
  if (!order.request.empty()) {
    TRY(const auto request, x509::CertificateRequest::from_either(order.request));
    judged.files.push_back(request_file(request));
  }
  const bool issues = order.effect == "issue";
  // with another request it is no repetition of the order
  if (issues) TRY(wish_of(of.about, judged.files));
  TRY(parts_.store->read([&](store::Reader& reader) -> Result<> {
    for (const auto& act : judged.acts) {
      TRY(const auto row, ca::used_for(reader, act.digest()));
      judged.issued = judged.issued || (issues && row);
    }
    TRY(judged.outcome, ca::outcome_of(reader, {judged.acts.back().digest(), use_name(order)}));
    return {};
  }));
  if (judged.done()) return judged;
  if (order.by == Order::By::kAct && judged.acts.back().moment() + kOrderFor < now)
    return fail(Code::kNotAuthorised, "The order of {} is older than 30 days. It is given anew, as a new case.",
                of.id);
  TRY(check_matter(desk.parts(), {of.about, of.form, of.place, judged.files}));
  if (!is_about_request(of.about) && !ca::is_about_invitation(of.about))
    TRY(check_reach(desk.parts(), desk.cases(), of.about, of.place, signer_of(judged.acts.front())));
  return judged;
}

Result<> Judge::try_order(const Registry& by, const wire::OrderMessage& message) {
  TRY(const auto judged, judge(by, message));
  if (judged.done()) return {};
  return try_effect(judged.desk->parts(), {judged.case_of.of, message.effect, judged.acts, judged.files, message.by});
}

Result<Carried> Judge::carry_out(const Registry& by, const wire::OrderMessage& message) {
  TRY(const auto judged, judge(by, message));
  if (judged.outcome) return read_outcome(*judged.outcome);
  const auto& parts = judged.desk->parts();
  const Order order{judged.case_of.of, message.effect, judged.acts, judged.files, message.by};
  const auto as_it_came = base::print_json(wire::print(message));
  const auto now = parts_.clock->now();
  const std::lock_guard lock(issuing_);
  if (message.effect == "issue") {
    if (judged.issued) return ra::carry_out(parts, order);
    TRY(try_effect(parts, order));  // what is refused is no order yet
    TRY(parts_.store->write([&](store::Writer& writer) { return record_order(writer, by, order, as_it_came, now); }));
    return ra::carry_out(parts, order);
  }
  return ra::carry_out(parts, order, [&](store::Writer& writer, const Carried& carried) -> Result<> {
    TRY(ca::use_order(writer, {order.acts.back().digest(), use_name(message)}, print_outcome(carried), now));
    return record_order(writer, by, order, as_it_came, now);
  });
}

Result<Carried> Judge::revoke(const Registry& by, base::ByteView der) {
  TRY(const auto desk, desk_for(by));
  TRY(const auto acts, verified(*desk, {base::to_bytes(der)}));
  const auto& act = acts.front();
  const auto now = parts_.clock->now();
  const auto service = base::hex(x509::sha256(act.actor().tbs().spki));
  const bool in_service = act.role() && act.role()->role.text() == "RA.SERVICE";
  if (!in_service || service != key_of(by.service) || act.act().type != kMachineRevocation)
    return fail(Code::kNotAuthorised, "This is no order by the service of registration authority {}.", by.name);
  if (act.moment() + kServiceOrderFor < now || act.moment() > now + desk->parts().trust.skew)
    return fail(Code::kNotAuthorised, "The order of {} is too old.", act.act().object);
  const auto* about = act.act().body.if_contains("about");
  const auto reason = x509::reason_by_name(base::json_string(act.act().body, "reason"));
  if (about == nullptr || !about->is_object() || !about->get_object().contains("serial") || !reason)
    return fail(Code::kMalformed, "The order names no certificate or no reason.");
  workflow::Case of;
  of.id = act.act().object;
  of.about = about->get_object();
  of.form = {{"cause", x509::reason_name(*reason)}};
  const Order order{of, "revoke", acts, {}, Order::By::kAct};
  std::optional<std::string> before;
  TRY(parts_.store->read([&](store::Reader& reader) -> Result<> {
    TRY(before, ca::outcome_of(reader, {act.digest(), "revoke"}));
    TRY(const auto rows, certificates_of(reader, of.about));
    if (rows.empty()) return fail(Code::kNotFound, "There is no such certificate in this home.");
    TRY(const bool own, ca::was_enrolled_by(reader, rows.front().authority, rows.front().serial, service));
    if (own) return check_key_is_a_machines(reader, rows.front(), *reason, by.name);
    return fail(Code::kNotAuthorised, "The service of {} revokes what it has enrolled itself; {} is not of that.",
                by.name, of.id);
  }));
  if (before) return read_outcome(*before);
  const std::lock_guard lock(issuing_);
  return ra::carry_out(desk->parts(), order, [&](store::Writer& writer, const Carried& carried) -> Result<> {
    TRY(ca::use_order(writer, {act.digest(), "revoke"}, print_outcome(carried), now));
    return record_order(writer, by, order, base::print_json(base::JsonObject{{"act", base::base64(der)}}), now);
  });
}

}  // namespace yuxin::ra
