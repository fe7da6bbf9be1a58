// RFC 6960 section 4.2.2.2.1: the extension is for the certificates of OCSP responders.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!context.facts.ocsp_no_check.present() || context.facts.for_ocsp_signing) return kHolds;
  return message("id-pkix-ocsp-nocheck stands in a certificate that is no OCSP signer.");
}

}  // namespace

const LintRule lint_rule::kOcspNoCheckOnlyOnSigner{"ocsp_no_check_only_on_signer", "RFC 6960 4.2.2.2.1",
                                                   LintSeverity::kWarning, check};

}  // namespace yuxin::x509
