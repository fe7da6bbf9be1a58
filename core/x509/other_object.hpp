// What a file is that was to be something else, so that whoever gave the wrong one hears which.
#pragma once

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"

namespace yuxin::x509 {

enum class AskedObject { kCertificate, kRequest, kRevocationList };

// other_object is the failure (kMalformed) for octets, PEM or DER, in which what was asked for was not found: it
// names what they are instead, and warns of a private key; `otherwise` where nobody can tell.
[[nodiscard]] base::Failure other_object(base::ByteView octets, AskedObject asked, base::Failure otherwise);

}  // namespace yuxin::x509
