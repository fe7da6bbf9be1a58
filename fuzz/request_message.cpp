// Certificate request messages of CRMF, and which of the two forms of a request octets are.
#include <cstdlib>

#include "yuxin/x509/request.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using yuxin::x509::CertificateRequest;
  const auto request = CertificateRequest::from_crmf({data, size});
  if (!request) return 0;
  const auto either = CertificateRequest::from_either({data, size});
  if (!either || either->form() != yuxin::x509::RequestForm::kCrmf) std::abort();
  static_cast<void>(request->subject().text());
  static_cast<void>(request->subject_alt_names());
  static_cast<void>(request->verify_possession().has_value());
  return 0;
}
