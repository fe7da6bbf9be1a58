// The addresses of this machine.
#pragma once

#include <set>
#include <string>

namespace yuxin::http {

// own_addresses gives every address that an interface of this machine has at this moment, as literals (inet_ntop);
// those of IPv6 without a zone. Empty where the system does not tell.
[[nodiscard]] std::set<std::string> own_addresses();

}  // namespace yuxin::http
