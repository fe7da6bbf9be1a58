// Typing the words of a share where nobody sees them.
#pragma once

#include "context.hpp"
#include "share_input.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/keymgmt/share_text.hpp"

namespace yuxin::cli {

// type_share asks for the words one by one (a line may hold several), says at once which is not in the list, and lets
// a word be typed again when the checksum is wrong. kUsage when the person gives up.
[[nodiscard]] base::Result<keymgmt::OpenedShare> type_share(const Context& context, std::size_t secret_size,
                                                            Proof proof);

}  // namespace yuxin::cli
