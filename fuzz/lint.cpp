// Every lint over any TBSCertificate.
#include "yuxin/x509/lint.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (const auto tbs = yuxin::x509::parse_tbs_certificate({data, size})) (void)yuxin::x509::lint_tbs(*tbs, nullptr);
  return 0;
}
