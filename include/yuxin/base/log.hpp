// The log: what happened, for operators. Never a secret, never a whole request.
#pragma once

#include <fmt/format.h>

#include <string_view>

namespace yuxin::base {

enum class LogLevel { kQuiet, kNormal, kVerbose };

// set_log_level chooses what reaches standard error: warnings only, one line an event, or details.
void set_log_level(LogLevel level);

void log_debug(std::string_view text);
void log_info(std::string_view text);
void log_warning(std::string_view text);
void log_error(std::string_view text);

}  // namespace yuxin::base
