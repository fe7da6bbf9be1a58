// Whether a call of the program may have done something.
#pragma once

namespace yuxin::cli {

// may_have_written is true once a home was opened for writing in this process, or an act was sent to a server: from
// then on something may have been done, whatever becomes of the output.
[[nodiscard]] bool may_have_written();
void note_deed();

}  // namespace yuxin::cli
