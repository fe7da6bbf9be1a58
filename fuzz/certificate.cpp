#include "yuxin/x509/certificate.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto certificate = yuxin::x509::Certificate::from_bytes({data, size});
  if (!certificate) return 0;
  static_cast<void>(certificate->subject().text());
  static_cast<void>(certificate->serial());
  static_cast<void>(certificate->is_ca());
  static_cast<void>(certificate->public_key());
  for (const auto& extension : certificate->tbs().extensions) {
    static_cast<void>(yuxin::x509::read_alternative_names(extension.value));
    static_cast<void>(yuxin::x509::read_key_usage(extension.value));
    static_cast<void>(yuxin::x509::read_authority_key_identifier(extension.value));
    static_cast<void>(yuxin::x509::read_authority_info_access(extension.value));
    static_cast<void>(yuxin::x509::read_crl_distribution_points(extension.value));
    static_cast<void>(yuxin::x509::read_certificate_policies(extension.value));
    static_cast<void>(yuxin::x509::read_policy_mappings(extension.value));
    static_cast<void>(yuxin::x509::read_policy_constraints(extension.value));
    static_cast<void>(yuxin::x509::read_name_constraints(extension.value));
    static_cast<void>(yuxin::x509::read_issuing_distribution_point(extension.value));
  }
  return 0;
}
