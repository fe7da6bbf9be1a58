// RFC 5280 section 4.2.1.6: rfc822Name is a Mailbox (RFC 5321 section 4.1.2), without a phrase or angle brackets.
#include "lint/internet_names.hpp"
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto* bad = find_alternative_name(context, [](const NameView& name) {
    const std::string_view text = base::as_text(name.content);
    return name.kind == GeneralNameKind::kEmail && is_clean_ascii(text) && !is_mailbox(text);
  });
  if (!bad) return kHolds;
  return message("The e-mail address “{}” is not valid.", shown(bad->content));
}

}  // namespace

const LintRule lint_rule::kAlternativeEmailsValid{"alternative_emails_valid", "RFC 5280 4.2.1.6",
                                                  LintSeverity::kError, check};

}  // namespace yuxin::x509
