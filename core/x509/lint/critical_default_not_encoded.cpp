// X.690 section 11.5: a component that has its DEFAULT value is not encoded; critical defaults to FALSE.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  for (const auto& extension : context.tbs.extensions) {
    if (extension.critical_was_encoded_false) {
      return message("The extension {} writes out that it is not critical; DER leaves the default out.",
                     oid_name(extension.oid));
    }
  }
  return kHolds;
}

}  // namespace

const LintRule lint_rule::kCriticalDefaultNotEncoded{"critical_default_not_encoded", "X.690 11.5",
                                                     LintSeverity::kError, check};

}  // namespace yuxin::x509
