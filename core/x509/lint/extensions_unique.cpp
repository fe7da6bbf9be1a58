// RFC 5280 section 4.2: a certificate MUST NOT include more than one instance of a particular extension.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto& extensions = context.tbs.extensions;
  for (std::size_t i = 1; i < extensions.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (base::equal(extensions[i].oid, extensions[j].oid)) {
        return message("The extension {} stands in the certificate more than once.", oid_name(extensions[i].oid));
      }
    }
  }
  return kHolds;
}

}  // namespace

const LintRule lint_rule::kExtensionsUnique{"extensions_unique", "RFC 5280 4.2", LintSeverity::kError, check};

}  // namespace yuxin::x509
