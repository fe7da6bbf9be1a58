// What a step prepared or did, as people read it.
#pragma once

#include <string>
#include <vector>

#include "yuxin/base/json.hpp"

namespace yuxin::cli {

// deed_lines gives the members of a deed, labelled, in a fixed order; digests in groups and as words to be read
// aloud.
[[nodiscard]] std::vector<std::string> deed_lines(const base::JsonObject& data);

}  // namespace yuxin::cli
