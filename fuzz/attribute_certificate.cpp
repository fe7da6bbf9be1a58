#include "yuxin/x509/attribute_certificate.hpp"

#include "yuxin/evidence/authority.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto certificate = yuxin::x509::AttributeCertificate::from_bytes({data, size});
  if (!certificate) return 0;
  static_cast<void>(certificate->issuer().text());
  static_cast<void>(certificate->authority_key_identifier());
  const auto grant = yuxin::evidence::read_role_grant(*certificate);
  // What is read as a grant has a role and a scope that can be written and read again.
  if (grant && (!yuxin::evidence::RoleCode::parse(grant->role.text()) ||
                yuxin::evidence::parse_scope(yuxin::evidence::print_scope(grant->scope)).value() != grant->scope)) {
    __builtin_trap();
  }
  return 0;
}
