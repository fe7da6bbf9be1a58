// RFC 5280 section 4.2.1.12: if the two extensions allow no common purpose, the certificate MUST NOT be used for any.
#include <array>

#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

struct Consistent {
  Oid usage;
  std::uint32_t bits;
};

// The key usage bits that RFC 5280 section 4.2.1.12 calls consistent with each purpose.
const auto& consistent_bits() {
  static const std::array<Consistent, 6> kTable{{
      {oid::kServerAuth, kDigitalSignature | kKeyEncipherment | kKeyAgreement},
      {oid::kClientAuth, kDigitalSignature | kKeyAgreement},
      {oid::kCodeSigning, kDigitalSignature},
      {oid::kEmailProtection, kDigitalSignature | kNonRepudiation | kKeyEncipherment | kKeyAgreement},
      {oid::kTimeStamping, kDigitalSignature | kNonRepudiation},
      {oid::kOcspSigning, kDigitalSignature | kNonRepudiation},
  }};
  return kTable;
}

LintFault check(const LintContext& context) {
  // In a CA's certificate the purposes are limits for those below it and say nothing about its own key.
  if (context.facts.is_ca || !context.facts.key_usage || context.facts.key_usage->bits == 0) return kHolds;
  for (const auto& [usage, bits] : consistent_bits()) {
    if (context.facts.has_usage(usage) && (context.facts.key_usage->bits & bits) == 0) {
      return message("The extended key usage {} is not possible with the key usage.", oid_name(usage));
    }
  }
  return kHolds;
}

}  // namespace

const LintRule lint_rule::kExtendedKeyUsageFitsKeyUsage{"extended_key_usage_fits_key_usage", "RFC 5280 4.2.1.12",
                                                        LintSeverity::kError, check};

}  // namespace yuxin::x509
