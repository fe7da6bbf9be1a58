// RFC 5280 appendix A.2: authorityCertIssuer and authorityCertSerialNumber MUST both be present or both be absent.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto& identifier = context.facts.authority_key_identifier;
  if (!identifier || identifier->has_issuer == identifier->has_serial) return kHolds;
  return message("The authority key identifier names the issuer's issuer without its serial number, or the reverse.");
}

}  // namespace

const LintRule lint_rule::kAuthorityKeyIdentifierPair{"authority_key_identifier_pair", "RFC 5280 A.2",
                                                      LintSeverity::kError, check};

}  // namespace yuxin::x509
