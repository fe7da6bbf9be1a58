// RFC 9525 section 7.1: a wildcard below a top-level domain would vouch for everybody's hosts.
#include <algorithm>

#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto* bad = find_alternative_name(context, [](const NameView& name) {
    const std::string_view text = base::as_text(name.content);
    return name.kind == GeneralNameKind::kDns && text.starts_with("*.") && is_dns_name(text, Wildcard::kAllowed) &&
           std::ranges::count(text, '.') < 2;
  });
  if (!bad) return kHolds;
  return message("The wildcard “{}” covers a whole top-level domain.", shown(bad->content));
}

}  // namespace

const LintRule lint_rule::kAlternativeDnsWildcardsNarrow{"alternative_dns_wildcards_narrow", "RFC 9525 7.1",
                                                         LintSeverity::kWarning, check};

}  // namespace yuxin::x509
