// X.690 section 11.5: a component that has its DEFAULT value is not encoded; version 1 is the default.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!context.tbs.version_was_encoded_default) return kHolds;
  return message("Version 1 is written out although it is the default; DER leaves it out.");
}

}  // namespace

const LintRule lint_rule::kVersionDefaultNotEncoded{"version_default_not_encoded", "X.690 11.5", LintSeverity::kError,
                                                    check};

}  // namespace yuxin::x509
