// RFC 5280 section 4.2.1.12: a list of purposes; naming one twice says nothing and confuses readers.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto& usage = context.facts.extended_key_usage;
  if (!usage) return kHolds;
  for (std::size_t i = 1; i < usage->size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (base::equal((*usage)[i], (*usage)[j])) {
        return message("The extended key usage names {} twice.", oid_name((*usage)[i]));
      }
    }
  }
  return kHolds;
}

}  // namespace

const LintRule lint_rule::kExtendedKeyUsageUnique{"extended_key_usage_unique", "RFC 5280 4.2.1.12",
                                                  LintSeverity::kWarning, check};

}  // namespace yuxin::x509
