#include "context.hpp"

#include <pwd.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {

using base::Code;
using base::Result;
using base::Secret;

namespace {

// Turns echo off for as long as it lives.
class NoEcho {
 public:
  NoEcho() : changed_(::tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!changed_) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }
  ~NoEcho() {
    if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  termios before_{};
  bool changed_ = false;
};

std::string pad(std::string_view text, std::size_t width, Table::Align align) {
  const std::size_t used = base::columns(text);
  const std::string blanks(width > used ? width - used : 0, ' ');
  return align == Table::Align::kRight ? blanks + std::string(text) : std::string(text) + blanks;
}

}  // namespace

std::string Context::actor() const {
  if (const passwd* account = ::getpwuid(::getuid()); account != nullptr)
    return "local:" + std::string(account->pw_name);
  return "local:" + std::to_string(::getuid());
}

void Context::out(std::string_view line) const { std::cout << line << '\n'; }

void Context::remark(std::string_view line) const {
  if (!options_.quiet) std::cerr << line << '\n';
}

void Context::document(const base::Json& value) const { std::cout << base::print_json_pretty(value) << '\n'; }

bool Context::interactive() const { return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1; }

bool Context::colour() const { return ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr; }

Result<bool> Context::confirm(std::string_view question) const {
  if (options_.yes) return true;
  if (!interactive()) {
    return base::fail(Code::kUsage, "Nobody can be asked here, and --yes was not given. Nothing was changed.");
  }
  std::cerr << question << " [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  answer = base::lower(base::trim(answer));
  return answer == "y" || answer == "yes" || answer == "是";
}

Result<std::string> Context::ask(std::string_view question, std::string_view otherwise) const {
  if (!interactive()) return base::fail(Code::kUsage, "Nobody can be asked here: {}", question);
  std::cerr << question;
  if (!otherwise.empty()) std::cerr << " [" << otherwise << "]";
  std::cerr << ": " << std::flush;
  std::string answer;
  if (!std::getline(std::cin, answer)) return base::fail(Code::kUsage, "The input ended. Nothing was changed.");
  const auto trimmed = base::trim(answer);
  return std::string(trimmed.empty() ? otherwise : trimmed);
}

Result<Secret> Context::ask_secret(std::string_view question) const {
  std::cerr << question << ": " << std::flush;
  const NoEcho no_echo;
  Secret typed(1024);
  std::size_t size = 0;
  char c = 0;
  while (size < typed.size() && ::read(STDIN_FILENO, &c, 1) == 1 && c != '\n')
    typed.data()[size++] = static_cast<std::uint8_t>(c);
  std::cerr << '\n';
  return Secret(typed.view().first(size));
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

void Table::print(const Context& context) const {
  const bool cut = ::isatty(STDOUT_FILENO) == 1 && !context.options().wide;
  std::vector<std::size_t> widths;
  for (const auto& column : columns_) widths.push_back(base::columns(column.title));
  auto rows = rows_;
  for (auto& row : rows) {
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i) {
      if (cut) row[i] = base::middle_cut(row[i], columns_[i].limit);
      widths[i] = std::max(widths[i], base::columns(row[i]));
    }
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

std::string labelled(std::string_view label, std::string_view value) {
  return "  " + pad(label, 14, Table::Align::kLeft) + "  " + std::string(value);
}

}  // namespace yuxin::cli
