// When what a home has made ends, for a monitoring system that reminds people in time.
#pragma once

#include <string>

#include "yuxin/base/result.hpp"
#include "yuxin/store/store.hpp"

namespace yuxin::cli {

// expiry_metrics gives gauges in the text format of Prometheus, in seconds since 1970:
//   yuxin_certificate_not_after_seconds{kind,authority}  of every authority (kind "authority") and of what serves one
//                                                        (kind "ocsp", "tsa", "attribute-authority", "ledger")
//   yuxin_list_next_update_seconds{list}                 of every authority's latest list, and of "roles"
// An authority that waits for its certificate, or has no list, has no line. Errors: those of the store.
[[nodiscard]] base::Result<std::string> expiry_metrics(store::Store& store);

}  // namespace yuxin::cli
