// yuxin doctor
#include "app/doctor/doctor.hpp"

#include <algorithm>

#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {
namespace {

using base::message;
using base::Result;

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::kOk:
      return "ok";
    case Severity::kWarning:
      return "warning";
    case Severity::kFailure:
      break;
  }
  return "failure";
}

std::string severity_mark(Severity severity) {
  return severity == Severity::kOk        ? message("ok")
         : severity == Severity::kWarning ? message("WARN")
                                          : message("FAIL");
}

struct Totals {
  std::int64_t failures = 0;
  std::int64_t warnings = 0;
  std::int64_t good = 0;
};

Totals totals_of(const std::vector<Check>& checks) {
  const auto count = [&](Severity severity) { return std::ranges::count(checks, severity, &Check::severity); };
  return {count(Severity::kFailure), count(Severity::kWarning), count(Severity::kOk)};
}

void print_document(const Context& context, const std::vector<Check>& checks, const Totals& totals) {
  base::JsonArray array;
  for (const auto& check : checks) {
    array.push_back(base::JsonObject{{"name", check.name},
                                     {"severity", severity_name(check.severity)},
                                     {"detail", check.detail},
                                     {"remedy", check.remedy}});
  }
  context.document(
      base::JsonObject{{"checks", std::move(array)}, {"failures", totals.failures}, {"warnings", totals.warnings}});
}

// The names in JSON are fixed; people read them in their language.
std::string name_text(std::string_view name) {
  static const std::map<std::string_view, const char*> kNames = {
      {"config", base::translatable("settings")},
      {"permissions", base::translatable("permissions")},
      {"disk", base::translatable("disk")},
      {"database", base::translatable("database")},
      {"clock", base::translatable("clock")},
      {"keys", base::translatable("keys")},
      {"authority-certificates", base::translatable("authorities")},
      {"chains", base::translatable("chains")},
      {"lists", base::translatable("lists")},
      {"ocsp-signers", base::translatable("OCSP signers")},
      {"time-stamps", base::translatable("time stamps")},
      {"leaked-keys", base::translatable("leaked keys")},
      {"profiles", base::translatable("profiles")},
      {"roles", base::translatable("roles")},
      {"desk", base::translatable("desk")},
      {"notifications", base::translatable("notifications")},
      {"ledger", base::translatable("ledger")},
      {"intents", base::translatable("interrupted")},
  };
  const auto found = kNames.find(name);
  return found == kNames.end() ? std::string(name) : std::string(base::tr(found->second));
}

std::string padded(const std::string& text, std::size_t width) {
  const auto used = base::columns(text);
  return text + std::string(used < width ? width - used : 1, ' ');
}

void print_lines(const Context& context, const std::vector<Check>& checks, const Totals& totals) {
  constexpr std::size_t kMark = 7;
  constexpr std::size_t kName = 14;
  for (const auto& check : checks) {
    context.out(padded(severity_mark(check.severity), kMark) + padded(name_text(check.name), kName) + check.detail);
    if (!check.remedy.empty()) context.out(std::string(kMark + kName, ' ') + message("do: {}", check.remedy));
  }
  const auto failures = totals.failures == 1 ? message("1 failure") : message("{} failures", totals.failures);
  const auto warnings = totals.warnings == 1 ? message("1 warning") : message("{} warnings", totals.warnings);
  context.out(message("{}, {}, {} good", failures, warnings, totals.good));
}

Result<int> run(Context& context, const Arguments&) {
  const auto& home = context.options().home;
  if (!base::file_exists(home + "/yuxin.toml")) {
    TRY(open_home(context, Home::Access::kRead));
  }
  std::optional<base::Secret> passphrase;
  if (context.options().passphrase_file) {
    TRY(passphrase, context.passphrase({}));
  }
  Openers openers{passphrase ? &*passphrase : nullptr, context.options().pin_file, {}};
  for (const auto& file : {context.options().passphrase_file, context.options().pin_file})
    if (file && *file != "-") openers.files.push_back(*file);
  const auto checks = examine(home, context.clock(), openers);
  const auto totals = totals_of(checks);
  if (context.options().json) {
    print_document(context, checks, totals);
  } else {
    print_lines(context, checks, totals);
  }
  return totals.failures == 0 ? 0 : 1;
}

}  // namespace

CommandSpec doctor_command() {
  return {"doctor",
          "",
          "examine the home and say what is wrong, or soon will be, and what to do; exit 1 only for failures",
          {},
          {"yuxin --home city/online doctor", "yuxin --home city/online --passphrase-file pass --json doctor"},
          run};
}

}  // namespace yuxin::cli
