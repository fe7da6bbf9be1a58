// The table of targets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/store/database.hpp"

namespace yuxin::notify::targets {

// Reason is why an attempt failed, for readers of both languages.
struct Reason {
  std::string english;
  std::string chinese;                            // empty: not known
  [[nodiscard]] const std::string& text() const;  // in the language of the process
};

struct Row {
  std::int64_t next = 0;
  std::int64_t failures = 0;
  std::int64_t failing_since = 0;
  std::int64_t retry_at = 0;
  Reason reason;
};
[[nodiscard]] base::Result<std::vector<std::string>> names(store::Session& session);
[[nodiscard]] base::Result<std::optional<Row>> find(store::Session& session, std::string_view name);
[[nodiscard]] base::Result<> insert(store::Session& session, std::string_view name, std::int64_t next);
[[nodiscard]] base::Result<> remove(store::Session& session, std::string_view name);
// set changes a row unless another process has moved it on from `was`; false then.
[[nodiscard]] base::Result<bool> set(store::Session& session, std::string_view name, std::int64_t was,
                                     const Row& row);

}  // namespace yuxin::notify::targets
