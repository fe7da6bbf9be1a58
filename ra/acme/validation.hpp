// Judging what an applicant has put where only the holder of a name can: RFC 8555 section 8, RFC 8737, RFC 8659.
#pragma once

#include <string>

#include "model.hpp"
#include "problem.hpp"
#include "yuxin/ra/acme.hpp"

namespace yuxin::ra::acme {

// Proof is what is to be found for a challenge.
struct Proof {
  ChallengeType type = ChallengeType::kHttp01;
  std::string host;
  std::string token;
  std::string key_authorization;  // token "." base64url(thumbprint of the account key), section 8.1
};
[[nodiscard]] std::string key_authorization(std::string_view token, base::ByteView thumbprint);

// look asks the prober once and judges. Problems: dns, connection, tls, incorrectResponse, unauthorized.
[[nodiscard]] Outcome<> look(AcmeProber& prober, const Proof& proof);

// judge_alpn_certificate: one dNSName, which is the host, and the critical extension acmeIdentifier with SHA-256 of
// the key authorization (RFC 8737 section 3).
[[nodiscard]] Outcome<> judge_alpn_certificate(base::ByteView der, const Proof& proof);

// CaaQuestion is whether an issuer may issue for a name.
struct CaaQuestion {
  std::vector<std::string> issuers;  // names of this authority, lower case
  std::string host;
  bool wildcard = false;
  std::string account_url;  // RFC 8657 section 3
  ChallengeType method = ChallengeType::kHttp01;
};
// check_caa climbs from the host to the root until there are records (RFC 8659 section 3). Problems: caa, dns.
[[nodiscard]] Outcome<> check_caa(AcmeProber& prober, const CaaQuestion& question);
// judge_caa judges the records of one name; pure.
[[nodiscard]] Outcome<> judge_caa(const std::vector<CaaRecord>& records, const CaaQuestion& question);

}  // namespace yuxin::ra::acme
