// A digest as people compare it: in groups of hexadecimal digits, and in words that are read aloud.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/bytes.hpp"

namespace yuxin::cli {

// digest_lines gives lines of at most 80 columns; only the first bears the label. The words are English.
enum class Words { kShown, kLeftOut };
[[nodiscard]] std::vector<std::string> digest_lines(std::string_view label, base::ByteView digest,
                                                    Words words = Words::kShown);

}  // namespace yuxin::cli
