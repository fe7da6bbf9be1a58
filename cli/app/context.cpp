#include "context.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "yuxin/base/file.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {

using base::Code;
using base::Result;
using base::Secret;

namespace {

// Turns echo off for as long as it lives, and the keys that interrupt into characters, because a program that dies of
// a signal would leave the terminal silent.
class NoEcho {
 public:
  NoEcho() : changed_(::tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!changed_) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
    // without the line discipline's lines, these characters arrive at once
    quiet.c_cc[VEOL] = before_.c_cc[VINTR];
    quiet.c_cc[VEOL2] = before_.c_cc[VQUIT];
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }
  ~NoEcho() {
    if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;
  [[nodiscard]] bool interrupts(char c) const {
    const auto key = static_cast<cc_t>(c);
    return changed_ && key != _POSIX_VDISABLE && (key == before_.c_cc[VINTR] || key == before_.c_cc[VQUIT]);
  }

 private:
  termios before_{};
  bool changed_ = false;
};

constexpr std::size_t kLongestSecret = 1024;

// What ends a question, as wide as the letters before it.
std::string_view colon() { return base::language() == base::Language::kChinese ? "：" : ": "; }

enum class Typed { kLine, kTooLong, kEnded, kInterrupted };

// read_secret reads a line without showing it; all of it, so that a rest does not answer the next question. The
// question comes when nothing is shown any more, for people who type fast.
Typed read_secret(std::string_view question, Secret& typed, std::size_t& size) {
  const NoEcho no_echo;
  std::cerr << visible(question) << colon() << std::flush;
  char c = 0;
  while (true) {
    const auto count = ::read(STDIN_FILENO, &c, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count != 1) return Typed::kEnded;
    if (no_echo.interrupts(c)) return Typed::kInterrupted;
    if (c == '\n') return size > kLongestSecret ? Typed::kTooLong : Typed::kLine;
    if (size < kLongestSecret) typed.data()[size] = static_cast<std::uint8_t>(c);
    ++size;
  }
}

// utf16 gives the number of a character of two or three octets, as all that drive a terminal are.
base::Bytes utf16(std::string_view character) {
  unsigned number = static_cast<unsigned char>(character.front()) & (character.size() == 2 ? 0x1fU : 0x0fU);
  for (const char c : character.substr(1)) number = number << 6U | (static_cast<unsigned char>(c) & 0x3fU);
  return {static_cast<std::uint8_t>(number >> 8U), static_cast<std::uint8_t>(number)};
}

std::string pad(std::string_view text, std::size_t width, Table::Align align) {
  const std::size_t used = base::columns(text);
  const std::string blanks(width > used ? width - used : 0, ' ');
  return align == Table::Align::kRight ? blanks + std::string(text) : std::string(text) + blanks;
}

// Nothing where nobody knows, as where the terminal is a program.
std::size_t window_width() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace

std::string Context::actor() const {
  if (const passwd* account = ::getpwuid(::getuid()); account != nullptr)
    return "local:" + std::string(account->pw_name);
  return "local:" + std::to_string(::getuid());
}

void Context::out(std::string_view line) const { std::cout << line << '\n'; }

void Context::remark(std::string_view line) const {
  // a person who is about to be asked must see about what
  const bool for_program = options_.json && ::isatty(STDERR_FILENO) != 1;
  if (!options_.quiet && !for_program) std::cerr << visible(line) << '\n';
}

void Context::warn(std::string_view line) const {
  if (options_.json) {
    std::cerr << base::print_json(base::JsonObject{{"warning", visible(line)}}) << '\n';
  } else {
    std::cerr << visible(base::message("warning: {}", line)) << '\n';
  }
}

void Context::document(const base::Json& value) const { std::cout << base::print_json_pretty(value) << '\n'; }

bool Context::narrow() const { return ::isatty(STDOUT_FILENO) == 1 && !options_.wide; }

bool Context::interactive() const { return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1; }

bool Context::colour() const { return ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr; }

Result<bool> Context::confirm(std::string_view question) const {
  if (options_.yes) return true;
  if (!interactive()) {
    return base::fail(Code::kUsage, "Nobody can be asked here, and --yes was not given. Nothing was changed.");
  }
  std::cerr << visible(question) << " [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  answer = base::lower(base::trim(answer));
  return answer == "y" || answer == "yes" || answer == "是";
}

Result<std::optional<std::string>> Context::ask_line(std::string_view question, std::string_view otherwise) const {
  if (!interactive()) return base::fail(Code::kUsage, "Nobody can be asked here: {}", question);
  std::cerr << visible(question);
  if (!otherwise.empty()) std::cerr << " [" << otherwise << "]";
  std::cerr << colon() << std::flush;
  std::string answer;
  if (!std::getline(std::cin, answer)) return std::optional<std::string>();
  const auto trimmed = base::trim(answer);
  return std::optional<std::string>(trimmed.empty() ? otherwise : trimmed);
}

Result<std::string> Context::ask(std::string_view question, std::string_view otherwise) const {
  TRY(auto answer, ask_line(question, otherwise));
  if (!answer) return base::fail(Code::kUsage, "The input ended. Nothing was changed.");
  return std::move(*answer);
}

Result<Secret> Context::ask_secret(std::string_view question) const {
  Secret typed(kLongestSecret);
  std::size_t size = 0;
  const auto how = read_secret(question, typed, size);
  std::cerr << '\n';
  if (how == Typed::kLine) return Secret(typed.view().first(size));
  if (how == Typed::kTooLong)
    return base::fail(Code::kUsage, "A passphrase has {} octets at the most. Nothing was changed.", kLongestSecret);
  // the terminal is as it was before, so the signal may have its way
  if (how == Typed::kInterrupted) ::raise(SIGINT);
  return base::fail(Code::kUsage, "The input ended. Nothing was changed.");
}

Result<Secret> Context::passphrase(std::string_view question) const {
  if (options_.passphrase_file) return base::read_passphrase_file(*options_.passphrase_file);
  if (!interactive()) {
    return base::fail(
        Code::kUsage,
        "The keys are locked and nobody can be asked here. Give the passphrase with --passphrase-file FILE.");
  }
  return ask_secret(question);
}

// What is typed again, such as a serial number, stays whole.
bool Table::fit(std::vector<std::size_t>& widths, std::size_t window) const {
  constexpr std::size_t kLeast = 20;
  std::size_t total = 0;
  for (const auto width : widths) total += width + 2;
  total -= std::min<std::size_t>(total, 2);
  if (window == 0 || total <= window) return false;
  for (std::size_t i = 0; i < widths.size() && total > window; ++i) {
    if (columns_[i].limit == kUsualLimit || widths[i] <= kLeast) continue;
    const auto taken = std::min(total - window, widths[i] - kLeast);
    widths[i] -= taken;
    total -= taken;
  }
  return true;
}

void Table::print(const Context& context) const {
  const bool cut = context.narrow();
  std::vector<std::size_t> widths;
  for (const auto& column : columns_) widths.push_back(base::columns(column.title));
  auto rows = rows_;
  for (auto& row : rows) {
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i) {
      if (cut) row[i] = base::middle_cut(row[i], columns_[i].limit);
      widths[i] = std::max(widths[i], base::columns(row[i]));
    }
  }
  if (cut && fit(widths, window_width())) {
    for (auto& row : rows)
      for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i) row[i] = base::middle_cut(row[i], widths[i]);
  }
  const auto line = [&](auto&& cell) {
    std::string text;
    for (std::size_t i = 0; i < columns_.size(); ++i) text += pad(cell(i), widths[i], columns_[i].align) + "  ";
    while (text.ends_with(' ')) text.pop_back();
    context.out(text);
  };
  line([&](std::size_t i) { return columns_[i].title; });
  for (const auto& row : rows) line([&](std::size_t i) { return i < row.size() ? row[i] : std::string(); });
}

std::string visible(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    // the next character: as many octets as its first one promises (RFC 3629), or one that is no UTF-8
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    const auto character = text.substr(0, length);
    if (!base::is_utf8(character)) {
      shown += fmt::format("\\x{:02x}", first);
      text.remove_prefix(1);
      continue;
    }
    const bool harmless = first == '\n' || first == '\t' || !base::has_control_character(character);
    if (harmless) {
      shown += character;
    } else if (length == 1) {
      shown += fmt::format("\\x{:02x}", first);
    } else {
      shown += "\\u" + base::hex(utf16(character));
    }
    text.remove_prefix(length);
  }
  return shown;
}

std::string labelled(std::string_view label, std::string_view value) {
  return "  " + pad(label, 14, Table::Align::kLeft) + "  " + std::string(value);
}

}  // namespace yuxin::cli
