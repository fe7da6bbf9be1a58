// NIST SP 800-131A section 9 and RFC 9155: SHA-1 is not used in new signatures. MD5 is no known algorithm here.
#include "lint/rules.hpp"
#include "yuxin/x509/algorithm.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto algorithm = scheme_by_identifier(context.tbs.signature_algorithm);
  if (algorithm != SignatureAlgorithm::kRsaSha1 && algorithm != SignatureAlgorithm::kEcdsaSha1) return kHolds;
  return message("The signature uses SHA-1, for which collisions are made in practice. Use SHA-256 or SM3.");
}

}  // namespace

const LintRule lint_rule::kSignatureDigestIsCurrent{"signature_digest_is_current", "NIST SP 800-131A 9",
                                                    LintSeverity::kError, check};

}  // namespace yuxin::x509
