// RFC 1034 section 3.5: the preferred name syntax has letters, digits and hyphens, but no underscore.
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto* bad = find_alternative_name(context, [](const NameView& name) {
    const std::string_view text = base::as_text(name.content);
    return name.kind == GeneralNameKind::kDns && text.find('_') != std::string_view::npos &&
           is_dns_name(text, Wildcard::kAllowed);
  });
  if (!bad) return kHolds;
  return message("The DNS name “{}” has an underscore, which host names cannot have.", shown(bad->content));
}

}  // namespace

const LintRule lint_rule::kAlternativeDnsNamesWithoutUnderscore{"alternative_dns_names_without_underscore",
                                                                "RFC 5280 4.2.1.6", LintSeverity::kWarning, check};

}  // namespace yuxin::x509
