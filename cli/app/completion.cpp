// Completion of commands in a shell, from the specifications of the commands.
#include <fmt/format.h>

#include <map>
#include <set>
#include <string>

#include "parser.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {

namespace {

// Global options, by what stands after them.
constexpr std::string_view kGlobalFlags = "--json --yes --quiet --verbose --wide";
constexpr std::string_view kGlobalFiles =
    "--passphrase-file --pin-file --as --as-passphrase-file --as-certificate --trust";

constexpr std::string_view kProfiles = "$(_yuxin_names profile list)";
constexpr std::string_view kAuthorities = "$(_yuxin_names ca list)";

// words_for gives what may stand for a value, as bash writes it; empty where nobody can know.
std::string_view words_for(const CommandSpec& command, const OptionSpec& option) {
  const std::string_view noun = command.noun;
  const std::string_view name = option.name;
  const std::string_view verb = command.verb;
  if (name == "--profile") return kProfiles;
  if (name == "--ca" || (noun == "ca" && name == "NAME" && verb != "create")) return kAuthorities;
  if (noun == "profile" && name == "NAME") return kProfiles;
  if (noun == "cert" && name == "--state") return "good expired revoked on-hold void";
  if (noun == "cert" && name == "--reason")
    return "unspecified keyCompromise cACompromise affiliationChanged superseded cessationOfOperation "
           "privilegeWithdrawn aACompromise";
  if (noun == "cert" && name == "--purpose")
    return "any tls-server tls-client email code-signing ocsp-signing time-stamping crl-sign attribute-authority "
           "ledger";
  if (noun == "completion" && name == "SHELL") return "bash zsh";
  return {};
}

bool takes_a_file(const OptionSpec& option) {
  const std::string_view value = option.value;
  return value.find("FILE") != std::string_view::npos || value.find("DIR") != std::string_view::npos ||
         value == "PLAN" || value == "RECORD" || value == "REGISTER";
}

// "cert issue --csr" for a pattern of case.
std::string pattern(const CommandSpec& command, const OptionSpec& option) {
  return fmt::format("\"{} {}\"", words_of(command), option.name);
}

struct Parts {
  std::set<std::string> nouns;
  std::set<std::string> valued;                    // options with a value after them
  std::map<std::string, std::string> verbs;        // of a noun
  std::map<std::string, std::string> options;      // of a command, with the words of its positional arguments
  std::map<std::string_view, std::string> values;  // by words: the patterns of options that take them
  std::string files;                               // patterns of options that take a file
};

Parts parts_of_commands() {
  Parts parts;
  std::set<std::string_view> flags;
  for (const auto& command : commands()) {
    parts.nouns.insert(command.noun);
    if (*command.verb != '\0') parts.verbs[command.noun] += std::string(command.verb) + " ";
    auto& words = parts.options[words_of(command)];
    for (const auto& option : command.options) {
      const bool is_option = option.name[0] == '-';
      const auto known = words_for(command, option);
      if (!is_option) {
        words += std::string(known) + (known.empty() ? "" : " ");
        continue;
      }
      words += std::string(option.name) + " ";
      if (option.arity == Arity::kFlag) {
        flags.insert(option.name);
        continue;
      }
      parts.valued.insert(option.name);
      auto& patterns = known.empty() ? parts.files : parts.values[known];
      if (known.empty() && !takes_a_file(option)) continue;
      patterns += (patterns.empty() ? "" : "|") + pattern(command, option);
    }
  }
  // what is followed by a value in one command and by none in another tells nothing
  for (const auto flag : flags) parts.valued.erase(std::string(flag));
  return parts;
}

std::string joined(const std::set<std::string>& words, std::string_view between) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : std::string(between)) + word;
  return text;
}

}  // namespace

std::string bash_completion() {
  const auto parts = parts_of_commands();
  std::string values;
  for (const auto& [words, patterns] : parts.values)
    values += fmt::format("    {}) _yuxin_offer \"{}\"; return ;;\n", patterns, words);
  std::string verbs;
  for (const auto& [noun, words] : parts.verbs) verbs += fmt::format("    {}) words=\"{}\" ;;\n", noun, words);
  std::string options;
  for (const auto& [command, words] : parts.options)
    options += fmt::format("    \"{}\") words=\"{}\" ;;\n", command, words);
  std::set<std::string> global_files;
  for (const auto& one : base::split(kGlobalFiles, ' ')) global_files.emplace(one);
  return fmt::format(R"~(# completion of yuxin; load it with: eval "$(yuxin completion bash)", or zsh
_yuxin_names() {{
  yuxin ${{home:+--home "$home"}} "$@" </dev/null 2>/dev/null | while read -r name rest; do echo "$name"; done | tail -n +2
}}
_yuxin_offer() {{ COMPREPLY=($(compgen -W "$1" -- "$current")); }}
_yuxin_files() {{ COMPREPLY=($(compgen -f -- "$current")); }}
_yuxin() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" previous="${{COMP_WORDS[COMP_CWORD-1]}}"
  local typed=() home="" words="" globals="--home --lang --server {flags} {files}" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "${{COMP_WORDS[i]}}" in
    --home) i=$((i + 1)) && home="${{COMP_WORDS[i]/#\~/$HOME}}" ;;
    --lang|--server|{file_patterns}|{valued}) i=$((i + 1)) ;;
    -*) ;;
    *) typed+=("${{COMP_WORDS[i]}}") ;;
    esac
  done
  case "$previous" in
    --home|{file_patterns}) _yuxin_files; return ;;
    --lang) _yuxin_offer "zh en"; return ;;
    --server) COMPREPLY=(); return ;;
  esac
  local asked=no
  if [ "${{typed[0]}}" = help ]; then asked=yes && typed=("${{typed[@]:1}}") && globals=""; fi
  local command="${{typed[*]:0:2}}"
  case "$command $previous" in
{values}    {files_of_commands}) _yuxin_files; return ;;
  esac
  case " {valued_words} " in *" $previous "*) COMPREPLY=(); return ;; esac
  if [ "${{#typed[@]}}" -eq 0 ]; then
    words="{nouns}"
  elif [ "${{#typed[@]}}" -eq 1 ]; then
    case "$command" in
{verbs}    esac
  fi
  [ "$asked" = yes ] && {{ _yuxin_offer "$words"; return; }}
  [ -n "$words" ] || case "$command" in
{options}  esac
  [ -n "$words" ] || case "${{typed[0]}}" in
{options}  esac
  _yuxin_offer "$words $globals"
  [ "${{#COMPREPLY[@]}}" -gt 0 ] || _yuxin_files
}}
complete -F _yuxin yuxin
)~",
                     fmt::arg("flags", kGlobalFlags), fmt::arg("files", kGlobalFiles),
                     fmt::arg("file_patterns", joined(global_files, "|")),
                     fmt::arg("valued", joined(parts.valued, "|")),
                     fmt::arg("valued_words", joined(parts.valued, " ")), fmt::arg("values", values),
                     fmt::arg("files_of_commands", parts.files), fmt::arg("nouns", joined(parts.nouns, " ")),
                     fmt::arg("verbs", verbs), fmt::arg("options", options));
}

}  // namespace yuxin::cli
