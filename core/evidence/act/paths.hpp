// The certification paths that stand behind an act.
#pragma once

#include <vector>

#include "yuxin/evidence/act.hpp"

namespace yuxin::evidence {

// actor_path leads from the actor's certificate to an anchor; purposes and status are looked at elsewhere.
[[nodiscard]] x509::PathReport actor_path(const x509::PathVerifier& paths, const x509::Certificate& actor,
                                          base::UnixTime at, const std::vector<x509::Certificate>& help);

// authority_path finds the attribute authority that signed a grant among the certificates, and leads from it to an
// anchor. Not valid, with a detail, when none of them is.
[[nodiscard]] x509::PathReport authority_path(const x509::PathVerifier& paths,
                                              const x509::AttributeCertificate& grant, base::UnixTime at,
                                              const std::vector<x509::Certificate>& certificates);

}  // namespace yuxin::evidence
