// OCSP requests (RFC 6960 section 4.1): octets to a query of views, without allocation.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::ocsp {

// CertIdView names one certificate: CertID of RFC 6960 section 4.1.1. Views into the request. The hashes have
// whatever length the client gave them; an authority is found by comparing them, so a wrong length is a foreign
// issuer.
struct CertIdView {
  base::ByteView der;                           // the whole CertID, to be echoed octet for octet
  std::optional<x509::DigestAlgorithm> digest;  // nothing: an algorithm that is not known here
  base::ByteView issuer_name_hash;
  base::ByteView issuer_key_hash;
  base::ByteView serial;  // INTEGER content: minimal, any sign and size
};

// kMaxRequests is how many certificates one request may ask about; more are malformed. Every answer costs a
// signature, and clients that batch ask for a chain.
inline constexpr std::size_t kMaxRequests = 16;

// OcspQuery is a parsed OCSPRequest: views that are valid while its octets live.
struct OcspQuery {
  CertIdView first;
  std::size_t count = 0;  // 1 to kMaxRequests
  base::ByteView list;    // content of requestList
  base::ByteView nonce;   // 1 to 128 octets, or empty when there is none
};

// parse_request reads strict DER and nothing after it. Nothing means malformedRequest:
//   - a version other than v1, also v1 written out (a DEFAULT value has no encoding in DER);
//   - an empty list or more than kMaxRequests;
//   - a nonce that is not 1 to 128 octets in an OCTET STRING (RFC 9654 section 2.1), or two of them;
//   - a critical extension, of the request or of one certificate, that is not understood (RFC 6960 section 4.4);
//   - a signature without requestorName (RFC 6960 section 4.1.2).
// The signature of a signed request is checked for its structure and otherwise ignored: who asks changes nothing in
// the answer, and RFC 6960 section 4.1.2 leaves it to the responder. Pure, allocates nothing, safe from every thread.
[[nodiscard]] std::optional<OcspQuery> parse_request(base::ByteView request);

// cert_ids lists all certificates of a query in their order, the first included.
[[nodiscard]] std::vector<CertIdView> cert_ids(const OcspQuery& query);

// kMaxGetRequest is the room that decode_get_request needs at most; longer requests must be posted (RFC 5019 section
// 5 sends anything above 255 octets by POST).
inline constexpr std::size_t kMaxGetRequest = 3072;

// decode_get_request turns what follows "/ocsp/" in the raw target of a GET into DER, written to `room`; nothing if
// it is no base64 or does not fit. RFC 6960 appendix A.1 wants URL-encoded base64; in the field it comes with and
// without percent-encoding, with "+" that a proxy made a blank, with slashes doubled by clients that join URLs
// carelessly, as base64url, without padding, and with line breaks. All of these are read.
[[nodiscard]] std::optional<base::ByteView> decode_get_request(std::string_view encoded,
                                                               std::span<std::uint8_t> room);

}  // namespace yuxin::ocsp
