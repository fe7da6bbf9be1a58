// Whether a profile would take a subject and names, before there is a request.
#pragma once

#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/ca/profile.hpp"
#include "yuxin/x509/name.hpp"

namespace yuxin::ca {

// check_names makes the refusals (kRefused) that issuing would make of the subject and of each alternative name.
[[nodiscard]] base::Result<> check_names(const Profile& profile, const x509::Name& subject,
                                         const std::vector<x509::GeneralName>& alt_names);

}  // namespace yuxin::ca
