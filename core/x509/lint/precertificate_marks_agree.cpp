// RFC 6962 section 3.1: the poison is critical and marks a precertificate, which cannot hold its own time stamps.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto& facts = context.facts;
  if (!facts.precertificate_poison.present()) return kHolds;
  if (facts.precertificate_poison.critical() && !facts.sct_list.present()) return kHolds;
  return message(
      "The mark of a precertificate must be critical and cannot stand beside signed certificate timestamps.");
}

}  // namespace

const LintRule lint_rule::kPrecertificateMarksAgree{"precertificate_marks_agree", "RFC 6962 3.1",
                                                    LintSeverity::kError, check};

}  // namespace yuxin::x509
