// Whether a call of the program may have done something.
#pragma once

namespace yuxin::cli {

// may_have_written is true once open_home opened a home for writing in this process: from then on something may have
// been done, whatever becomes of the output.
[[nodiscard]] bool may_have_written();

}  // namespace yuxin::cli
