// RFC 5280 section 4.1.2.6: new certificates with e-mail addresses MUST use the rfc822Name in subjectAltName.
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (context.facts.is_ca || context.subject == nullptr) return kHolds;
  const auto& names = context.facts.subject_alt_name;
  for (const auto& attribute : context.subject->attributes()) {
    if (!base::equal(attribute.type, oid::kEmailAddress)) continue;
    bool found = names.present() && !names;  // malformed: another rule
    for (std::size_t i = 0; names && i < names->size(); ++i) {
      const NameView& name = (*names)[i];
      found = found || (name.kind == GeneralNameKind::kEmail && base::as_text(name.content) == attribute.value);
    }
    if (!found) {
      return message(
          "The e-mail address “{}” of the subject is not in subjectAltName. Add it there, or leave it out.",
          shown(base::as_bytes(attribute.value)));
    }
  }
  return kHolds;
}

}  // namespace

const LintRule lint_rule::kSubjectEmailInAlternativeNames{"subject_email_in_alternative_names", "RFC 5280 4.1.2.6",
                                                          LintSeverity::kError, check};

}  // namespace yuxin::x509
