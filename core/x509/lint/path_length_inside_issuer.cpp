// RFC 5280 section 4.2.1.9: the issuer's path length bounds the non-self-issued intermediate certificates below it.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (context.issuer == nullptr || !context.facts.is_ca || context.facts.self_issued) return kHolds;
  const ExtensionView* extension = context.issuer->tbs().find(oid::kBasicConstraints);
  const auto issuers = extension != nullptr ? read_basic_constraints(extension->value) : std::nullopt;
  if (!issuers || !issuers->path_length) return kHolds;
  if (*issuers->path_length == 0) {
    return message("The issuer's path length is 0: it may not certify another authority.");
  }
  const auto own = context.facts.basic_constraints->path_length;
  if (!own || *own < *issuers->path_length) return kHolds;
  return message("The path length {} is more than the issuer's path length {} leaves.", *own, *issuers->path_length);
}

}  // namespace

const LintRule lint_rule::kPathLengthInsideIssuer{"path_length_inside_issuer", "RFC 5280 4.2.1.9",
                                                  LintSeverity::kError, check};

}  // namespace yuxin::x509
