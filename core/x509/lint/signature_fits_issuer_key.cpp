// RFC 5280 section 4.1.1.2: the algorithm is the one that the CA signed with, so its key must be able to.
#include "lint/rules.hpp"
#include "yuxin/x509/algorithm.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (context.issuer_key == nullptr) return kHolds;
  const auto algorithm = scheme_by_identifier(context.tbs.signature_algorithm);
  if (!algorithm || fits(context.issuer_key->kind(), *algorithm)) return kHolds;
  // SHA-1 fits no key, and has a rule of its own.
  if (algorithm == SignatureAlgorithm::kRsaSha1 || algorithm == SignatureAlgorithm::kEcdsaSha1) return kHolds;
  return message("The issuer's key is {} and cannot make signatures of the kind {}.",
                 print_key_kind(context.issuer_key->kind()), scheme(*algorithm).name);
}

}  // namespace

const LintRule lint_rule::kSignatureFitsIssuerKey{"signature_fits_issuer_key", "RFC 5280 4.1.1.2",
                                                  LintSeverity::kError, check};

}  // namespace yuxin::x509
