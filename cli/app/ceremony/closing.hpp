// The end of a ceremony: everybody signs, and the record is put together.
#pragma once

#include "session.hpp"

namespace yuxin::cli {

// close_record takes the signatures that are missing, and writes ceremony.record. Calling it again takes those that
// somebody did not give before. Gives how many are missing.
[[nodiscard]] base::Result<std::size_t> close_record(CeremonySession& session);

inline constexpr const char* kRecordName = "ceremony.record";

}  // namespace yuxin::cli
