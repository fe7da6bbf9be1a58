// Reading JSON documents of a fixed form: members that must be there, of their form.
#pragma once

#include <optional>
#include <string_view>

#include "yuxin/base/json.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::keymgmt {

// digest_member reads 64 hexadecimal digits; nothing when the member is not there or has another form.
[[nodiscard]] std::optional<x509::Digest256> digest_member(const base::JsonObject& object, std::string_view name);
// small_member reads a whole number from `least` to `most`, or nothing.
[[nodiscard]] std::optional<std::int64_t> small_member(const base::JsonObject& object, std::string_view name,
                                                       std::int64_t least, std::int64_t most);

}  // namespace yuxin::keymgmt
