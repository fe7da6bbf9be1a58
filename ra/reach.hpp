// Whose business a certificate is that exists already: who may apply for its revocation, suspension or release.
#pragma once

#include <optional>
#include <string>

#include "yuxin/ra/desk.hpp"

namespace yuxin::ra {

// place_for is where an application is made: kUsage where nobody said so and there are several points, kNotFound for
// one that organisation.toml does not know.
[[nodiscard]] base::Result<evidence::Place> place_for(const DeskParts& parts,
                                                      const std::optional<evidence::OrgCode>& organisation);

// find_certificate: kNotFound when no authority of the home, or several, have one with this serial number. Gives the
// name of the authority as well.
[[nodiscard]] base::Result<store::CertificateRow> find_certificate(const DeskParts& parts, const x509::Serial& serial,
                                                                   std::string& authority);

// origin_of is the registration point by way of which a certificate came: that of the approval it was issued upon, or
// of the case that came to it. Nothing where neither is.
[[nodiscard]] base::Result<std::optional<evidence::OrgCode>> origin_of(const DeskParts& parts, workflow::Cases& cases,
                                                                       const store::CertificateRow& row);

// signer_of is what somebody showed who signed an act: the key, and the one role that the act claims.
[[nodiscard]] Viewer signer_of(const evidence::VerifiedAct& act);

// check_reach: a certificate is the business of its holder, of those at the registration point by way of which it
// came (a case about it is one of that point), and of those whose role is limited to no point; one of which nobody
// knows where it came from, of its holder and the last. kRefused names the point where it belongs; kNotAuthorised.
[[nodiscard]] base::Result<> check_reach(const DeskParts& parts, workflow::Cases& cases,
                                         const base::JsonObject& about, const evidence::Place& place,
                                         const Viewer& signer);

}  // namespace yuxin::ra
