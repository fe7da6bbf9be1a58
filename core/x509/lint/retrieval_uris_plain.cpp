// RFC 5280 section 8: CAs SHOULD NOT include https, ldaps or similar schemes in these extensions, because checking
// their certificates leads round in a circle.
#include "lint/internet_names.hpp"
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto* bad = find_retrieval_name(context, [](const NameView& name) {
    const std::string scheme = uri_scheme(base::as_text(name.content));
    return name.kind == GeneralNameKind::kUri && (scheme == "https" || scheme == "ldaps" || scheme == "ftps");
  });
  if (!bad) return kHolds;
  return message("The address “{}” uses TLS, whose certificate would have to be checked first. Use http.",
                 shown(bad->content));
}

}  // namespace

const LintRule lint_rule::kRetrievalUrisPlain{"retrieval_uris_plain", "RFC 5280 8", LintSeverity::kWarning, check};

}  // namespace yuxin::x509
