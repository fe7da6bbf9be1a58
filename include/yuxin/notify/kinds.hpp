// What people call the kinds of records.
#pragma once

#include <optional>
#include <string_view>

#include "yuxin/base/language.hpp"

namespace yuxin::notify {

// kind_title is what a kind of record is called ("certificate.revoked": "Certificate revoked"); nothing for one that
// is not known. Thread-safe.
[[nodiscard]] std::optional<std::string_view> kind_title(std::string_view kind, base::Language language);

}  // namespace yuxin::notify
