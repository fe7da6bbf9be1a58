#include "yuxin/x509/version.hpp"

#include <openssl/crypto.h>

namespace yuxin::x509 {

std::string cryptography_version() { return OpenSSL_version(OPENSSL_VERSION_STRING); }

}  // namespace yuxin::x509
