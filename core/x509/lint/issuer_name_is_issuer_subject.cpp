// RFC 5280 sections 4.1.2.4 and 6.1.3 (a)(4): names chain; here octet by octet, as many relying parties compare.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (context.issuer == nullptr || base::equal(context.tbs.issuer, context.issuer->tbs().subject)) return kHolds;
  return message("The issuer's name in the certificate is not the subject of the issuer's certificate ({}).",
                 context.issuer->subject().text());
}

}  // namespace

const LintRule lint_rule::kIssuerNameIsIssuerSubject{"issuer_name_is_issuer_subject", "RFC 5280 4.1.2.4",
                                                     LintSeverity::kError, check};

}  // namespace yuxin::x509
