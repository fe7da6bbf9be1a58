// RFC 5280 section 4.2.1.6: URIs with an authority MUST include a fully qualified domain name or IP address as host.
// A warning, because demonstrations and closed networks live well with "localhost" and short names.
#include "lint/internet_names.hpp"
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

bool has_short_host(const NameView& name) {
  const std::string_view uri = base::as_text(name.content);
  if (name.kind != GeneralNameKind::kUri || !is_absolute_uri(uri)) return false;
  const auto host = uri_host(uri);
  return host && is_dns_name(*host, Wildcard::kRefused) && host->find('.') == std::string_view::npos;
}

LintFault check(const LintContext& context) {
  const auto* bad = find_retrieval_name(context, has_short_host);
  if (bad == nullptr) bad = find_alternative_name(context, has_short_host);
  if (bad == nullptr) return kHolds;
  return message(
      "The host of the address “{}” is neither a full domain name nor an IP address; other machines cannot find it.",
      shown(bad->content));
}

}  // namespace

const LintRule lint_rule::kUriHostsFullyQualified{"uri_hosts_fully_qualified", "RFC 5280 4.2.1.6",
                                                  LintSeverity::kWarning, check};

}  // namespace yuxin::x509
