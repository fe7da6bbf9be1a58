// RFC 5280 section 4.1.2.8: CAs conforming to this profile MUST NOT generate certificates with unique identifiers.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!context.tbs.has_unique_identifiers) return kHolds;
  return message("The certificate has unique identifiers, which are forbidden.");
}

}  // namespace

const LintRule lint_rule::kUniqueIdentifiersAbsent{"unique_identifiers_absent", "RFC 5280 4.1.2.8",
                                                   LintSeverity::kError, check};

}  // namespace yuxin::x509
