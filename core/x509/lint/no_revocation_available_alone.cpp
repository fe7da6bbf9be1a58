// RFC 9608 section 2: noRevAvail MUST NOT be critical, MUST NOT be in CA certificates, and excludes every pointer
// to revocation information.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto& facts = context.facts;
  if (!facts.no_revocation_available.present()) return kHolds;
  const auto& access = facts.authority_info_access;
  bool pointer = facts.crl_distribution_points.present() || facts.freshest_crl.present();
  for (std::size_t i = 0; access && i < access->size(); ++i) {
    pointer = pointer || base::equal((*access)[i].method, oid::kOcspAccess);
  }
  if (!pointer && !facts.is_ca && !facts.no_revocation_available.critical()) return kHolds;
  return message(
      "noRevAvail must be non-critical, in an end entity's certificate and without pointers to CRL or OCSP.");
}

}  // namespace

const LintRule lint_rule::kNoRevocationAvailableAlone{"no_revocation_available_alone", "RFC 9608 2",
                                                      LintSeverity::kError, check};

}  // namespace yuxin::x509
