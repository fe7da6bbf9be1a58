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
[[nodiscard]] base::Result<> insert_use(store::Session& session, const evidence::Hash& act, const UseRow& use,
                                        std::string_view service, base::UnixTime now);
[[nodiscard]] base::Result<std::vector<UseRow>> uses_of(store::Session& session, const evidence::Hash& act);
// acts_behind gives the acts that a certificate was issued upon.
[[nodiscard]] base::Result<std::vector<evidence::Hash>> acts_behind(store::Session& session, std::int64_t authority,
                                                                    base::ByteView serial);
// count_of_service counts what a service has had since a moment.
[[nodiscard]] base::Result<std::int64_t> count_of_service(store::Session& session, std::string_view service,
                                                          base::UnixTime since);

}  // namespace yuxin::ca::repository
