// Which cryptographic library does the work.
#pragma once

#include <string>

namespace yuxin::x509 {

// cryptography_version is the version of OpenSSL that is loaded: "3.0.17".
[[nodiscard]] std::string cryptography_version();

}  // namespace yuxin::x509
