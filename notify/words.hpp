// What people call that which records name by keys.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "yuxin/base/json.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/notify/kinds.hpp"

namespace yuxin::notify {

// member_title is what a member of a record's data is called; nothing for one that is not known.
[[nodiscard]] std::optional<std::string_view> member_title(std::string_view kind, std::string_view member,
                                                           base::Language language);

// value_title is what a value is called where it is one of a few words ("keyCompromise", "hold-all"), a moment, or
// yes and no; nothing where it says for itself what it is. Moments are in the zone of the process.
[[nodiscard]] std::optional<std::string> value_title(std::string_view member, const base::Json& value,
                                                     base::Language language);

}  // namespace yuxin::notify
