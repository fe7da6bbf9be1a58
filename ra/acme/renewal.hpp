// Renewal information: RFC 9773.
#pragma once

#include <string_view>

#include "world.hpp"
#include "yuxin/store/store.hpp"

namespace yuxin::ra::acme {

// certificate_identified finds a certificate of this home by its identifier (RFC 9773 section 4.1): the key
// identifier of its authority and its serial number. With its DER. 404 when there is none.
[[nodiscard]] Outcome<store::CertificateRow> certificate_identified(World& world, std::string_view identifier);

// check_replaces refuses an order that replaces a certificate of another account, one that shares no name with it, or
// one that was replaced already (section 5).
[[nodiscard]] Outcome<> check_replaces(World& world, const Account& account, std::string_view identifier,
                                       const std::vector<std::string>& identifiers);

}  // namespace yuxin::ra::acme
