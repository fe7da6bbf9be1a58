#include "yuxin/x509/ocsp_response.hpp"

using namespace yuxin::x509;

// Whatever parses is verified as if each certificate inside were the issuer.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto response = OcspResponse::from_der({data, size});
  if (!response) return 0;
  OcspVerifyOptions options;
  options.at = response->produced_at();
  for (const auto der : response->certificates()) {
    const auto issuer = Certificate::from_der(der);
    if (!issuer) continue;
    for (const auto& single : response->singles()) {
      const auto evidence = verify_ocsp(*response, {*issuer, single.serial}, options);
      if (evidence && evidence->status != single.status && response->singles().size() == 1) __builtin_trap();
    }
  }
  return 0;
}
