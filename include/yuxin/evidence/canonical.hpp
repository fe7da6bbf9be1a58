// Canonical JSON (RFC 8785), the one form in which a statement is hashed and signed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"

namespace yuxin::evidence {

// canonical_json writes a value in the form of RFC 8785: members sorted by their UTF-16 code units, no white space.
// Errors: kUsage for a number that is not an integer of at most 2^53, for text that is not UTF-8.
[[nodiscard]] base::Result<std::string> canonical_json(const base::Json& value);

// ObjectWriter writes one canonical object quickly, without a value in between. Members must be added in the order
// of their names, which must be plain ASCII without quotes; text must be UTF-8. Not thread-safe.
class ObjectWriter {
 public:
  ObjectWriter& add(std::string_view name, std::string_view text);
  ObjectWriter& add(std::string_view name, std::int64_t number);
  // add_raw takes a value that is canonical JSON already.
  ObjectWriter& add_raw(std::string_view name, std::string_view json);
  // finish gives the text and leaves the writer empty.
  [[nodiscard]] std::string finish();

 private:
  void begin(std::string_view name);
  std::string text_;
  std::string last_;
};

}  // namespace yuxin::evidence
