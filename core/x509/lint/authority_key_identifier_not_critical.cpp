// RFC 5280 section 4.2.1.1: conforming CAs MUST mark this extension as non-critical.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!context.facts.authority_key_identifier.critical()) return kHolds;
  return message("The authority key identifier is critical; it must not be.");
}

}  // namespace

const LintRule lint_rule::kAuthorityKeyIdentifierNotCritical{"authority_key_identifier_not_critical",
                                                             "RFC 5280 4.2.1.1", LintSeverity::kError, check};

}  // namespace yuxin::x509
