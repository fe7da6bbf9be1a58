// Reading what people write by hand: TOML in which every key must be known.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"

namespace yuxin::base {

// ConfigTable is a TOML table that remembers which keys were asked for. A loader takes what it knows and ends
// with `finish`, which refuses whatever is left, naming the file, the line and the nearest known key. All
// errors are `Code::kMalformed` and begin with "FILE:LINE: ". `has` and `keys` ask for nothing. Cheap to copy, and
// copies share what was asked; not thread-safe.
class ConfigTable {
 public:
  // parse reads TOML text; `file` is only named in errors.
  [[nodiscard]] static Result<ConfigTable> parse(std::string_view text, std::string file);
  [[nodiscard]] static Result<ConfigTable> load(const std::string& path);

  [[nodiscard]] bool has(std::string_view key) const;
  // Typed getters: nothing when the key is absent, an error when it is there with another type.
  [[nodiscard]] Result<std::optional<std::string>> string(std::string_view key);
  [[nodiscard]] Result<std::optional<std::int64_t>> integer(std::string_view key);
  [[nodiscard]] Result<std::optional<bool>> boolean(std::string_view key);
  [[nodiscard]] Result<std::optional<Period>> period(std::string_view key);
  [[nodiscard]] Result<std::vector<std::string>> strings(std::string_view key);  // empty when absent
  [[nodiscard]] Result<std::optional<ConfigTable>> table(std::string_view key);
  [[nodiscard]] Result<std::vector<ConfigTable>> tables(std::string_view key);  // [[key]] or an array of tables
  // missing is `error` for a key that has to be there and is not. One that is there, nobody asked for, and is nearly
  // called so, was meant: then it says what finish would say of that one, at its line.
  template <typename... Args>
  [[nodiscard]] Failure missing(std::string_view key, const char* msgid, const Args&... args) const {
    if (auto meant = misspelt(key)) return std::move(*meant);
    return error(key, msgid, args...);
  }
  // required_string is `string` that must be there and not empty.
  [[nodiscard]] Result<std::string> required_string(std::string_view key);

  // keys lists every key of the table in the order of the file.
  [[nodiscard]] std::vector<std::string> keys() const;

  // finish refuses keys that were never asked for, here and in every table handed out by this one.
  [[nodiscard]] Result<> finish() const;

  // where prints "FILE:LINE" of a key, or of the table itself; error makes a located failure.
  [[nodiscard]] std::string where(std::string_view key = {}) const;
  template <typename... Args>
  [[nodiscard]] Failure error(std::string_view key, const char* msgid, const Args&... args) const {
    return Failure(Error{Code::kMalformed, where(key) + ": " + message(msgid, args...), {}});
  }

 private:
  struct Node;
  [[nodiscard]] std::optional<Failure> misspelt(std::string_view key) const;
  explicit ConfigTable(std::shared_ptr<Node> node) : node_(std::move(node)) {}
  std::shared_ptr<Node> node_;
};

}  // namespace yuxin::base
