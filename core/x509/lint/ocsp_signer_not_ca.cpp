// RFC 6960 section 4.2.2.2: a delegated responder is certified by the CA whose status it answers. A CA with this
// usage would be a responder for its issuer as well.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!context.facts.is_ca || !context.facts.for_ocsp_signing) return kHolds;
  return message("A certification authority must not be an OCSP signer of its issuer at the same time.");
}

}  // namespace

const LintRule lint_rule::kOcspSignerNotCa{"ocsp_signer_not_ca", "RFC 6960 4.2.2.2", LintSeverity::kError, check};

}  // namespace yuxin::x509
