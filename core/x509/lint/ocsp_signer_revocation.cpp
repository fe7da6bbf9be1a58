// RFC 6960 section 4.2.2.2.1: a client must learn how to check the responder's own certificate: id-pkix-ocsp-nocheck,
// or a place to ask.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto& facts = context.facts;
  if (facts.is_ca || !facts.for_ocsp_signing) return kHolds;
  if (facts.ocsp_no_check.present() || facts.crl_distribution_points.present() ||
      facts.authority_info_access.present()) {
    return kHolds;
  }
  return message("An OCSP signer needs id-pkix-ocsp-nocheck, or a place where its own status can be asked.");
}

}  // namespace

const LintRule lint_rule::kOcspSignerRevocation{"ocsp_signer_revocation", "RFC 6960 4.2.2.2.1",
                                                LintSeverity::kWarning, check};

}  // namespace yuxin::x509
