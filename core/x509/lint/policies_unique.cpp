// RFC 5280 section 4.2.1.4: a certificate policy OID MUST NOT appear more than once.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto& policies = context.facts.certificate_policies;
  for (std::size_t i = 1; policies && i < policies->size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (base::equal((*policies)[i].policy, (*policies)[j].policy)) {
        return message("The certificate policy {} appears more than once.", oid_name((*policies)[i].policy));
      }
    }
  }
  return kHolds;
}

}  // namespace

const LintRule lint_rule::kPoliciesUnique{"policies_unique", "RFC 5280 4.2.1.4", LintSeverity::kError, check};

}  // namespace yuxin::x509
