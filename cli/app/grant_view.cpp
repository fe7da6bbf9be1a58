#include "grant_view.hpp"

#include "yuxin/x509/serial.hpp"

namespace yuxin::cli {

using base::message;
using evidence::GrantRow;

namespace {

std::string serial_text(const GrantRow& row) {
  const auto serial = x509::Serial::from_der_content(row.serial);
  return serial ? serial->hex() : base::hex_upper(row.serial);
}

x509::RevocationReason reason_of(const GrantRow& row) { return static_cast<x509::RevocationReason>(row.reason); }

}  // namespace

std::string_view grant_state(const GrantRow& row, base::UnixTime now) {
  if (row.revoked_at && *row.revoked_at <= now) return "revoked";
  if (row.compromised_at && *row.compromised_at <= now) return "compromised";
  if (now < row.not_before) return "not-yet";
  return now <= row.not_after ? "in-force" : "expired";
}

std::string grant_state_text(const GrantRow& row, base::UnixTime now) {
  const auto state = grant_state(row, now);
  if (state == "revoked") return message("revoked ({})", x509::reason_text(reason_of(row)));
  if (state == "compromised") return message("its key was compromised");
  if (state == "not-yet") return message("not yet in force");
  return state == "in-force" ? message("in force") : message("expired");
}

base::JsonObject grant_json(const GrantRow& row, base::UnixTime now) {
  base::JsonObject object{{"serial", serial_text(row)},
                          {"role", row.role},
                          {"scope", row.scope},
                          {"holder", row.holder},
                          {"holder_key_sha256", base::hex(row.holder_key)},
                          {"not_before", base::rfc3339(row.not_before)},
                          {"not_after", base::rfc3339(row.not_after)},
                          {"granted_at", base::rfc3339(row.granted_at)},
                          {"state", grant_state(row, now)},
                          {"revoked_at", nullptr},
                          {"compromised_at", nullptr},
                          {"reason", nullptr}};
  if (row.compromised_at) object["compromised_at"] = base::rfc3339(*row.compromised_at);
  if (row.revoked_at) {
    object["revoked_at"] = base::rfc3339(*row.revoked_at);
    object["reason"] = x509::reason_name(reason_of(row));
  }
  return object;
}

std::string scope_text(std::string_view scope) { return scope.empty() ? message("not limited") : std::string(scope); }

std::string role_text(const evidence::Organisation& organisation, std::string_view role) {
  const auto code = evidence::RoleCode::parse(role);
  const auto* rule = code ? organisation.rule_of(*code) : nullptr;
  if (rule == nullptr) return std::string(role);
  return message("{} ({})", role, evidence::title_of(*rule));
}

void describe_grant(const Context& context, const evidence::Organisation& organisation, const GrantRow& row) {
  if (!row.serial.empty()) context.remark(labelled(message("grant"), serial_text(row)));
  context.remark(labelled(message("role"), role_text(organisation, row.role)));
  context.remark(labelled(message("holder"), row.holder));
  context.remark(labelled(message("scope"), scope_text(row.scope)));
  context.remark(labelled(message("validity"),
                          message("{} to {}", base::local_time(row.not_before), base::local_time(row.not_after))));
}

}  // namespace yuxin::cli
