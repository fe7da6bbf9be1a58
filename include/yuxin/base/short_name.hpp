// Names that stand in paths, addresses and commands.
#pragma once

#include <string_view>

namespace yuxin::base {

// is_short_name: 1 to 32 lower-case ASCII letters, digits and hyphens, a hyphen not first, so that it is no option.
[[nodiscard]] bool is_short_name(std::string_view text);

}  // namespace yuxin::base
