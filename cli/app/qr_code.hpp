// QR codes (ISO/IEC 18004) as text, for paper.
#pragma once

#include <string>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"

namespace yuxin::cli {

// qr_lines gives a code of the octets in half blocks, two rows of modules a line, ink for dark modules, with its
// quiet zone. The correction level is M, or L for what would otherwise be wider than a page. kRefused for more than
// 2900 octets, which no code holds.
[[nodiscard]] base::Result<std::vector<std::string>> qr_lines(base::ByteView octets);

}  // namespace yuxin::cli
