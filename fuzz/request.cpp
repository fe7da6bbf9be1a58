#include "yuxin/x509/request.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto request = yuxin::x509::CertificateRequest::from_bytes({data, size});
  if (!request) return 0;
  static_cast<void>(request->subject().text());
  static_cast<void>(request->subject_alt_names());
  static_cast<void>(request->verify_possession().has_value());
  return 0;
}
