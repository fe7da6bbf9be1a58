// RFC 5280 sections 4.2.1.13 and 4.2.2.1: pointers to CRLs, issuers and responders are absolute URIs with a host;
// only LDAP may leave the host to the reader.
#include "lint/internet_names.hpp"
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto* bad = find_retrieval_name(context, [](const NameView& name) {
    const std::string_view uri = base::as_text(name.content);
    if (name.kind != GeneralNameKind::kUri) return false;
    if (!is_absolute_uri(uri)) return true;
    const auto host = uri_host(uri);
    if (uri_scheme(uri) == "ldap" && host && host->empty()) return false;
    return !host || !is_host(*host);
  });
  if (!bad) return kHolds;
  return message("The address “{}” for CRL, OCSP or issuer is not a URI with a host.", shown(bad->content));
}

}  // namespace

const LintRule lint_rule::kRetrievalUrisValid{"retrieval_uris_valid", "RFC 5280 4.2.1.13, 4.2.2.1",
                                              LintSeverity::kError, check};

}  // namespace yuxin::x509
