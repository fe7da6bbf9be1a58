// RFC 5480 section 4: the recommended digests keep up with the strength of the curve.
#include "lint/rules.hpp"
#include "yuxin/x509/algorithm.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (context.issuer_key == nullptr) return kHolds;
  const auto algorithm = scheme_by_identifier(context.tbs.signature_algorithm);
  if (!algorithm || !scheme(*algorithm).digest) return kHolds;
  // P-521 with SHA-512 is the strongest that there is: collisions in a digest cost half its bits.
  const unsigned digest_bits = static_cast<unsigned>(digest_size(*scheme(*algorithm).digest)) * 4;
  if (digest_bits >= std::min(security_bits(context.issuer_key->kind()), 256U)) return kHolds;
  if (algorithm == SignatureAlgorithm::kRsaSha1 || algorithm == SignatureAlgorithm::kEcdsaSha1) return kHolds;
  return message("The digest of {} is weaker than the issuer's key ({}).", scheme(*algorithm).name,
                 print_key_kind(context.issuer_key->kind()));
}

}  // namespace

const LintRule lint_rule::kSignatureDigestFitsIssuerKey{"signature_digest_fits_issuer_key", "RFC 5480 4",
                                                        LintSeverity::kWarning, check};

}  // namespace yuxin::x509
