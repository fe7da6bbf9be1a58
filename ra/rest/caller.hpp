// Who calls: the certificate that TLS was shown, held against what the home knows at this moment.
#pragma once

#include <string>

#include "yuxin/ra/rest.hpp"
#include "yuxin/x509/certificate.hpp"

namespace yuxin::ra::rest {

struct Caller {
  x509::Certificate certificate;
  std::string subject;
  std::string serial;  // upper-case hexadecimal
  Viewer viewer;
};
// caller_of: kNotAuthorised for a DER certificate that this home has not issued, that is revoked, on hold, expired or
// not valid yet, or whose authority is not in good standing. TLS has verified the chain; nothing else is taken from
// it.
[[nodiscard]] base::Result<Caller> caller_of(const RestParts& parts, base::ByteView der);

}  // namespace yuxin::ra::rest
