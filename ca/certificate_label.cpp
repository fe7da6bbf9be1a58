// How sentences name a certificate of a home.
#include "yuxin/ca/certificate_label.hpp"

#include "yuxin/base/language.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/x509/serial.hpp"

namespace yuxin::ca {

std::string serial_text(const store::CertificateRow& row) {
  const auto serial = x509::Serial::from_der_content(row.serial);
  return serial ? serial->hex() : base::hex_upper(row.serial);
}

std::string holder_text(const store::CertificateRow& row) { return row.subject.empty() ? row.names : row.subject; }

std::string certificate_label(const store::CertificateRow& row) {
  const auto holder = holder_text(row);
  return holder.empty() ? serial_text(row) : base::message("{} ({})", serial_text(row), holder);
}

}  // namespace yuxin::ca
