// RFC 5280 sections 5.2 and 5.3, RFC 6960 section 4.4: these extensions belong into CRLs, their entries, and what is
// asked and answered about status.
#include <algorithm>
#include <array>
#include <cstdint>

#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

// id-ce-holdInstructionCode
constexpr std::array<std::uint8_t, 3> kHoldInstruction{0x55, 0x1d, 0x17};
// id-pkix-ocsp, below which only nocheck is for certificates
constexpr std::array<std::uint8_t, 8> kOcspArc{0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01};

bool is_foreign(Oid oid) {
  for (const Oid listed : {oid::kCrlNumber, oid::kReasonCode, oid::kInvalidityDate, oid::kDeltaCrlIndicator,
                           oid::kIssuingDistributionPoint, oid::kCertificateIssuer, Oid(kHoldInstruction)}) {
    if (base::equal(oid, listed)) return true;
  }
  const bool ocsp = oid.size() > kOcspArc.size() && base::equal(oid.first(kOcspArc.size()), kOcspArc);
  return ocsp && !base::equal(oid, oid::kOcspNoCheck);
}

LintFault check(const LintContext& context) {
  const auto& extensions = context.tbs.extensions;
  const auto bad =
      std::ranges::find_if(extensions, [](const ExtensionView& extension) { return is_foreign(extension.oid); });
  if (bad == extensions.end()) return kHolds;
  return message("The extension {} belongs into revocation lists or status answers, not into certificates.",
                 oid_name(bad->oid));
}

}  // namespace

const LintRule lint_rule::kExtensionsAreOfCertificates{"extensions_are_of_certificates", "RFC 5280 5.2",
                                                       LintSeverity::kError, check};

}  // namespace yuxin::x509
