// The tables of the time-stamping authority. All of this module's SQL is behind these functions.
#pragma once

#include "yuxin/base/time.hpp"
#include "yuxin/store/database.hpp"

namespace yuxin::tsa::repository {

using store::Session;

// last_block is the highest number of a block, 0 when there is none.
[[nodiscard]] base::Result<std::int64_t> last_block(Session& session);

struct BlockRow {
  std::int64_t id = 0;
  base::ByteView first;  // INTEGER content
  std::int64_t count = 0;
  base::UnixTime reserved_at;
  base::UnixTime until;
};
[[nodiscard]] base::Result<> insert_block(Session& session, const BlockRow& row);  // kConflict: used before

// latest_time is the latest of what raise_latest_time has written and of the times at which blocks were reserved;
// microseconds, 0 when nothing was ever stamped.
[[nodiscard]] base::Result<std::int64_t> latest_time(Session& session);
// raise_latest_time never lowers it.
[[nodiscard]] base::Result<> raise_latest_time(Session& session, std::int64_t microseconds);

}  // namespace yuxin::tsa::repository
