// The request-target of a call: its path in segments and its query, decoded once and strictly.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"

namespace yuxin::ra::rest {

// Target is decoded text: valid UTF-8 without control characters.
struct Target {
  std::vector<std::string> path;  // "/v1/cases/R-1" is {"v1", "cases", "R-1"}
  std::map<std::string, std::string, std::less<>> query;
};
// parse_target: kMalformed for percent signs without two digits, for what decodes to no UTF-8 or to control
// characters, for a name that stands twice, and for more than 32 segments or names.
[[nodiscard]] base::Result<Target> parse_target(std::string_view target);

}  // namespace yuxin::ra::rest
