// Help pages, shell completion and the manual, all from the specifications of the commands.
#include <fmt/format.h>

#include <set>

#include "parser.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {

using base::tr;

namespace {

std::string usage_of(const OptionSpec& option) {
  std::string text = option.name[0] == '-' && option.arity != Arity::kFlag
                         ? fmt::format("{} {}", option.name, option.value)
                         : std::string(option.name);
  if (option.presence == Presence::kOptional) text = "[" + text + "]";
  if (option.arity == Arity::kMany) text += "…";
  return text;
}

std::string padded(std::string_view text, std::size_t width) {
  const auto used = base::columns(text);
  return std::string(text) + std::string(used < width ? width - used : 1, ' ');
}

constexpr std::pair<const char*, const char*> kGlobals[] = {
    {"--home DIR",
     base::translatable("the home to work in; else $YUXIN_HOME, /var/lib/yuxin for root, ~/.local/share/yuxin")},
    {"--passphrase-file FILE", base::translatable("first line unlocks the keys of the home")},
    {"--pin-file FILE", base::translatable("first line is the PIN of tokens whose URI names no pin-source")},
    {"--as IDENTITY", base::translatable("act and sign as this: a PKCS #12 file, PEM files: certificate.pem,key.pem, "
                                         "or a key on a token: pkcs11:token=LABEL;object=NAME")},
    {"--as-passphrase-file FILE", base::translatable("first line opens the key of the identity")},
    {"--as-certificate FILE", base::translatable("its certificate, where the token holds the key alone")},
    {"--json", base::translatable("one JSON document with stable keys instead of text")},
    {"--lang zh|en", base::translatable("the language to speak; else the locale")},
    {"--yes", base::translatable("do not ask before what cannot be undone")},
    {"--quiet, --verbose", base::translatable("fewer or more remarks on standard error")},
    {"--wide", base::translatable("do not cut long names in tables")},
};

}  // namespace

std::string words_of(const CommandSpec& command) {
  return *command.verb == '\0' ? std::string(command.noun) : fmt::format("{} {}", command.noun, command.verb);
}

std::string help_overview() {
  std::string page;
  page += tr("yuxin: a city's public-key infrastructure in one program");
  page += "\n\n  yuxin [--home DIR] [--json] [--lang zh|en] [--as IDENTITY] NOUN VERB [ARGUMENTS]\n\n";
  for (const auto& command : commands()) {
    page += "  " + padded(words_of(command), 24) + std::string(tr(command.summary)) + "\n";
  }
  page += "\n";
  for (const auto& [option, text] : kGlobals) page += "  " + padded(option, 28) + std::string(tr(text)) + "\n";
  page += "\n";
  page += tr("More about one of them, with examples: yuxin help NOUN VERB");
  page += "\n";
  page +=
      tr("Exit status: 0 done or good, 1 checked and found bad, 2 usage, 3 not authorised, 4 no such object, 5 "
         "conflict, 6 integrity, 7 unavailable, 70 a bug");
  return page + "\n";
}

std::string help_of(const CommandSpec& command) {
  std::string page = fmt::format("yuxin {}", words_of(command));
  for (const auto& option : command.options) page += " " + usage_of(option);
  page += fmt::format("\n\n  {}\n\n", tr(command.summary));
  for (const auto& option : command.options) {
    const auto name = option.name[0] == '-' && option.arity != Arity::kFlag
                          ? fmt::format("{} {}", option.name, option.value)
                          : std::string(option.name);
    page += "  " + padded(name, 26) + std::string(tr(option.help)) + "\n";
  }
  if (!command.examples.empty()) {
    page += "\n";
    page += tr("Examples:");
    page += "\n";
    for (const auto* example : command.examples) page += fmt::format("  {}\n", example);
  }
  return page;
}

std::string bash_completion() {
  std::set<std::string> nouns;
  std::string cases;
  for (const auto& command : commands()) nouns.insert(command.noun);
  for (const auto& noun : nouns) {
    std::string verbs;
    for (const auto& command : commands()) {
      if (command.noun == noun && *command.verb != '\0') verbs += std::string(command.verb) + " ";
    }
    if (!verbs.empty()) cases += fmt::format("    {}) words=\"{}\" ;;\n", noun, verbs);
  }
  for (const auto& command : commands()) {
    std::string options;
    for (const auto& option : command.options) {
      if (option.name[0] == '-') options += std::string(option.name) + " ";
    }
    cases += fmt::format("    \"{}\") words=\"{}\" ;;\n", words_of(command), options);
  }
  std::string all;
  for (const auto& noun : nouns) all += noun + " ";
  return fmt::format(R"~(# bash completion of yuxin; load it with: eval "$(yuxin completion bash)"
_yuxin() {{
  local words="{}--home --json --lang --passphrase-file --pin-file --as --as-passphrase-file --as-certificate --yes --quiet --verbose --wide"
  local typed=() word
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do case $word in -*) ;; *) typed+=("$word") ;; esac; done
  case "${{typed[*]:0:2}}" in
{}  esac
  COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
  [ "${{#COMPREPLY[@]}}" -gt 0 ] || COMPREPLY=($(compgen -f -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -F _yuxin yuxin
)~",
                     all, cases);
}

std::string manual_page() {
  std::string page =
      ".TH YUXIN 1\n.SH NAME\nyuxin \\- a city's public-key infrastructure in one program\n.SH SYNOPSIS\n"
      "yuxin [--home DIR] [--json] [--lang zh|en] NOUN VERB [ARGUMENTS]\n.SH COMMANDS\n";
  for (const auto& command : commands()) {
    page += fmt::format(".SS {}\n{}\n", words_of(command), tr(command.summary));
    for (const auto& option : command.options)
      page += fmt::format(".TP\n.B {} {}\n{}\n", option.name, option.value, tr(option.help));
    for (const auto* example : command.examples) page += fmt::format(".PP\n.RS\n.nf\n{}\n.fi\n.RE\n", example);
  }
  page += ".SH OPTIONS\n";
  for (const auto& [option, text] : kGlobals) page += fmt::format(".TP\n.B {}\n{}\n", option, tr(text));
  return page;
}

}  // namespace yuxin::cli
