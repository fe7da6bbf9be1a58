// The table of acts that certificates were issued upon.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/store/database.hpp"

namespace yuxin::ca::repository {

struct UseRow {
  std::int64_t authority = 0;
  base::Bytes serial;
};
struct ByWhom {
  std::string_view service;       // key of a machine-enrolment service, or empty
  std::string_view organisation;  // by way of which the request came, or empty
};
[[nodiscard]] base::Result<> insert_use(store::Session& session, const evidence::Hash& act, const UseRow& use,
                                        const ByWhom& by, base::UnixTime now);
[[nodiscard]] base::Result<std::vector<UseRow>> uses_of(store::Session& session, const evidence::Hash& act);
// organisation_behind is by way of which organisation the approved request of a certificate came; empty where nothing
// says so.
[[nodiscard]] base::Result<std::string> organisation_behind(store::Session& session, std::int64_t authority,
                                                            base::ByteView serial);
// count_of_service counts what a service has had since a moment.
[[nodiscard]] base::Result<std::int64_t> count_of_service(store::Session& session, std::string_view service,
                                                          base::UnixTime since);

}  // namespace yuxin::ca::repository
