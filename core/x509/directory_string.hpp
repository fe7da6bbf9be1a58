// The character string types of ASN.1, read into UTF-8.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "yuxin/base/bytes.hpp"

namespace yuxin::x509 {

// is_string_tag says whether decode_string knows the type.
[[nodiscard]] bool is_string_tag(std::uint8_t tag);
// decode_string reads the content of a string element into UTF-8; nothing if the octets do not fit the type.
// TeletexString is read as Latin-1, which is what was written with it. The ASCII types may hold UTF-8, because
// certificates of that kind are in use; `cert lint` speaks about them.
[[nodiscard]] std::optional<std::string> decode_string(std::uint8_t tag, base::ByteView content);
// is_printable checks the character set of PrintableString (X.680 section 41.4).
[[nodiscard]] bool is_printable(std::string_view text);
[[nodiscard]] bool is_ascii(std::string_view text);

}  // namespace yuxin::x509
