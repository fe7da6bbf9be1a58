// Why a revocation list is worth nothing, whoever signed it.
#pragma once

#include <optional>
#include <string>

#include "yuxin/x509/crl.hpp"

namespace yuxin::x509 {

// fault_of_fields looks at the list as a whole: an extension stands twice, or what says which certificates are
// covered does not parse. A sentence, or nothing.
[[nodiscard]] std::optional<std::string> fault_of_fields(const Crl& crl);

// is_out_of_place: removeFromCRL belongs into deltas, certificateIssuer into indirect lists (sections 5.3.1
// and 5.3.3).
[[nodiscard]] bool is_out_of_place(const RevokedEntryView& entry, const Crl& crl);

// fault_of is both, an entry that does not parse, and a list that would count for ever: without nextUpdate (RFC 5280
// section 5.1.2.5).
[[nodiscard]] std::optional<std::string> fault_of(const Crl& crl);

}  // namespace yuxin::x509
