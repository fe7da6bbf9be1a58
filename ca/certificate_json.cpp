#include "yuxin/ca/certificate_json.hpp"

#include "yuxin/ca/certificate_label.hpp"
#include "yuxin/x509/crl.hpp"

namespace yuxin::ca {

using store::CertificateState;

std::string_view state_name(const store::CertificateRow& row, base::UnixTime now) {
  switch (row.status.state) {
    case CertificateState::kRevoked:
      return "revoked";
    case CertificateState::kOnHold:
      return "on-hold";
    case CertificateState::kVoid:
      return "void";
    case CertificateState::kGood:
      break;
  }
  return row.not_after < now ? "expired" : "good";
}

base::JsonObject certificate_json(const store::CertificateRow& row, const std::string& authority,
                                  base::UnixTime now) {
  base::JsonObject object{{"serial", serial_text(row)},
                          {"authority", authority},
                          {"profile", row.profile},
                          {"subject", row.subject},
                          {"names", row.names},
                          {"not_before", base::rfc3339(row.not_before)},
                          {"not_after", base::rfc3339(row.not_after)},
                          {"issued_at", base::rfc3339(row.issued_at)},
                          {"state", state_name(row, now)}};
  if (row.status.state != CertificateState::kGood) {
    object["revoked_at"] = base::rfc3339(row.status.revoked_at);
    object["reason"] = x509::reason_name(static_cast<x509::RevocationReason>(row.status.reason));
    if (row.status.invalidity_date) object["invalidity_date"] = base::rfc3339(*row.status.invalidity_date);
  }
  return object;
}

}  // namespace yuxin::ca
