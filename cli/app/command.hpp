// What a command of the program is: its words, its options, its examples, and the function that carries it out.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"

namespace yuxin::cli {

class Context;

enum class Arity { kFlag, kOne, kMany };
enum class Presence { kOptional, kRequired };

// OptionSpec is one option ("--csr") or, without leading hyphens, one positional argument ("SERIAL"). Texts are
// English msgids, translated when shown.
struct OptionSpec {
  const char* name = "";
  Arity arity = Arity::kOne;
  Presence presence = Presence::kOptional;
  const char* value = "";  // what people see in place of the value: "FILE"
  const char* help = "";
};

// Arguments are the words of one call, checked against the specification of its command.
class Arguments {
 public:
  [[nodiscard]] bool has(std::string_view name) const { return values_.contains(name); }
  [[nodiscard]] std::string one(std::string_view name, std::string_view otherwise = "") const;
  [[nodiscard]] std::optional<std::string> maybe(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> many(std::string_view name) const;
  void set(std::string name, std::vector<std::string> values) { values_[std::move(name)] = std::move(values); }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

// as_typed makes what does not parse a mistake of whoever typed it (kUsage): for the values of options, where
// malformed files are something else.
template <typename T>
[[nodiscard]] base::Result<T> as_typed(base::Result<T> parsed) {
  if (!parsed && parsed.error().code == base::Code::kMalformed) parsed.error().code = base::Code::kUsage;
  return parsed;
}

// number_option reads an option that takes a number from 0; kUsage for anything else.
[[nodiscard]] base::Result<std::int64_t> number_option(const Arguments& arguments, std::string_view option,
                                                       std::int64_t otherwise);

// Commands give the exit status (0, or 1 for "checked and found bad") or an error, which is printed by main.
using Run = base::Result<int> (*)(Context& context, const Arguments& arguments);

struct CommandSpec {
  const char* noun;
  const char* verb;  // empty for commands of one word
  const char* summary;
  std::vector<OptionSpec> options;
  std::vector<const char*> examples;  // complete command lines
  Run run;
  // whether it acts as the identity of --as; where it does not, giving one is a mistake
  enum class Identity { kNone, kTaken } identity = Identity::kNone;
  // whether it can be done at the registration authority of --server instead of the home
  enum class Server { kNone, kTaken } server = Server::kNone;
};

// words_of is what people type for it: "cert issue", "doctor".
[[nodiscard]] std::string words_of(const CommandSpec& command);

// commands lists every command, in the order of the help page.
[[nodiscard]] const std::vector<CommandSpec>& commands();

// Options that many commands share.
[[nodiscard]] OptionSpec dry_run_option();
[[nodiscard]] OptionSpec out_option(const char* help);

}  // namespace yuxin::cli
