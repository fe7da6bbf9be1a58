// RFC 5280 section 4.1.2.1: when extensions are used, version MUST be 3; every certificate of this profile has some.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (context.tbs.version == 2 || context.tbs.version_was_encoded_default) return kHolds;
  return message("The certificate has version {}; only version 3 can carry extensions.", context.tbs.version + 1);
}

}  // namespace

const LintRule lint_rule::kVersionIs3{"version_is_3", "RFC 5280 4.1.2.1", LintSeverity::kError, check};

}  // namespace yuxin::x509
