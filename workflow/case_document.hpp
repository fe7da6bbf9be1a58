// What a case holds beyond columns, as one JSON document.
#pragma once

#include <string>
#include <string_view>

#include "yuxin/base/result.hpp"
#include "yuxin/workflow/machine.hpp"

namespace yuxin::workflow {

// print_document: {"about","facts","form","marks","taken"}, canonical. read_document fills them in; kIntegrity.
[[nodiscard]] base::Result<std::string> print_document(const Case& of);
[[nodiscard]] base::Result<> read_document(std::string_view text, Case& of);

}  // namespace yuxin::workflow
