// Whether an invitation may be made at all, before anybody signs it.
#pragma once

#include <vector>

#include "yuxin/ra/desk.hpp"

namespace yuxin::ra {

// check_new_invitation looks at what an invitation promises and at whom it is for. kNotFound and kRefused for roles
// and places that nobody could be granted (evidence::check_grantable), kUsage for a place without a role, kRefused
// for names that profile officer does not take, and for whoever would invite themselves. Unless it is to be made
// again (Application::again): kConflict where the same subject is invited already, or has a good certificate.
[[nodiscard]] base::Result<> check_new_invitation(const DeskParts& parts, workflow::Cases& cases,
                                                  const Viewer& viewer, const Application& application);

// good_of_subject gives the certificates, with their octets, that are good now and have this subject, in whatever
// order of attributes.
[[nodiscard]] base::Result<std::vector<store::CertificateRow>> good_of_subject(store::Reader& reader,
                                                                               const x509::Name& subject,
                                                                               base::UnixTime now);

}  // namespace yuxin::ra
