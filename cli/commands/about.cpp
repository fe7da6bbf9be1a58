// yuxin version, completion, manual
#include <fmt/format.h>

#include "app/parser.hpp"
#include "commands.hpp"
#include "yuxin/store/version.hpp"
#include "yuxin/x509/version.hpp"

namespace yuxin::cli {
namespace {

using base::fail;
using base::Result;

Result<int> version(Context& context, const Arguments&) {
  const auto cryptography = x509::cryptography_version();
  const auto database = store::database_version();
  if (context.options().json) {
    context.document(base::JsonObject{{"yuxin", YUXIN_VERSION}, {"openssl", cryptography}, {"sqlite", database}});
    return 0;
  }
  context.out(fmt::format("yuxin {} (OpenSSL {}, SQLite {})", YUXIN_VERSION, cryptography, database));
  return 0;
}

// Both texts end with a line feed of their own.
void print(const Context& context, std::string_view text) { context.out(text.substr(0, text.size() - 1)); }

// Both are read by other programs as they are.
Result<> refuse_json(const Context& context) {
  if (!context.options().json) return {};
  return fail(base::Code::kUsage, "This prints a text that stands in no JSON document. Leave out --json.");
}

Result<int> completion(Context& context, const Arguments& arguments) {
  TRY(refuse_json(context));
  const auto shell = arguments.one("SHELL");
  if (shell != "bash" && shell != "zsh")
    return fail(base::Code::kUsage, "There is completion for bash and zsh, not for \"{}\".", shell);
  if (shell == "zsh") context.out("autoload -U +X compinit bashcompinit && compinit && bashcompinit");
  print(context, bash_completion());
  return 0;
}

Result<int> manual(Context& context, const Arguments&) {
  TRY(refuse_json(context));
  print(context, manual_page());
  return 0;
}

}  // namespace

std::vector<CommandSpec> about_commands() {
  return {
      {"version", "", "say which version this is", {}, {"yuxin version"}, version},
      {"completion",
       "",
       "print a script that completes commands in a shell",
       {{"SHELL", Arity::kOne, Presence::kRequired, "SHELL", "bash or zsh"}},
       {"eval \"$(yuxin completion bash)\"", "eval \"$(yuxin completion zsh)\""},
       completion},
      {"manual",
       "",
       "print the manual page, for man to show",
       {},
       {"yuxin manual | man -l -", "yuxin manual > yuxin.1"},
       manual},
  };
}

}  // namespace yuxin::cli
