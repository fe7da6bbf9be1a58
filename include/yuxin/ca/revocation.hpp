// Revoking, holding and releasing certificates.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/ca/enrolment.hpp"
#include "yuxin/store/store.hpp"
#include "yuxin/x509/crl.hpp"
#include "yuxin/x509/serial.hpp"

namespace yuxin::ca {

struct StatusOrder {
  std::int64_t authority = 0;  // store::AuthorityRow::id
  std::string authority_name;
  x509::Serial serial;
  x509::RevocationReason reason = x509::RevocationReason::kUnspecified;  // of a revocation
  std::optional<base::UnixTime> invalidity_date;  // when the key is thought to have leaked; not in the future
};

struct StatusOutcome {
  store::CertificateRow before;
  store::CertificateStatus after;
  std::int64_t ledger_sequence = 0;
};

// What is done to a status.
enum class StatusAction { kRevoke, kHold, kRelease };

// is_compromise: revoked because the key leaked (keyCompromise, cACompromise, aACompromise).
[[nodiscard]] bool is_compromise(const store::CertificateStatus& status);
// learns_more: what is revoked already is told once more that its key has leaked, or that it leaked earlier.
[[nodiscard]] bool learns_more(const store::CertificateStatus& known, const StatusOrder& order);

// Each is one transaction {status, sequence, ledger}, durable on return; OCSP tells it from then on. Errors, after
// which nothing has changed: kNotFound when the authority never issued the serial; kConflict when it is in another
// state (revoked already, not on hold); kUsage for a reason that does not fit (certificateHold to revoke,
// removeFromCRL). One that was on hold counts as revoked since it was put on hold. One that is revoked can be revoked
// again only to say that its key has leaked, or that it leaked earlier; it stays revoked since it was.
[[nodiscard]] base::Result<StatusOutcome> revoke(store::Store& store, const StatusOrder& order,
                                                 const base::Clock& clock, const Authorisation& authorisation);
[[nodiscard]] base::Result<StatusOutcome> hold(store::Store& store, const StatusOrder& order,
                                               const base::Clock& clock, const Authorisation& authorisation);
[[nodiscard]] base::Result<StatusOutcome> release(store::Store& store, const StatusOrder& order,
                                                  const base::Clock& clock, const Authorisation& authorisation);
// change_status does the same in the caller's transaction.
[[nodiscard]] base::Result<StatusOutcome> change_status(store::Writer& writer, const StatusOrder& order,
                                                        StatusAction action, const base::Clock& clock,
                                                        const Authorisation& authorisation);
// check_allowed makes the same refusals without changing anything (for --dry-run and before the question).
[[nodiscard]] base::Result<> check_allowed(const store::CertificateRow& row, StatusAction action,
                                           const StatusOrder& order, base::UnixTime now);

}  // namespace yuxin::ca
