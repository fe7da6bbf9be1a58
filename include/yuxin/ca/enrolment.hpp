// What somebody asks for, and on whose word.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/evidence/organisation.hpp"
#include "yuxin/x509/name.hpp"
#include "yuxin/x509/request.hpp"

namespace yuxin::ca {

// Enrolment is a request decoded once at the edge, with what the officer or protocol adds to it.
struct Enrolment {
  x509::CertificateRequest request;
  std::optional<x509::Name> subject;                        // instead of the request's
  std::optional<std::vector<x509::GeneralName>> alt_names;  // instead of the request's
  std::optional<base::Seconds> validity;                    // shorter than the profile's
  std::optional<evidence::OrgCode> organisation = {};       // by way of whom it came: a registration point (受理点)
};

// Authorisation is on whose word a certificate is issued. The local operator's is the name of the account, which is
// enough where a profile demands no approval; otherwise the acts are, and the issuer verifies and judges each of them
// itself (approval.hpp).
struct Authorisation {
  std::string actor;                   // "local:alice"
  std::vector<base::Bytes> acts = {};  // DER, complete with their proofs
};

}  // namespace yuxin::ca
