// What a registration service gives back by itself: certificates that it has enrolled.
#include "authority/act_check.hpp"
#include "authority/judge.hpp"
#include "authority/records.hpp"
#include "effects.hpp"
#include "matter.hpp"
#include "yuxin/ca/key_use.hpp"
#include "yuxin/ca/order_use.hpp"

namespace yuxin::ra {

using base::Code;
using base::fail;
using base::Result;

namespace {

// A service revokes when it is asked to, or soon after.
constexpr base::Seconds kServiceOrderFor = base::hours(24);

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

}  // namespace

Result<Carried> Judge::revoke(const Registry& by, base::ByteView der) {
  TRY(const auto desk, desk_for(by));
  TRY(const auto acts, verified_acts(*desk, {base::to_bytes(der)}));
  const auto& act = acts.front();
  const auto now = parts_.clock->now();
  const auto service = base::hex(x509::sha256(act.actor().tbs().spki));
  if (!is_by_service(act) || service != base::hex(by.service) || act.act().type != kMachineRevocation)
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
  const Order order{of, nullptr, "revoke", acts, {}, 1};
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
