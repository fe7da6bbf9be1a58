// RFC 5280 section 4.2.2.1 defines two access methods: OCSP and CA issuers.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto& access = context.facts.authority_info_access;
  for (std::size_t i = 0; access && i < access->size(); ++i) {
    const Oid method = (*access)[i].method;
    if (base::equal(method, oid::kOcspAccess) || base::equal(method, oid::kCaIssuersAccess)) continue;
    return message("authorityInfoAccess has the unknown method {}.", oid_name(method));
  }
  return kHolds;
}

}  // namespace

const LintRule lint_rule::kAuthorityInfoAccessMethodsKnown{"authority_info_access_methods_known", "RFC 5280 4.2.2.1",
                                                           LintSeverity::kWarning, check};

}  // namespace yuxin::x509
