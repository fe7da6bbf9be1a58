// The program: reads the command line, runs one command, prints its error if it has one.
#include <cstdio>
#include <exception>
#include <iostream>

#include "app/output.hpp"
#include "app/parser.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/base/time.hpp"

namespace yuxin::cli {
namespace {

int report(const base::Error& error, const GlobalOptions* options) {
  if (options != nullptr && options->json) {
    const base::JsonObject document{
        {"error", {{"code", base::code_name(error.code)}, {"detail", visible(error.detail)}}}};
    std::cerr << base::print_json(document) << '\n';
  } else {
    std::cerr << visible(error.detail) << '\n';
  }
  if (!error.diagnostic.empty()) base::log_debug(error.diagnostic);
  return base::exit_code(error.code);
}

int run(const std::vector<std::string>& words) {
  base::protect_process();
  auto parsed = parse_call(words);
  if (!parsed) return report(parsed.error(), nullptr);
  if (const auto* page = std::get_if<HelpPage>(&*parsed)) {
    std::cout << page->text;
    return 0;
  }
  auto& call = std::get<ParsedCall>(*parsed);
  if (call.options.quiet) base::set_log_level(base::LogLevel::kQuiet);
  if (call.options.verbose) base::set_log_level(base::LogLevel::kVerbose);
  Context context(call.options, base::system_clock());
  const auto apart = check_outputs_apart(*call.command, call.arguments, call.options);
  if (!apart) return report(apart.error(), &call.options);
  auto outcome = call.command->run(context, call.arguments);
  // what was asked for must have arrived: a full disk behind a pipe is a failure too
  if (!std::cout.flush())
    return report({base::Code::kUnavailable, base::message("The output could not be written."), {}}, &call.options);
  return outcome ? *outcome : report(outcome.error(), &call.options);
}

}  // namespace
}  // namespace yuxin::cli

int main(int argc, char** argv) {
  try {
    return yuxin::cli::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "yuxin: internal error: %s\n", error.what());
    return 70;
  }
}
