// RFC 5280 section 4.2.1.6: rfc822Name, dNSName and uniformResourceIdentifier are IA5String; section 7 says how
// international names are put into ASCII.
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto* bad = find_alternative_name(
      context, [](const NameView& name) { return is_text(name) && !is_clean_ascii(base::as_text(name.content)); });
  if (!bad) return kHolds;
  return message("The alternative name “{}” has characters that an IA5String of a name cannot have.",
                 shown(bad->content));
}

}  // namespace

const LintRule lint_rule::kAlternativeNamesIa5{"alternative_names_ia5", "RFC 5280 4.2.1.6", LintSeverity::kError,
                                               check};

}  // namespace yuxin::x509
