// From the words of the command line to a command and its arguments.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "command.hpp"
#include "context.hpp"

namespace yuxin::cli {

struct ParsedCall {
  const CommandSpec* command = nullptr;
  Arguments arguments;
  GlobalOptions options;
};
// HelpPage is what was asked for instead of a command; goes to standard output.
struct HelpPage {
  std::string text;
};

// parse_call reads argv. Errors are kUsage and name the nearest known word.
[[nodiscard]] base::Result<std::variant<ParsedCall, HelpPage>> parse_call(const std::vector<std::string>& typed);

// help_page, and the pages that are made from the same specifications.
[[nodiscard]] std::string help_overview();
[[nodiscard]] std::string help_of(const CommandSpec& command);
[[nodiscard]] std::string bash_completion();
[[nodiscard]] std::string manual_page();
[[nodiscard]] const CommandSpec* find_command(std::string_view noun, std::string_view verb);

}  // namespace yuxin::cli
