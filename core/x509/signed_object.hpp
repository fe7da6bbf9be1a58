// SIGNED{...} of X.509: what certificates, lists and requests have in common.
#pragma once

#include <initializer_list>
#include <optional>
#include <string_view>

#include "yuxin/base/bytes.hpp"

namespace yuxin::x509 {

// SignedObject is SEQUENCE { toBeSigned, algorithm, BIT STRING }; views into the DER that it was read from.
struct SignedObject {
  base::ByteView tbs;        // the whole element
  base::ByteView algorithm;  // DER AlgorithmIdentifier
  base::ByteView signature;  // empty if the BIT STRING is not of whole octets, which no signature is
};
// parse_signed_object takes one object with nothing after it.
[[nodiscard]] std::optional<SignedObject> parse_signed_object(base::ByteView der);

// der_of_first gives the DER of the first PEM block with one of the labels, or the octets themselves if they are no
// PEM; nothing for PEM without such a block.
[[nodiscard]] std::optional<base::Bytes> der_of_first(base::ByteView pem_or_der,
                                                      std::initializer_list<std::string_view> labels);
// looks_like_pem says whether the octets are text with an RFC 7468 boundary and not DER.
[[nodiscard]] bool looks_like_pem(base::ByteView octets);

}  // namespace yuxin::x509
