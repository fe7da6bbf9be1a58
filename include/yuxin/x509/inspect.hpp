// What is in a file, told to people and to programs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"

namespace yuxin::x509 {

enum class ObjectKind {
  kCertificate,
  kRequest,
  kCrl,
  kOcspResponse,
  kCms,                   // any ContentInfo that is no time stamp (RFC 5652, GM/T 0010)
  kTimeStampToken,        // a ContentInfo that holds a TSTInfo (RFC 3161)
  kTimeStampResponse,     // TimeStampResp
  kAttributeCertificate,  // RFC 5755
  kPublicKey,
};
// object_kind_name is the member "type" of the JSON: "certificate", "request", "crl", "ocsp-response", "cms",
// "time-stamp-token", "time-stamp-response", "attribute-certificate", "public-key".
[[nodiscard]] std::string_view object_kind_name(ObjectKind kind);

// Description is one object. `json` has keys that stay, times in RFC 3339 UTC and serial numbers in plain
// hexadecimal; `text` is for a screen in the language and time zone of the process, several lines that each end
// with a line feed. Characters that could lie on a screen are escaped in it.
struct Description {
  ObjectKind kind = ObjectKind::kCertificate;
  base::Json json;
  std::string text;
};

struct InspectOptions {
  base::UnixTime now;             // what remaining times are counted from
  std::size_t most_entries = 20;  // of a revocation list are shown; the number of all is told
};

// inspect describes every object of a PEM file in its order, or the one object that DER or base64 without PEM lines
// holds. What an object says about others is not proven: only self-signatures and proofs of possession are checked.
// Pure. Errors: kMalformed when it is nothing of these, or a PEM block of such a kind does not parse; kRefused for
// private keys, of which nothing is shown.
[[nodiscard]] base::Result<std::vector<Description>> inspect(base::ByteView octets, const InspectOptions& options);

}  // namespace yuxin::x509
