// RFC 5280 section 4.2.1.2: the value placed in the key identifier field of authorityKeyIdentifier MUST be the
// subject key identifier of the issuer.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (context.issuer == nullptr) return kHolds;
  const auto& own = context.facts.authority_key_identifier;
  if (!own || !own->key_identifier) return kHolds;
  const ExtensionView* extension = context.issuer->tbs().find(oid::kSubjectKeyIdentifier);
  const auto issuers = extension != nullptr ? read_subject_key_identifier(extension->value) : std::nullopt;
  if (!issuers || base::equal(*issuers, *own->key_identifier)) return kHolds;
  return message("The authority key identifier {} is not the issuer's subject key identifier {}.",
                 base::hex_upper(*own->key_identifier), base::hex_upper(*issuers));
}

}  // namespace

const LintRule lint_rule::kAuthorityKeyIdentifierMatchesIssuer{"authority_key_identifier_matches_issuer",
                                                               "RFC 5280 4.2.1.1", LintSeverity::kError, check};

}  // namespace yuxin::x509
