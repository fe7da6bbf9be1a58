// How sentences name a certificate of a home.
#pragma once

#include <string>

#include "yuxin/store/store.hpp"

namespace yuxin::ca {

// serial_text is the serial number in upper-case hex.
[[nodiscard]] std::string serial_text(const store::CertificateRow& row);
// holder_text is whom it is for: the subject, or the alternative names where there is none (RFC 5280
// section 4.1.2.6); empty where neither is known.
[[nodiscard]] std::string holder_text(const store::CertificateRow& row);
// certificate_label is "3F9A77C2 (CN=portal)", in the reader's language; without a holder, the serial number alone.
[[nodiscard]] std::string certificate_label(const store::CertificateRow& row);

}  // namespace yuxin::ca
