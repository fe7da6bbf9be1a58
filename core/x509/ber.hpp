// BER (ITU-T X.690 section 8) into DER, for messages that other programs streamed.
#pragma once

#include <optional>

#include "yuxin/base/bytes.hpp"

namespace yuxin::x509 {

// ber_to_der rewrites one BER element with nothing behind it: definite lengths of the fewest octets for indefinite
// and wide ones, one primitive OCTET STRING for a constructed one. What needs a schema stays as it came: the order of
// a SET OF, the values of primitive types, and strings under an implicit tag, whose pieces remain. Time and memory
// grow with the input and nothing else: at most 64 levels, 2^20 elements and 256 MiB. Nothing for anything else.
[[nodiscard]] std::optional<base::Bytes> ber_to_der(base::ByteView ber);

}  // namespace yuxin::x509
