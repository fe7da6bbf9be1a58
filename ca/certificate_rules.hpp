// Applying a profile to an enrolment: the subject, the names and the validity that the certificate will have.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/ca/enrolment.hpp"
#include "yuxin/ca/profile.hpp"

namespace yuxin::ca {

// Each gives what goes into the certificate, or kRefused with what the profile does not allow.
[[nodiscard]] base::Result<x509::Name> apply_subject(const Profile& profile, const x509::Name& wanted,
                                                     const std::vector<x509::GeneralName>& alt_names);
[[nodiscard]] base::Result<std::vector<x509::GeneralName>> apply_alt_names(const Profile& profile,
                                                                           const Enrolment& enrolment);

struct Validity {
  base::UnixTime not_before;
  base::UnixTime not_after;
};
// apply_validity starts kBackDate in the past, for clocks that are behind, and never leaves the issuer's own
// validity: a profile's longer period is cut, a longer one that somebody asked for is refused, and so is one that is
// over already.
[[nodiscard]] base::Result<Validity> apply_validity(const Profile& profile, std::optional<base::Seconds> wanted,
                                                    base::UnixTime now, const Validity* issuer);

// alt_names_text is "dns:a.test ip:192.0.2.1", for lists and search.
[[nodiscard]] std::string alt_names_text(const std::vector<x509::GeneralName>& names);

}  // namespace yuxin::ca
