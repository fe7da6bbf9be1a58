#include "parser.hpp"

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "yuxin/base/language.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::Result;

namespace {

// One command's place in the parser: CLI11 fills `values` for every option that was given.
struct Slot {
  const CommandSpec* command;
  CLI::App* app;
  std::map<std::string, std::vector<std::string>> values;
  std::map<std::string, bool> flags;
};

std::string default_home() {
  if (const char* home = std::getenv("YUXIN_HOME"); home != nullptr && *home != '\0') return home;
  if (::geteuid() == 0) return "/var/lib/yuxin";
  const char* user = std::getenv("HOME");
  return std::string(user == nullptr ? "." : user) + "/.local/share/yuxin";
}

void add_option(Slot& slot, const OptionSpec& option) {
  if (option.arity == Arity::kFlag) {
    slot.app->add_flag(option.name, slot.flags[option.name]);
    return;
  }
  auto* added = slot.app->add_option(option.name, slot.values[option.name]);
  // one word a time: the next one is the next argument's
  added->allow_extra_args(false);
  if (option.arity == Arity::kOne) {
    added->expected(1);
  } else if (option.name[0] == '-') {
    added->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
}

constexpr std::string_view kGlobalsWithValue[] = {"--home",           "--lang",   "--passphrase-file",
                                                  "--pin-file",       "--as",     "--as-passphrase-file",
                                                  "--as-certificate", "--server", "--trust"};

struct Globals {
  GlobalOptions options;
  std::string home;
  std::string language;
  std::string passphrase_file;
  std::string identity;
  std::string identity_passphrase_file;
  std::string identity_certificate;
  std::string pin_file;
  std::string server;
  std::string server_trust;
};

void add_globals(CLI::App& app, Globals& globals) {
  app.add_option("--home", globals.home);
  app.add_option("--lang", globals.language);
  app.add_option("--passphrase-file", globals.passphrase_file);
  app.add_option("--pin-file", globals.pin_file);
  app.add_option("--as", globals.identity);
  app.add_option("--as-passphrase-file", globals.identity_passphrase_file);
  app.add_option("--as-certificate", globals.identity_certificate);
  app.add_option("--server", globals.server);
  app.add_option("--trust", globals.server_trust);
  app.add_flag("--json", globals.options.json);
  app.add_flag("--yes,-y", globals.options.yes);
  app.add_flag("--quiet,-q", globals.options.quiet);
  app.add_flag("--verbose,-v", globals.options.verbose);
  app.add_flag("--wide", globals.options.wide);
}

std::vector<std::string> known_words(const CLI::App& app) {
  std::vector<std::string> words;
  for (const auto* option : app.get_options()) {
    if (!option->get_lnames().empty()) words.push_back("--" + option->get_lnames()[0]);
  }
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
    words.push_back(command->get_name());
  return words;
}

// The deepest subcommand that was reached, to name what can stand there.
const CLI::App& reached(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : reached(*chosen.back());
}

// Where to read on: the page of the command that was reached, else the overview.
std::string page_of(const CLI::App& place) {
  std::string words;
  for (const auto* app = &place; app->get_parent() != nullptr; app = app->get_parent())
    words = " " + app->get_name() + words;
  return "yuxin help" + words;
}

// The commands that have a word as their verb: "inspect" alone is "cert inspect", or "bundle inspect".
std::vector<std::string> commands_of_verb(std::string_view word) {
  std::vector<std::string> found;
  for (const auto& command : commands()) {
    if (*command.verb != '\0' && command.verb == word) found.push_back("yuxin " + words_of(command));
  }
  return found;
}

base::Failure unexpected(const CLI::App& app, const std::string& word) {
  const auto& place = reached(app);
  const auto page = page_of(place);
  if (const auto meant = commands_of_verb(word); place.get_parent() == nullptr && !meant.empty())
    return fail(Code::kUsage, "\"{}\" is not known here. Did you mean {}? See: {}", word,
                base::join(meant, base::message(", ")), page);
  auto words = known_words(place);
  for (auto& global : known_words(app)) {
    if (global.starts_with("--")) words.push_back(std::move(global));
  }
  // "yuxin --dry-run cert issue": known to the command, and typed where only the options of all commands stand
  if (word.starts_with("--") && std::ranges::find(words, word) != words.end() && place.get_parent() != nullptr) {
    const auto command = page.substr(std::string_view("yuxin help ").size());
    return fail(Code::kUsage, "{} belongs to the command. Write it after it: yuxin {} {}", word, command, word);
  }
  if (const auto near = base::nearest(word, words)) {
    return fail(Code::kUsage, "\"{}\" is not known here. Did you mean {}? See: {}", word, *near, page);
  }
  return fail(Code::kUsage, "\"{}\" is not known here. See: {}", word, page);
}

base::Failure translate(const CLI::App& app, const CLI::ParseError& error) {
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const auto extras = app.remaining(true);
    return unexpected(app, extras.empty() ? std::string() : extras.front());
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    const std::string words = error.what();
    const auto option = words.substr(0, words.find(':'));
    if (words.find("received") != std::string::npos)
      return base::fail_with(Code::kUsage, words, "{} is given more than once.", option);
    return base::fail_with(Code::kUsage, words, "{} lacks its value.", option);
  }
  return base::fail_with(Code::kUsage, error.what(), "The command line cannot be read: {}", error.what());
}

Result<> check_required(const Slot& slot) {
  for (const auto& option : slot.command->options) {
    if (option.presence == Presence::kOptional) continue;
    const auto found = slot.values.find(option.name);
    if (found != slot.values.end() && !found->second.empty()) continue;
    const auto& examples = slot.command->examples;
    return fail(Code::kUsage, "{} needs {}. For example: {}", words_of(*slot.command), option.name,
                examples.empty() ? "yuxin help" : examples[0]);
  }
  return {};
}

// An unset variable of a script gives an empty value. To take it for "not given" would issue into no file, and act in
// another home; no option means something by it.
base::Failure empty_value(const std::string& option) {
  return fail(Code::kUsage, "The value of {} is empty. Nothing was done. Give it one, or leave {} out.", option,
              option);
}

// "--home=" and nothing behind it: CLI11 would take the next word for the value.
Result<> check_values_follow(const std::vector<std::string>& words) {
  for (const auto& word : words) {
    if (word.starts_with("--") && word.size() > 3 && word.find('=') == word.size() - 1)
      return empty_value(word.substr(0, word.size() - 1));
  }
  return {};
}

Result<> check_not_empty(const CLI::App& app) {
  for (const auto* option : app.get_options()) {
    if (std::ranges::none_of(option->results(), [](const std::string& value) { return value.empty(); })) continue;
    const auto name = option->get_name();
    if (name.starts_with('-')) return empty_value(name);
    return fail(Code::kUsage, "{} is empty. Nothing was done. Say what is meant.", name);
  }
  return {};
}

Arguments arguments_of(const Slot& slot) {
  Arguments arguments;
  for (const auto& [name, values] : slot.values) {
    if (!values.empty()) arguments.set(name, values);
  }
  for (const auto& [name, set] : slot.flags) {
    if (set) arguments.set(name, {});
  }
  return arguments;
}

// Help about something that is not there says so, rather than that everything is well.
base::Failure no_such_page(const std::string& word) {
  if (const auto meant = commands_of_verb(word); !meant.empty())
    return fail(Code::kUsage, "There is no command {}. Did you mean {}? See: yuxin help", word,
                base::join(meant, base::message(", ")));
  std::vector<std::string> nouns;
  for (const auto& command : commands()) nouns.emplace_back(command.noun);
  if (const auto near = base::nearest(word, nouns))
    return fail(Code::kUsage, "There is no command {}. Did you mean {}? See: yuxin help", word, *near);
  return fail(Code::kUsage, "There is no command {}. See: yuxin help", word);
}

// "help", "help NOUN", "help NOUN VERB", and --help anywhere.
Result<std::optional<HelpPage>> asked_for_help(const std::vector<std::string>& words) {
  std::vector<std::string> plain;
  bool asked = words.empty();
  bool value_follows = false;
  for (const auto& word : words) {
    if (word == "--help" || word == "-h") asked = true;
    if (!word.starts_with('-') && !value_follows) plain.push_back(word);
    value_follows = std::ranges::find(kGlobalsWithValue, word) != std::end(kGlobalsWithValue);
  }
  if (!plain.empty() && plain[0] == "help") {
    asked = true;
    plain.erase(plain.begin());
  }
  if (!asked) return std::optional<HelpPage>();
  // values of a command's own options may stand between, so look for the first pair that is a command
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const std::string verb = i + 1 < plain.size() ? plain[i + 1] : "";
    if (const auto* command = find_command(plain[i], verb)) return std::optional(HelpPage{help_of(*command)});
    if (const auto* command = find_command(plain[i], "")) return std::optional(HelpPage{help_of(*command)});
    std::string pages;
    for (const auto& command : commands()) {
      if (command.noun == plain[i]) pages += help_of(command) + "\n";
    }
    if (!pages.empty()) return std::optional(HelpPage{std::move(pages)});
  }
  if (!plain.empty()) return no_such_page(plain[0]);
  return std::optional(HelpPage{help_overview()});
}

void set_language_early(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string name;
    if (words[i] == "--lang" && i + 1 < words.size()) name = words[i + 1];
    if (words[i].starts_with("--lang=")) name = words[i].substr(7);
    if (const auto language = base::language_named(name)) return base::set_language(*language);
  }
  for (const char* variable : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(variable);
    if (value == nullptr || *value == '\0') continue;
    if (const auto language = base::language_named(value)) base::set_language(*language);
    return;
  }
}

}  // namespace

std::string Arguments::one(std::string_view name, std::string_view otherwise) const {
  return maybe(name).value_or(std::string(otherwise));
}

std::optional<std::string> Arguments::maybe(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end() || found->second.empty()) return std::nullopt;
  return found->second.back();
}

std::vector<std::string> Arguments::many(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

Result<std::int64_t> number_option(const Arguments& arguments, std::string_view option, std::int64_t otherwise) {
  const auto text = arguments.maybe(option);
  if (!text) return otherwise;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc{} || end != text->data() + text->size() || number < 0) {
    return fail(Code::kUsage, "{} takes a number from 0, not \"{}\".", option, *text);
  }
  return number;
}

OptionSpec dry_run_option() {
  return {"--dry-run", Arity::kFlag, Presence::kOptional, "",
          "check everything and say what would happen, change nothing"};
}

OptionSpec out_option(const char* help) { return {"--out", Arity::kOne, Presence::kOptional, "FILE", help}; }

const CommandSpec* find_command(std::string_view noun, std::string_view verb) {
  for (const auto& command : commands()) {
    if (command.noun == noun && command.verb == verb) return &command;
  }
  return nullptr;
}

Result<std::variant<ParsedCall, HelpPage>> parse_call(const std::vector<std::string>& typed) {
  set_language_early(typed);
  TRY(auto page, asked_for_help(typed));
  if (page) return std::variant<ParsedCall, HelpPage>(std::move(*page));
  TRY(check_values_follow(typed));
  // what every program answers to
  const bool asks_version = typed.size() == 1 && (typed[0] == "--version" || typed[0] == "-V");
  const std::vector<std::string> words = asks_version ? std::vector<std::string>{"version"} : typed;
  CLI::App app("yuxin");
  app.set_help_flag();
  app.fallthrough();
  // one noun, one verb: what follows is an argument, also where it is called like a command ("client add acme")
  app.require_subcommand(0, 1);
  Globals globals;
  add_globals(app, globals);
  std::map<std::string, CLI::App*> nouns;
  std::vector<std::unique_ptr<Slot>> slots;
  for (const auto& command : commands()) {
    CLI::App* place = &app;
    if (*command.verb != '\0') {
      auto& noun = nouns[command.noun];
      if (noun == nullptr) {
        noun = app.add_subcommand(command.noun);
        noun->set_help_flag();
        noun->fallthrough();
        noun->require_subcommand(0, 1);
      }
      place = noun;
    }
    auto* sub = place->add_subcommand(*command.verb == '\0' ? command.noun : command.verb);
    sub->set_help_flag();
    sub->fallthrough();
    slots.push_back(std::make_unique<Slot>(Slot{&command, sub, {}, {}}));
    for (const auto& option : command.options) add_option(*slots.back(), option);
  }
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::ParseError& error) {
    return translate(app, error);
  }
  TRY(check_not_empty(app));
  if (!globals.language.empty() && !base::language_named(globals.language)) {
    return fail(Code::kUsage, "No language \"{}\"; there are zh and en.", globals.language);
  }
  for (auto& slot : slots) {
    if (!slot->app->parsed()) continue;
    TRY(check_not_empty(*slot->app));
    TRY(check_required(*slot));
    ParsedCall call{slot->command, arguments_of(*slot), std::move(globals.options)};
    call.options.home = globals.home.empty() ? default_home() : globals.home;
    if (!globals.passphrase_file.empty()) call.options.passphrase_file = globals.passphrase_file;
    if (!globals.identity.empty()) call.options.identity = globals.identity;
    if (!globals.identity_passphrase_file.empty())
      call.options.identity_passphrase_file = globals.identity_passphrase_file;
    if (!globals.identity_certificate.empty()) call.options.identity_certificate = globals.identity_certificate;
    if (!globals.pin_file.empty()) call.options.pin_file = globals.pin_file;
    if (!globals.server.empty()) call.options.server = globals.server;
    if (!globals.server_trust.empty()) call.options.server_trust = globals.server_trust;
    return std::variant<ParsedCall, HelpPage>(std::move(call));
  }
  const auto chosen = app.get_subcommands();
  if (!chosen.empty()) {
    const auto verbs = known_words(*chosen.front());
    return fail(Code::kUsage, "What should be done with {}? There are: {}", chosen.front()->get_name(),
                base::join(verbs, base::message(", ")));
  }
  return fail(Code::kUsage, "What should be done? See: yuxin help");
}

}  // namespace yuxin::cli
