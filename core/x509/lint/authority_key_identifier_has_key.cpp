// RFC 5280 section 4.2.1.1: the keyIdentifier field MUST be included.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto& identifier = context.facts.authority_key_identifier;
  if (!identifier || identifier->key_identifier || context.facts.self_issued) return kHolds;
  return message("The authority key identifier does not hold a key identifier.");
}

}  // namespace

const LintRule lint_rule::kAuthorityKeyIdentifierHasKey{"authority_key_identifier_has_key", "RFC 5280 4.2.1.1",
                                                        LintSeverity::kError, check};

}  // namespace yuxin::x509
