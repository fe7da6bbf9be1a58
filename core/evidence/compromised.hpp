// Keys that this home knows to be in wrong hands: what hangs on them has ended, under whatever certificate.
#pragma once

#include <map>
#include <vector>

#include "yuxin/evidence/authority.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::evidence {

// CompromisedKeys is since when a key (SHA-256 of its SubjectPublicKeyInfo) is not its holder's alone.
using CompromisedKeys = std::map<base::Bytes, base::UnixTime>;

// compromised_keys looks through the certificates of every authority of the home that were revoked for the compromise
// of a key (keyCompromise, cACompromise, aACompromise): since the time of the revocation, or since the invalidity
// date where that is earlier.
[[nodiscard]] base::Result<CompromisedKeys> compromised_keys(store::Reader& reader);

// mark_compromised sets GrantRow::compromised_at of the grants that hang on such a key.
[[nodiscard]] base::Result<> mark_compromised(store::Reader& reader, std::vector<GrantRow>& rows);

}  // namespace yuxin::evidence
