// RFC 5280 section 4.2.1.6: the URI MUST NOT be relative and MUST include a scheme and a scheme-specific part.
#include "lint/internet_names.hpp"
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto* bad = find_alternative_name(context, [](const NameView& name) {
    const std::string_view text = base::as_text(name.content);
    return name.kind == GeneralNameKind::kUri && is_clean_ascii(text) && !is_absolute_uri(text);
  });
  if (!bad) return kHolds;
  return message("The URI “{}” is not an absolute URI of RFC 3986.", shown(bad->content));
}

}  // namespace

const LintRule lint_rule::kAlternativeUrisAbsolute{"alternative_uris_absolute", "RFC 5280 4.2.1.6",
                                                   LintSeverity::kError, check};

}  // namespace yuxin::x509
