#include "toml_check.hpp"

#include <algorithm>

#include "yuxin/base/text.hpp"

namespace yuxin::base {
namespace {

constexpr std::size_t kMaxKeyParts = 16;

// Scanner goes through TOML as far as is needed to know strings and comments from the rest. Where the text is
// not TOML it may err, but only behind the place where the library stops.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  // line_of_long_key gives the line of the first key with too many parts, or 0.
  [[nodiscard]] std::size_t line_of_long_key() {
    std::size_t dots = 0;
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (c == '"' || c == '\'') {
        skip_string(c);
        continue;
      }
      if (c == '#') rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
      if (rest_.empty()) break;
      dots = rest_.front() == '.' ? dots + 1 : ends_key(rest_.front()) ? 0 : dots;
      if (dots >= kMaxKeyParts) return line_;
      skip(1);
    }
    return 0;
  }

 private:
  static bool ends_key(char c) { return std::string_view("=,[]{}\n").find(c) != std::string_view::npos; }

  void skip(std::size_t count) {
    const std::string_view skipped = rest_.substr(0, count);
    line_ += static_cast<std::size_t>(std::count(skipped.begin(), skipped.end(), '\n'));
    rest_.remove_prefix(skipped.size());
  }

  void skip_string(char quote) {
    const std::string three(3, quote);
    const bool many_lines = rest_.starts_with(three);
    const std::string_view end = many_lines ? std::string_view(three) : std::string_view(three).substr(0, 1);
    skip(end.size());
    while (!rest_.empty() && !rest_.starts_with(end)) {
      if (!many_lines && rest_.front() == '\n') return;
      skip(quote == '"' && rest_.front() == '\\' ? 2 : 1);
    }
    skip(end.size());
    // A text of many lines may end with up to two quotation marks of its own (TOML 1.0, "String").
    while (many_lines && rest_.starts_with(quote)) skip(1);
  }

  std::string_view rest_;
  std::size_t line_ = 1;
};

Failure at_line(std::string_view file, std::size_t line, const std::string& what) {
  return Failure(Error{Code::kMalformed, fmt::format("{}:{}: ", file, line) + what, {}});
}

}  // namespace

Result<> check_toml(std::string_view text, std::string_view file) {
  std::size_t number = 0;
  for (const std::string_view line : split(text, '\n')) {
    ++number;
    if (!is_utf8(line)) {
      return at_line(file, number, message("this line is not UTF-8; save the file in that encoding"));
    }
  }
  if (const std::size_t line = Scanner(text).line_of_long_key(); line != 0) {
    return at_line(file, line, message("this key has more than {} parts", kMaxKeyParts));
  }
  return {};
}

}  // namespace yuxin::base
