#include "yuxin/base/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace yuxin::base {
namespace {

// The logger lives until the process ends, so that threads that outlast main may still write.
spdlog::logger& logger() {
  static spdlog::logger* const instance = [] {
    // https://no-color.org: any value that is not empty. The colour sink itself looks for a terminal.
    const char* no_colour = std::getenv("NO_COLOR");
    spdlog::sink_ptr sink;
    if (no_colour != nullptr && *no_colour != '\0') {
      sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    } else {
      sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
    }
    auto* made = new spdlog::logger("yuxin", std::move(sink));
    made->set_pattern("%Y-%m-%dT%H:%M:%S%z %^%l%$ %v");
    made->set_level(spdlog::level::info);
    made->flush_on(spdlog::level::debug);
    return made;
  }();
  return *instance;
}

// one_line keeps a hostile name from forging log lines or driving the terminal.
std::string one_line(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet == 0x7F) {
      out += fmt::format("\\x{:02x}", octet);
    } else {
      out += c;
    }
  }
  return out;
}

void write(spdlog::level::level_enum level, std::string_view text) {
  spdlog::logger& log = logger();
  if (log.should_log(level)) log.log(level, spdlog::string_view_t(one_line(text)));
}

}  // namespace

void set_log_level(LogLevel level) {
  switch (level) {
    case LogLevel::kQuiet:
      logger().set_level(spdlog::level::warn);
      return;
    case LogLevel::kNormal:
      logger().set_level(spdlog::level::info);
      return;
    case LogLevel::kVerbose:
      logger().set_level(spdlog::level::debug);
      return;
  }
}

void log_debug(std::string_view text) { write(spdlog::level::debug, text); }
void log_info(std::string_view text) { write(spdlog::level::info, text); }
void log_warning(std::string_view text) { write(spdlog::level::warn, text); }
void log_error(std::string_view text) { write(spdlog::level::err, text); }

}  // namespace yuxin::base
