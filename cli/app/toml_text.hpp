// Values of TOML as this program writes them into its settings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace yuxin::cli {

// toml_string is a basic string with its quotes: the escapes of JSON are those of TOML 1.0.
[[nodiscard]] std::string toml_string(std::string_view text);
// toml_strings is an array of them on one line.
[[nodiscard]] std::string toml_strings(const std::vector<std::string>& list);

}  // namespace yuxin::cli
