// How rows of the shared tables are read and their errors worded, for the files of this folder.
#pragma once

#include <functional>
#include <string>

#include "yuxin/store/store.hpp"

namespace yuxin::store {

// The columns of a status, in the order in which status_from reads them.
#define YUXIN_STATUS_COLUMNS "state, revoked_at, reason, invalidity_date"
[[nodiscard]] CertificateStatus status_from(const Row& row, int first_column);
[[nodiscard]] Value optional_time(const std::optional<base::UnixTime>& time);

// conflict replaces the general sentence of a violated constraint by one that names the object.
[[nodiscard]] base::Failure conflict(base::Error error, std::string detail);

// remember_change notes that the status of a certificate has changed, for lacks_changes.
[[nodiscard]] base::Result<> remember_change(Session& session, std::int64_t certificate);

// visit_authorities and the others read whole tables in their stable order.
[[nodiscard]] base::Result<std::vector<AuthorityRow>> read_authorities(Session& session);
[[nodiscard]] base::Result<std::vector<ServiceCertificateRow>> read_service_certificates(Session& session,
                                                                                         std::string_view purpose);
[[nodiscard]] base::Result<CrlRow> read_latest_crl(Session& session, std::int64_t authority);
[[nodiscard]] base::Result<std::int64_t> read_changes(Session& session, std::int64_t after,
                                                      const std::function<void(const StatusChange&)>& visitor);

}  // namespace yuxin::store
