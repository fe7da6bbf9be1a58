// RFC 5280 section 4.2.1.6: dNSName in the preferred name syntax of RFC 1034 section 3.5 as changed by RFC 1123; no
// blank name. RFC 9525 section 6.3: a wildcard is the complete left-most label.
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto* bad = find_alternative_name(context, [](const NameView& name) {
    const std::string_view text = base::as_text(name.content);
    return name.kind == GeneralNameKind::kDns && is_clean_ascii(text) && !is_dns_name(text, Wildcard::kAllowed);
  });
  if (!bad) return kHolds;
  return message("The DNS name “{}” is not valid.", shown(bad->content));
}

}  // namespace

const LintRule lint_rule::kAlternativeDnsNamesValid{"alternative_dns_names_valid", "RFC 5280 4.2.1.6",
                                                    LintSeverity::kError, check};

}  // namespace yuxin::x509
