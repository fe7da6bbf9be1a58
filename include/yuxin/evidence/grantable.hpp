// Whether a role could be granted at all, before it is known to whom.
#pragma once

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/evidence/authority.hpp"
#include "yuxin/evidence/organisation.hpp"

namespace yuxin::evidence {

// check_grantable: kNotFound for a role or an organisation that organisation.toml does not know (it names the nearest
// role), kRefused for a role that is given at the founding only, for an organisation that does not exist at that
// time, and for a scope that lacks what the rule of the role wants limited.
[[nodiscard]] base::Result<> check_grantable(const Organisation& organisation, const RoleCode& role,
                                             const Scope& scope, base::UnixTime at);

}  // namespace yuxin::evidence
