// Help pages and the manual, all from the specifications of the commands.
#include <fmt/format.h>

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

// entry is a line "  NAME   text"; a name too long for its column has a line of its own.
std::string entry(std::string_view name, std::string_view text, std::size_t width) {
  std::string line = "  " + padded(name, width);
  if (base::columns(name) >= width) line = "  " + std::string(name) + "\n  " + std::string(width, ' ');
  return line + std::string(text) + "\n";
}

// named is what a page calls an option: "--csr FILE", "--dry-run", and the bare word of a positional one.
std::string named(const OptionSpec& option) {
  if (option.name[0] != '-' || option.arity == Arity::kFlag) return option.name;
  return fmt::format("{} {}", option.name, option.value);
}

// roff takes a backslash, and a dot or a quote that begins a line, for itself; its hyphen is not a minus.
std::string roff(std::string_view text) {
  std::string out;
  bool begins = true;
  for (const char c : text) {
    if (begins && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    begins = c == '\n';
  }
  return out;
}

constexpr const char* kExitStatus = base::translatable(
    "Exit status: 0 done or good, 1 checked and found bad, 2 usage, 3 not authorised, 4 no such object, 5 "
    "conflict, 6 integrity, 7 unavailable, 70 a bug");

constexpr std::pair<const char*, const char*> kGlobals[] = {
    {"--home DIR",
     base::translatable("the home to work in; else $YUXIN_HOME, /var/lib/yuxin for root, ~/.local/share/yuxin")},
    {"--passphrase-file FILE", base::translatable("first line unlocks the keys of the home")},
    {"--pin-file FILE", base::translatable("first line is the PIN of tokens whose URI names no pin-source")},
    {"--as IDENTITY", base::translatable("act and sign as this: a PKCS #12 file, PEM files: certificate.pem,key.pem, "
                                         "or a key on a token: pkcs11:token=LABEL;object=NAME")},
    {"--as-passphrase-file FILE", base::translatable("first line opens the key of the identity")},
    {"--as-certificate FILE", base::translatable("its certificate, where the token holds the key alone")},
    {"--server URL", base::translatable("work at this registration authority, https://HOST:PORT, instead of a home")},
    {"--trust FILE", base::translatable("roots by which its certificate is verified; else those of the system")},
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
  for (const auto& [option, text] : kGlobals) page += entry(option, tr(text), 28);
  page += "\n";
  page += tr("More about one of them, with examples: yuxin help NOUN VERB");
  page += "\n";
  page += tr(kExitStatus);
  return page + "\n";
}

std::string help_of(const CommandSpec& command) {
  std::string page = fmt::format("yuxin {}", words_of(command));
  for (const auto& option : command.options) page += " " + usage_of(option);
  page += fmt::format("\n\n  {}\n\n", tr(command.summary));
  for (const auto& option : command.options) page += entry(named(option), tr(option.help), 26);
  if (!command.examples.empty()) {
    page += "\n";
    page += tr("Examples:");
    page += "\n";
    for (const auto* example : command.examples) page += fmt::format("  {}\n", example);
  }
  return page;
}

std::string manual_page() {
  std::string page = fmt::format(".TH YUXIN 1\n.SH {}\nyuxin \\- {}\n.SH {}\n.B yuxin\n{}\n.SH {}\n", tr("NAME"),
                                 roff(tr("a city's public-key infrastructure in one program")), tr("SYNOPSIS"),
                                 roff("[--home DIR] [--passphrase-file FILE] [--as IDENTITY] [--json] [--lang zh|en] "
                                      "NOUN VERB [ARGUMENTS]"),
                                 tr("COMMANDS"));
  for (const auto& command : commands()) {
    page += fmt::format(".SS {}\n{}\n", roff(words_of(command)), roff(tr(command.summary)));
    for (const auto& option : command.options)
      page += fmt::format(".TP\n.B {}\n{}\n", roff(named(option)), roff(tr(option.help)));
    if (command.examples.empty()) continue;
    page += fmt::format(".PP\n{}\n.RS\n.nf\n", roff(tr("Examples:")));
    for (const auto* example : command.examples) page += roff(example) + "\n";
    page += ".fi\n.RE\n";
  }
  page += fmt::format(".SH {}\n", tr("OPTIONS"));
  for (const auto& [option, text] : kGlobals) page += fmt::format(".TP\n.B {}\n{}\n", roff(option), roff(tr(text)));
  page += fmt::format(".SH {}\n{}\n", tr("EXIT STATUS"), roff(tr(kExitStatus)));
  page += fmt::format(".SH {}\n.TP\n.B YUXIN_HOME\n{}\n.TP\n.B LC_ALL, LC_MESSAGES, LANG\n{}\n", tr("ENVIRONMENT"),
                      roff(tr("the home to work in, where --home does not say")),
                      roff(tr("the language to speak, where --lang does not say")));
  page += fmt::format(".SH {}\n.TP\n.B yuxin.toml\n{}\n.TP\n.B profiles/*.toml\n{}\n.TP\n.B organisation.toml\n{}\n",
                      tr("FILES"), roff(tr("the settings of a home")), roff(tr("what may be issued")),
                      roff(tr("organisations, roles, and who grants them")));
  return page;
}

}  // namespace yuxin::cli
