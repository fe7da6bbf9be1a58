// RFC 5280 section 4.2.1.6: URIs with an authority MUST include a fully qualified domain name or IP address as host.
#include "lint/internet_names.hpp"
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto* bad = find_alternative_name(context, [](const NameView& name) {
    const std::string_view text = base::as_text(name.content);
    if (name.kind != GeneralNameKind::kUri || !is_absolute_uri(text)) return false;
    const auto host = uri_host(text);
    return host && !is_host(*host);
  });
  if (!bad) return kHolds;
  return message("The host of the URI “{}” is neither a domain name nor an IP address.", shown(bad->content));
}

}  // namespace

const LintRule lint_rule::kAlternativeUriHostsValid{"alternative_uri_hosts_valid", "RFC 5280 4.2.1.6",
                                                    LintSeverity::kError, check};

}  // namespace yuxin::x509
