// The page in a record that says how to check it without this program.
#pragma once

#include <string_view>

namespace yuxin::keymgmt {

[[nodiscard]] std::string_view record_readme();

}  // namespace yuxin::keymgmt
