// RFC 5280 section 4.2.1.13 recommends CRL distribution points; an OCSP location serves as well.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto& facts = context.facts;
  if (facts.self_issued || facts.ocsp_no_check.present() || facts.no_revocation_available.present()) return kHolds;
  if (facts.crl_distribution_points.present() || facts.authority_info_access.present()) return kHolds;
  return message("The certificate does not say where its revocation status can be learned.");
}

}  // namespace

const LintRule lint_rule::kRevocationInformationPresent{"revocation_information_present", "RFC 5280 4.2.1.13",
                                                        LintSeverity::kNotice, check};

}  // namespace yuxin::x509
