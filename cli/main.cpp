// The program: reads the command line, runs one command, prints its error if it has one.
#include <algorithm>
#include <exception>
#include <iostream>

#include "app/deeds.hpp"
#include "app/output.hpp"
#include "app/parser.hpp"
#include "app/shell_word.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::cli {
namespace {

enum class Form { kText, kJson };

int report(const base::Error& error, Form form) {
  if (form == Form::kJson) {
    const base::JsonObject document{
        {"error", {{"code", base::code_name(error.code)}, {"detail", visible(error.detail)}}}};
    std::cerr << base::print_json(document) << '\n';
  } else {
    std::cerr << visible(error.detail) << '\n';
  }
  if (!error.diagnostic.empty()) base::log_debug(error.diagnostic);
  return base::exit_code(error.code);
}

// Whoever names himself believes that the deed is his; where nobody asks for that, it would be the operator's.
base::Result<> check_identity_used(const ParsedCall& call) {
  const auto& options = call.options;
  const bool named = options.identity || options.identity_passphrase_file || options.identity_certificate;
  if (!named || call.command->identity == CommandSpec::Identity::kTaken) return {};
  return base::fail(
      base::Code::kUsage,
      "{} acts as nobody: it is done by the operator of this machine, whoever --as names. Nothing was done. "
      "Leave --as out.",
      words_of(*call.command));
}

// Whoever names a server means that one, and not the home that happens to be here.
base::Result<> check_server_used(const ParsedCall& call) {
  const auto& options = call.options;
  const bool named = options.server || options.server_trust;
  if (!named || (call.command->server == CommandSpec::Server::kTaken && options.server)) return {};
  if (!options.server)
    return base::fail(base::Code::kUsage, "--trust is for the certificate of a --server. Name one.");
  return base::fail(base::Code::kUsage,
                    "{} is done in a home, and not at a server. Nothing was done. Leave --server out.",
                    words_of(*call.command));
}

Form form_of(const std::vector<std::string>& words) {
  return std::ranges::find(words, "--json") == words.end() ? Form::kText : Form::kJson;
}

int report_unwritten(Form form) {
  return report({base::Code::kUnavailable, base::message("The output could not be written."), {}}, form);
}

// The code alone would say that nothing was done, and who believes that does the deed twice.
int report_unwritten(const Context& context, Form form) {
  if (!may_have_written()) return report_unwritten(form);
  if (context.options().server)
    return report(
        {base::Code::kUnavailable,
         base::message("The output could not be written. What was sent to {} may have been done all the same; look "
                       "there before you repeat it.",
                       *context.options().server),
         {}},
        form);
  return report({base::Code::kUnavailable,
                 base::message("The output could not be written. What the command did stays done all the same; look "
                               "before you repeat it: yuxin --home {} audit log",
                               shell_word(context.options().home)),
                 {}},
                form);
}

int report_bug(const std::exception& bug, const std::vector<std::string>& words) {
  return report({base::Code::kInternal, std::string("yuxin: internal error: ") + bug.what(), {}}, form_of(words));
}

int run(const std::vector<std::string>& words) {
  base::protect_process();
  x509::lock_private_keys();
  // also where the rest cannot be read, whoever asked for JSON gets it
  const auto form = form_of(words);
  auto parsed = parse_call(words);
  if (!parsed) return report(parsed.error(), form);
  if (const auto* page = std::get_if<HelpPage>(&*parsed)) {
    std::cout << page->text;
    return std::cout.flush() ? 0 : report_unwritten(form);
  }
  auto& call = std::get<ParsedCall>(*parsed);
  if (call.options.quiet) base::set_log_level(base::LogLevel::kQuiet);
  if (call.options.verbose) base::set_log_level(base::LogLevel::kVerbose);
  Context context(call.options, base::system_clock());
  if (const auto identity = check_identity_used(call); !identity) return report(identity.error(), form);
  if (const auto server = check_server_used(call); !server) return report(server.error(), form);
  const auto apart = check_outputs_apart(*call.command, call.arguments, call.options);
  if (!apart) return report(apart.error(), form);
  auto outcome = call.command->run(context, call.arguments);
  if (!outcome) return report(outcome.error(), form);
  // what was asked for must have arrived: a full disk behind a pipe is a failure too
  return std::cout.flush() ? *outcome : report_unwritten(context, form);
}

}  // namespace
}  // namespace yuxin::cli

int main(int argc, char** argv) {
  const std::vector<std::string> words{argv + 1, argv + argc};
  try {
    return yuxin::cli::run(words);
  } catch (const std::exception& bug) {
    return yuxin::cli::report_bug(bug, words);
  }
}
