// Changing the status of a certificate: one transaction, checked inside it.
#include <fmt/format.h>

#include <algorithm>

#include "records.hpp"
#include "yuxin/ca/certificate_label.hpp"
#include "yuxin/ca/revocation.hpp"
#include "yuxin/evidence/clock_floor.hpp"
#include "yuxin/evidence/ledger.hpp"

namespace yuxin::ca {

using base::Code;
using base::fail;
using base::Result;
using store::CertificateState;

namespace {

bool is_leak(x509::RevocationReason reason) {
  return reason == x509::RevocationReason::kKeyCompromise || reason == x509::RevocationReason::kCaCompromise ||
         reason == x509::RevocationReason::kAaCompromise;
}

Result<> refuse_state(const store::CertificateRow& row, StatusAction action, const StatusOrder& order) {
  const auto serial = order.serial.hex();
  const auto label = certificate_label(row);
  const auto since = base::local_time(row.status.revoked_at);
  switch (row.status.state) {
    case CertificateState::kRevoked:
      if (action == StatusAction::kRevoke && learns_more(row.status, order)) return {};
      return fail(Code::kConflict,
                  "Certificate {} was revoked at {} ({}). Nothing was changed. See: yuxin cert show {}", label, since,
                  x509::reason_text(static_cast<x509::RevocationReason>(row.status.reason)), serial);
    case CertificateState::kVoid:
      return fail(Code::kConflict,
                  "Serial number {} belongs to an issuance that was interrupted at {}; it counts as revoked already. "
                  "Nothing was changed.",
                  serial, since);
    case CertificateState::kOnHold:
      if (action != StatusAction::kHold) return {};
      return fail(Code::kConflict,
                  "Certificate {} is on hold since {}. Nothing was changed. To end that: yuxin cert release {}",
                  label, since, serial);
    case CertificateState::kGood:
      if (action != StatusAction::kRelease) return {};
      return fail(Code::kConflict, "Certificate {} is not on hold. Nothing was changed.", label);
  }
  return {};
}

std::string_view record_kind(StatusAction action) {
  switch (action) {
    case StatusAction::kRevoke:
      return "certificate.revoked";
    case StatusAction::kHold:
      return "certificate.held";
    case StatusAction::kRelease:
      break;
  }
  return "certificate.released";
}

// One that was on hold is revoked since it was put on hold (X.509, on the reason certificateHold): what was signed in
// between is not made good by revoking it for good. One that was revoked before stays revoked since then.
store::CertificateStatus status_after(const store::CertificateStatus& before, StatusAction action,
                                      const StatusOrder& order, base::UnixTime now) {
  store::CertificateStatus status;
  if (action == StatusAction::kRelease) return status;
  status.state = action == StatusAction::kHold ? CertificateState::kOnHold : CertificateState::kRevoked;
  const auto reason = action == StatusAction::kHold ? x509::RevocationReason::kCertificateHold : order.reason;
  status.reason = static_cast<int>(reason);
  status.revoked_at = before.state == CertificateState::kGood ? now : before.revoked_at;
  status.invalidity_date = order.invalidity_date;
  if (before.invalidity_date && before.state == CertificateState::kRevoked)
    status.invalidity_date =
        std::min(*before.invalidity_date, order.invalidity_date.value_or(*before.invalidity_date));
  return status;
}

std::string record_data(StatusAction action, const store::CertificateStatus& status) {
  if (action == StatusAction::kRelease) return "{}";
  const auto reason = x509::reason_name(static_cast<x509::RevocationReason>(status.reason));
  if (!status.invalidity_date) {
    return fmt::format(R"({{"at":"{}","reason":"{}"}})", base::rfc3339(status.revoked_at), reason);
  }
  return fmt::format(R"({{"at":"{}","invalidity_date":"{}","reason":"{}"}})", base::rfc3339(status.revoked_at),
                     base::rfc3339(*status.invalidity_date), reason);
}

Result<StatusOutcome> change(store::Store& store, const StatusOrder& order, StatusAction action,
                             const base::Clock& clock, const Authorisation& authorisation) {
  StatusOutcome outcome;
  TRY(store.write([&](store::Writer& writer) -> Result<> {
    TRY(outcome, change_status(writer, order, action, clock, authorisation));
    return {};
  }));
  return outcome;
}

}  // namespace

bool is_compromise(const store::CertificateStatus& status) {
  return status.state == CertificateState::kRevoked && is_leak(static_cast<x509::RevocationReason>(status.reason));
}

// A certificate is revoked once, but that its key has leaked, or that it leaked earlier than was known, may come to
// light later, and whoever relies on it has to learn of it.
bool learns_more(const store::CertificateStatus& known, const StatusOrder& order) {
  if (!is_leak(order.reason)) return false;
  if (!is_compromise(known)) return true;
  return order.invalidity_date && (!known.invalidity_date || *order.invalidity_date < *known.invalidity_date);
}

Result<StatusOutcome> change_status(store::Writer& writer, const StatusOrder& order, StatusAction action,
                                    const base::Clock& clock, const Authorisation& authorisation) {
  StatusOutcome outcome;
  TRY(const auto now, evidence::time_of_status(writer, clock));
  TRY(outcome.before, writer.find(order.authority, order.serial.content(), store::Reader::With::kRowOnly));
  TRY(check_allowed(outcome.before, action, order, now));
  outcome.after = status_after(outcome.before.status, action, order, now);
  TRY(writer.change_status(outcome.before.id, outcome.after));
  TRY(outcome.ledger_sequence, record_status(writer, object_name(order.authority_name, order.serial), action,
                                             outcome.after, authorisation.actor, now));
  return outcome;
}

Result<std::int64_t> record_status(store::Writer& writer, const std::string& object, StatusAction action,
                                   const store::CertificateStatus& status, const std::string& actor,
                                   base::UnixTime now) {
  return evidence::append(writer, {.kind = std::string(record_kind(action)),
                                   .object = object,
                                   .actor = actor,
                                   .time = now,
                                   .data = record_data(action, status),
                                   .attachment = {}});
}

Result<> check_allowed(const store::CertificateRow& row, StatusAction action, const StatusOrder& order,
                       base::UnixTime now) {
  if (action == StatusAction::kRevoke && (order.reason == x509::RevocationReason::kCertificateHold ||
                                          order.reason == x509::RevocationReason::kRemoveFromCrl)) {
    return fail(Code::kUsage, "{} is no reason to revoke for good. To suspend a certificate: yuxin cert hold {}",
                x509::reason_name(order.reason), order.serial.hex());
  }
  if (order.invalidity_date && *order.invalidity_date > now) {
    return fail(Code::kUsage,
                "The invalidity date {} lies in the future; it says since when the key was not to be trusted.",
                base::rfc3339(*order.invalidity_date));
  }
  return refuse_state(row, action, order);
}

Result<StatusOutcome> revoke(store::Store& store, const StatusOrder& order, const base::Clock& clock,
                             const Authorisation& authorisation) {
  return change(store, order, StatusAction::kRevoke, clock, authorisation);
}

Result<StatusOutcome> hold(store::Store& store, const StatusOrder& order, const base::Clock& clock,
                           const Authorisation& authorisation) {
  return change(store, order, StatusAction::kHold, clock, authorisation);
}

Result<StatusOutcome> release(store::Store& store, const StatusOrder& order, const base::Clock& clock,
                              const Authorisation& authorisation) {
  return change(store, order, StatusAction::kRelease, clock, authorisation);
}

}  // namespace yuxin::ca
