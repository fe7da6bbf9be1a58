// RFC 5890 section 2.3.1 and 2.3.2.1: labels with hyphens in third and fourth place are reserved, and those that
// begin with xn-- are the Punycode of an international label.
#include <algorithm>

#include "lint/internet_names.hpp"
#include "lint/offenders.hpp"
#include "lint/rules.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto* bad = find_alternative_name(context, [](const NameView& name) {
    const std::string_view text = base::as_text(name.content);
    if (name.kind != GeneralNameKind::kDns || text.find("--") == std::string_view::npos) return false;
    return is_dns_name(text, Wildcard::kAllowed) && !std::ranges::all_of(base::split(text, '.'), is_idna_label);
  });
  if (!bad) return kHolds;
  return message("The DNS name “{}” has a label that is no valid international (xn--) label.", shown(bad->content));
}

}  // namespace

const LintRule lint_rule::kAlternativeDnsNamesIdna{"alternative_dns_names_idna", "RFC 5890 2.3", LintSeverity::kError,
                                                   check};

}  // namespace yuxin::x509
