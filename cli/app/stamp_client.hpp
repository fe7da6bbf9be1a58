// Asking a time-stamping authority over HTTP (RFC 3161 section 3.4).
#pragma once

#include <string>

#include "yuxin/base/result.hpp"
#include "yuxin/x509/time_stamp.hpp"

namespace yuxin::cli {

// ask_stamp posts a TimeStampReq and gives the TimeStampResp, both DER, within ten seconds. kUnavailable when nobody
// answers, or with something else.
[[nodiscard]] base::Result<base::Bytes> ask_stamp(const std::string& url, base::ByteView request);

// stamp_over_http has octets stamped, digested with SHA-256, and gives a token that answers the question, with its
// certificates. Whether its authority is to be believed is the caller's question. Errors: those of ask_stamp;
// kUnavailable with the reason when it refuses; kBadSignature when it answers another question.
[[nodiscard]] base::Result<x509::TimeStampToken> stamp_over_http(const std::string& url, base::ByteView octets);

}  // namespace yuxin::cli
