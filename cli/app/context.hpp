// What every command works with: the global options, the clock, and the ways to speak to a person or a program.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/base/time.hpp"

namespace yuxin::cli {

class Home;

struct GlobalOptions {
  std::string home;  // resolved: --home, $YUXIN_HOME, or the default of the account
  bool json = false;
  bool yes = false;
  bool quiet = false;
  bool verbose = false;
  bool wide = false;
  std::optional<std::string> passphrase_file;
  std::optional<std::string> identity;      // --as
  std::optional<std::string> server;        // --server: a registration authority, instead of the home
  std::optional<std::string> server_trust;  // file of the roots by which its certificate is verified
  std::optional<std::string> identity_passphrase_file;
  std::optional<std::string> identity_certificate;  // of an identity whose key is on a token
  std::optional<std::string> pin_file;              // of tokens whose URI names no pin-source
};

// Context belongs to one call of the program. Not thread-safe.
class Context {
 public:
  Context(GlobalOptions options, const base::Clock& clock) : options_(std::move(options)), clock_(clock) {}

  [[nodiscard]] const GlobalOptions& options() const { return options_; }
  [[nodiscard]] const base::Clock& clock() const { return clock_; }
  // actor names who works at this terminal: "local:alice".
  [[nodiscard]] std::string actor() const;

  // out writes one line to standard output: what was asked for. Nothing else goes there.
  void out(std::string_view line) const;
  // remark writes one line for people to standard error, unless --quiet. With --json only on a terminal: programs
  // have the document.
  void remark(std::string_view line) const;
  // warn writes "warning: ..." to standard error, also with --quiet: it must be seen. With --json the line is
  // {"warning": ...}.
  void warn(std::string_view line) const;
  // document prints the one JSON document of a call with --json.
  void document(const base::Json& value) const;

  [[nodiscard]] bool interactive() const;  // a person can be asked: both ends are a terminal
  // narrow: tables go to a terminal and --wide was not given, so that cells are cut and told shortly.
  [[nodiscard]] bool narrow() const;
  [[nodiscard]] bool colour() const;  // standard output is a terminal and NO_COLOR is not set
  // confirm asks once, unless --yes. kUsage when nobody can be asked; false when the answer was no.
  [[nodiscard]] base::Result<bool> confirm(std::string_view question) const;
  [[nodiscard]] base::Result<std::string> ask(std::string_view question, std::string_view otherwise) const;
  // ask_line is ask for whoever may simply leave: nothing when the input ended (Ctrl-D).
  [[nodiscard]] base::Result<std::optional<std::string>> ask_line(std::string_view question,
                                                                  std::string_view otherwise) const;
  // passphrase takes the first line of --passphrase-file or asks at the terminal without showing what is typed.
  [[nodiscard]] base::Result<base::Secret> passphrase(std::string_view question) const;
  // ask_secret asks at the terminal; empty input is allowed.
  [[nodiscard]] base::Result<base::Secret> ask_secret(std::string_view question) const;

 private:
  GlobalOptions options_;
  const base::Clock& clock_;
};

// Table prints rows in columns, numbers to the right, long cells cut in the middle on a terminal; where its window is
// too narrow, those columns more that have a limit of their own.
class Table {
 public:
  enum class Align { kLeft, kRight };
  static constexpr std::size_t kUsualLimit = 60;
  struct Column {
    std::string title;
    Align align = Align::kLeft;
    std::size_t limit = kUsualLimit;  // columns of the screen
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  void print(const Context& context) const;

 private:
  // fit makes widths smaller until a row fits the window, as far as that goes; false where it fits.
  [[nodiscard]] bool fit(std::vector<std::size_t>& widths, std::size_t window) const;
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// visible shows what would drive a terminal, or no UTF-8, by its number: "\x1b", "\u202e", "\xff". Line ends and tabs
// stay.
[[nodiscard]] std::string visible(std::string_view text);

// label pads a label and its value the way the program describes objects: "  certificate   3F9A ...".
[[nodiscard]] std::string labelled(std::string_view label, std::string_view value);

}  // namespace yuxin::cli
