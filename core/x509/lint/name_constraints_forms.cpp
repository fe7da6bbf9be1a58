// RFC 5280 section 4.2.1.10: conforming CAs SHOULD NOT impose name constraints on the x400Address, ediPartyName or
// registeredID name forms.
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto* bad = find_subtree(context, [](const SubtreeView& subtree) {
    const GeneralNameKind kind = subtree.base.kind;
    return kind == GeneralNameKind::kX400 || kind == GeneralNameKind::kEdi || kind == GeneralNameKind::kRegisteredId;
  });
  if (!bad) return kHolds;
  return message("A name constraint is of the form {}, which relying parties do not know.",
                 general_name_prefix(bad->base.kind));
}

}  // namespace

const LintRule lint_rule::kNameConstraintsForms{"name_constraints_forms", "RFC 5280 4.2.1.10", LintSeverity::kWarning,
                                                check};

}  // namespace yuxin::x509
