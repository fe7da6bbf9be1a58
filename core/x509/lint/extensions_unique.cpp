// RFC 5280 section 4.2: a certificate MUST NOT include more than one instance of a particular extension.
#include "lint/rules.hpp"
#include "repeated.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto twice = repeated(context.tbs.extensions, &ExtensionView::oid);
  if (!twice) return kHolds;
  return message("The extension {} stands in the certificate more than once.", oid_name(*twice));
}

}  // namespace

const LintRule lint_rule::kExtensionsUnique{"extensions_unique", "RFC 5280 4.2", LintSeverity::kError, check};

}  // namespace yuxin::x509
