// Whom to believe when time stamps are verified on the command line, and what a token says, in JSON and in lines.
#pragma once

#include <string>
#include <vector>

#include "command.hpp"
#include "context.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/x509/time_stamp.hpp"

namespace yuxin::cli {

// StampTrust is the roots and the help that paths are built from. The lists stand apart: a path does not fail by
// them, because a stamp may outlive the revocation of its authority's certificate.
struct StampTrust {
  x509::PathMaterial material;
  std::vector<x509::Crl> lists;
};
// read_stamp_trust takes --trust, --untrusted and --crl, which may each stand several times; without --trust, the
// roots, authorities and lists of the home of the call. kUsage when there is neither.
[[nodiscard]] base::Result<StampTrust> read_stamp_trust(const Context& context, const Arguments& arguments);

// check_not_revoked refuses a stamp whose authority's certificate was revoked: before the stamp was made, or for a
// reason that puts every stamp of the key in doubt, which is any but superseded, cessationOfOperation and
// affiliationChanged (RFC 3161 section 4). kBadSignature.
[[nodiscard]] base::Result<> check_not_revoked(const x509::TimeStampEvidence& evidence,
                                               const std::vector<x509::Crl>& lists, base::UnixTime at);

// stamp_json and print_stamp describe a token; `evidence` may be null when it was not or could not be verified.
[[nodiscard]] base::JsonObject stamp_json(const x509::TimeStampToken& token, const x509::TimeStampEvidence* evidence);
void print_stamp(const Context& context, const x509::TimeStampToken& token, const x509::TimeStampEvidence* evidence);

// read_stamp reads a token or a granting response, DER. Errors name the place.
[[nodiscard]] base::Result<x509::TimeStampToken> read_stamp(const std::string& place);

}  // namespace yuxin::cli
