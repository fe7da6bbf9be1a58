#include "yuxin/base/log.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <string>

using namespace yuxin::base;

namespace {

// logged gives what an act wrote to standard error.
template <typename Act>
std::string logged(Act act) {
  std::FILE* file = std::tmpfile();
  REQUIRE(file != nullptr);
  const int before = dup(STDERR_FILENO);
  dup2(fileno(file), STDERR_FILENO);
  act();
  dup2(before, STDERR_FILENO);
  close(before);
  std::rewind(file);
  std::string text(4096, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  return text;
}

void log_everything() {
  log_debug("a detail");
  log_info("an event");
  log_warning("a warning");
  log_error("an error");
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the level decides what is written") {
  set_log_level(LogLevel::kQuiet);
  const std::string quiet = logged(log_everything);
  set_log_level(LogLevel::kVerbose);
  const std::string verbose = logged(log_everything);
  set_log_level(LogLevel::kNormal);
  const std::string normal = logged(log_everything);
  CHECK_FALSE(has(quiet, "an event"));
  CHECK(has(quiet, "a warning"));
  CHECK(has(quiet, "an error"));
  CHECK(has(normal, "an event"));
  CHECK_FALSE(has(normal, "a detail"));
  CHECK(has(verbose, "a detail"));
}

TEST_CASE("there are no colours where there is no terminal") {
  CHECK_FALSE(has(logged([] { log_error("x"); }), "\x1B"));
}

TEST_CASE("a hostile name cannot forge a line of the log") {
  const std::string text = logged([] { log_info("name \n2026 error forged\r\x1B[2J {} %s"); });
  CHECK(has(text, "name \\x0a2026 error forged\\x0d\\x1b[2J {} %s\n"));
  CHECK(text.find('\n') == text.size() - 1);
}
