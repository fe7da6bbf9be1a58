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

// OnlyObject is the one object that a file was to hold: `der` is its octets and `count` how many there are. With
// another count than 1 nobody knows which is meant, and `der` is empty.
struct OnlyObject {
  base::Bytes der;
  std::size_t count = 0;
};
// only_object looks for PEM blocks with one of the labels, damaged ones included; octets that are no PEM are the
// object themselves, or its base64 without boundaries.
[[nodiscard]] OnlyObject only_object(base::ByteView pem_or_der, std::initializer_list<std::string_view> labels);
// unframed is the DER behind base64 that has no PEM boundaries, as mail and web forms carry it; other octets as they
// are.
[[nodiscard]] base::Bytes unframed(base::ByteView octets);
// looks_like_pem says whether the octets are text with an RFC 7468 boundary and not DER.
[[nodiscard]] bool looks_like_pem(base::ByteView octets);

}  // namespace yuxin::x509
