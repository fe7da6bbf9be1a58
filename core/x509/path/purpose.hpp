// Whether the certificates of a path allow a purpose.
#pragma once

#include <optional>
#include <vector>

#include "yuxin/x509/path.hpp"

namespace yuxin::x509 {

// first_against gives the place in the chain (0: the certificate itself) of the first certificate whose key usage
// or extended key usage speaks against the purpose. The last of the chain, the anchor, is not asked.
[[nodiscard]] std::optional<std::size_t> first_against(PathPurpose purpose, const std::vector<Certificate>& chain);

}  // namespace yuxin::x509
