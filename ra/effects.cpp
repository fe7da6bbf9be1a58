#include "effects.hpp"

#include <algorithm>
#include <utility>

#include "matter.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/ca/approval.hpp"
#include "yuxin/ca/revocation.hpp"
#include "yuxin/x509/serial.hpp"

namespace yuxin::ra {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using ca::StatusAction;
using evidence::VerifiedAct;

namespace {

const std::vector<std::string>& effects() {
  static const std::vector<std::string> kEffects = {"issue",    "hold",        "release",   "revoke",
                                                    "hold-all", "release-all", "revoke-all"};
  return kEffects;
}

std::string serial_text(const store::CertificateRow& row) {
  const auto serial = x509::Serial::from_der_content(row.serial);
  return serial ? serial->hex() : base::hex_upper(row.serial);
}

// What a deadline ordered rests on all acts and is nobody's; what an act ordered, on those up to it.
ca::Authorisation authorisation_of(const DeskParts& parts, const Order& order) {
  const auto* ordering = order.ordered_by();
  ca::Authorisation authorisation{ordering == nullptr ? parts.actor : ordering->actor().subject().text(), {}};
  for (const auto& act : order.acts) {
    authorisation.acts.push_back(base::to_bytes(act.der()));
    if (&act == ordering) break;
  }
  return authorisation;
}

// Who decided otherwise since has the last word.
Result<> refuse_superseded(const Order& order) {
  const auto& of = order.of;
  if (order.workflow == nullptr) return {};
  const auto timers = workflow::timers_ordering(*order.workflow, of, order.effect);
  const bool stands = order.step > 0
                          ? workflow::last_step(of) == order.step
                          : std::ranges::any_of(timers, [](const auto* one) { return one->overdue && !one->ended; });
  if (stands) return {};
  return fail(Code::kRefused, "Case {} went on before this was done; what was decided last counts.", of.id);
}

Result<ca::PreparedIssuance> prepare(const DeskParts& parts, ca::Issuer& issuer, const Order& order) {
  TRY(const auto wish, wish_of(order.of.about, order.files));
  TRY(const auto profile, parts.profiles.find(wish.profile));
  TRY(auto prepared, issuer.prepare(profile, wish.enrolment, authorisation_of(parts, order)));
  if (parts.admit) TRY(parts.admit(*profile, prepared));
  return prepared;
}

Carried issued_text(const std::string& serial) {
  return {message("Certificate {} was issued.", serial), {{"serial", serial}}, false};
}

// A certificate that was issued upon the act that ordered it, before a crash.
Result<std::optional<Carried>> issued_before(const DeskParts& parts, const Order& order) {
  std::optional<Carried> found;
  TRY(parts.store->read([&](store::Reader& reader) -> Result<> {
    for (const auto& act : order.acts) {
      TRY(const auto row, ca::used_for(reader, act.digest()));
      if (row) found = issued_text(serial_text(*row));
    }
    return {};
  }));
  return found;
}

Result<Carried> issue(const DeskParts& parts, const Order& order) {
  TRY(auto before, issued_before(parts, order));
  if (before) return std::move(*before);
  TRY(refuse_superseded(order));
  TRY(const auto issuer, parts.issuer());
  TRY(auto prepared, prepare(parts, *issuer, order));
  TRY(const auto issued, issuer->issue(std::move(prepared)));
  return issued_text(issued.certificate.serial()->hex());
}

struct Change {
  StatusAction action = StatusAction::kHold;
  bool all = false;
};

std::optional<Change> change_of(std::string_view effect) {
  Change change;
  change.all = effect.ends_with("-all");
  if (change.all) effect.remove_suffix(std::string_view("-all").size());
  if (effect == "hold") return change;
  change.action = effect == "release" ? StatusAction::kRelease : StatusAction::kRevoke;
  if (effect == "release" || effect == "revoke") return change;
  return std::nullopt;
}

// is_done says whether a certificate stands already as it is to stand.
bool is_done(const store::CertificateRow& row, StatusAction action, const ca::StatusOrder& order) {
  switch (row.status.state) {
    case store::CertificateState::kGood:
      return action == StatusAction::kRelease;
    case store::CertificateState::kOnHold:
      return action == StatusAction::kHold;
    case store::CertificateState::kRevoked:
      return action != StatusAction::kRevoke || !ca::learns_more(row.status, order);
    case store::CertificateState::kVoid:
      break;
  }
  return true;
}

x509::RevocationReason reason_of(const workflow::Case& of, StatusAction action, bool all) {
  if (action != StatusAction::kRevoke) return x509::RevocationReason::kUnspecified;
  const auto stated = x509::reason_by_name(base::json_string(of.form, "cause"));
  if (stated) return *stated;
  return all ? x509::RevocationReason::kAffiliationChanged : x509::RevocationReason::kUnspecified;
}

Result<std::vector<store::CertificateRow>> rows_of(const DeskParts& parts, const Order& order) {
  std::vector<store::CertificateRow> rows;
  TRY(parts.store->read([&](store::Reader& reader) -> Result<> {
    TRY(rows, certificates_of(reader, order.of.about));
    return {};
  }));
  if (rows.empty()) return fail(Code::kNotFound, "There is no such certificate in this home.");
  for (const auto& row : rows) {
    if (parts.admit_change) TRY(parts.admit_change(row));
  }
  return rows;
}

Result<std::string> authority_name(const DeskParts& parts, std::int64_t id) {
  TRY(const auto authorities, parts.store->status().authorities());
  const auto found = std::ranges::find(authorities, id, &store::AuthorityRow::id);
  if (found == authorities.end())
    return fail(Code::kIntegrity, "A certificate belongs to no authority of this home.");
  return found->name;
}

Result<ca::StatusOrder> order_for(const DeskParts& parts, const store::CertificateRow& row,
                                  x509::RevocationReason reason) {
  const auto serial = x509::Serial::from_der_content(row.serial);
  if (!serial) return fail(Code::kIntegrity, "The serial number of a certificate is damaged.");
  TRY(auto name, authority_name(parts, row.authority));
  return ca::StatusOrder{row.authority, std::move(name), *serial, reason, std::nullopt};
}

std::string changed_text(StatusAction action, const std::string& serials) {
  if (serials.empty()) return message("Nothing was to be changed: the certificate stood so already.");
  if (action == StatusAction::kRevoke) return message("Revoked: {}", serials);
  if (action == StatusAction::kHold) return message("Suspended: {}", serials);
  return message("Released: {}", serials);
}

Result<Carried> change_status(const DeskParts& parts, const Order& order, const Change& change,
                              const AlsoOfStatus& also) {
  TRY(const auto rows, rows_of(parts, order));
  std::vector<ca::StatusOrder> orders;
  std::string serials;
  for (const auto& row : rows) {
    TRY(auto status, order_for(parts, row, reason_of(order.of, change.action, change.all)));
    if (is_done(row, change.action, status)) continue;
    orders.push_back(std::move(status));
    serials += serials.empty() ? "" : ", ";
    serials += serial_text(row);
  }
  if (!orders.empty()) TRY(refuse_superseded(order));
  Carried carried;
  carried.status_changed = !orders.empty();
  carried.text = changed_text(change.action, serials);
  const auto authorisation = authorisation_of(parts, order);
  TRY(parts.store->write([&](store::Writer& writer) -> Result<> {
    for (const auto& status : orders)
      TRY(ca::change_status(writer, status, change.action, *parts.clock, authorisation));
    return also ? also(writer, carried) : Result<>();
  }));
  return carried;
}

}  // namespace

const VerifiedAct* Order::ordered_by() const {
  return step > 0 && std::cmp_less_equal(step, acts.size()) ? &acts[static_cast<std::size_t>(step) - 1] : nullptr;
}

std::span<const std::string> known_effects() { return effects(); }

Result<> try_effect(const DeskParts& parts, const Order& order) {
  TRY(check_effect(order.effect, order.of.about));
  TRY(refuse_superseded(order));
  if (order.effect == "issue") {
    TRY(const auto issuer, parts.issuer());
    TRY(prepare(parts, *issuer, order));
    return {};
  }
  const auto change = change_of(order.effect);
  if (!change) return fail(Code::kInternal, "The desk cannot carry out \"{}\".", order.effect);
  TRY(const auto rows, rows_of(parts, order));
  if (change->all) return {};
  const auto& row = rows.front();
  TRY(const auto status, order_for(parts, row, reason_of(order.of, change->action, change->all)));
  return ca::check_allowed(row, change->action, status, parts.clock->now());
}

Result<Carried> carry_out(const DeskParts& parts, const Order& order, const AlsoOfStatus& also) {
  TRY(check_effect(order.effect, order.of.about));
  if (order.effect == "issue") return issue(parts, order);
  const auto change = change_of(order.effect);
  if (!change) return fail(Code::kInternal, "The desk cannot carry out \"{}\".", order.effect);
  return change_status(parts, order, *change, also);
}

bool is_final_failure(const base::Error& error) {
  switch (error.code) {
    case Code::kMalformed:
    case Code::kRefused:
    case Code::kBadSignature:
    case Code::kUsage:
    case Code::kNotAuthorised:
    case Code::kNotFound:
      return true;
    case Code::kConflict:
    case Code::kIntegrity:
    case Code::kUnavailable:
    case Code::kSigner:
    case Code::kInternal:
      break;
  }
  return false;
}

}  // namespace yuxin::ra
