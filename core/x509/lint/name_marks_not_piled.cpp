// UTS 39 section 5.4 forbids more than four nonspacing marks in a row, which cover the lines above and below on a
// screen; here so many are let pass as any script writes.
#include "lint/offenders.hpp"
#include "lint/rules.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::x509 {

namespace {

constexpr std::size_t kMostMarks = 8;

LintFault check(const LintContext& context) {
  const auto bad = find_attribute(
      context, [](const NameAttribute& attribute) { return base::most_marks(attribute.value) > kMostMarks; });
  if (!bad) return kHolds;
  return message("{} in the name of the {} has more than {} marks on one character.", bad->keyword(), bad->whose(),
                 kMostMarks);
}

}  // namespace

const LintRule lint_rule::kNameMarksNotPiled{"name_marks_not_piled", "UTS 39 5.4", LintSeverity::kError, check};

}  // namespace yuxin::x509
