// RFC 3172 section 2: "arpa" is for the Internet's infrastructure, such as the names of addresses turned round
// (in-addr.arpa, ip6.arpa), which are no hosts'. Hosts at home have theirs in home.arpa (RFC 8375).
#include "lint/offenders.hpp"
#include "lint/rules.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto* bad = find_alternative_name(context, [](const NameView& name) {
    if (name.kind != GeneralNameKind::kDns) return false;
    const std::string text = "." + base::lower(base::as_text(name.content));
    return text.ends_with(".arpa") && !text.ends_with(".home.arpa");
  });
  if (!bad) return kHolds;
  return message("The DNS name “{}” lies below arpa, where the names of addresses and networks are, and no hosts.",
                 shown(bad->content));
}

}  // namespace

const LintRule lint_rule::kAlternativeDnsNamesOutsideArpa{"alternative_dns_names_outside_arpa", "RFC 3172 2",
                                                          LintSeverity::kError, check};

}  // namespace yuxin::x509
