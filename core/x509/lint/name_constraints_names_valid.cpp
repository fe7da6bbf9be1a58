// RFC 5280 section 4.2.1.10: a DNS constraint is a DNS name; one on e-mail is a mailbox, a host or a domain with a
// leading period; one on URIs is a host or a domain with a leading period.
#include "lint/internet_names.hpp"
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

bool is_host_or_domain(std::string_view text) {
  if (text.starts_with('.')) text.remove_prefix(1);
  return is_dns_name(text, Wildcard::kRefused);
}

bool is_invalid(const SubtreeView& subtree) {
  const std::string_view text = base::as_text(subtree.base.content);
  if (!is_text(subtree.base) || text.empty()) return false;  // an empty name constrains all of its form
  if (subtree.base.kind == GeneralNameKind::kDns) return !is_dns_name(text, Wildcard::kRefused);
  if (subtree.base.kind == GeneralNameKind::kEmail && text.find('@') != std::string_view::npos) {
    return !is_mailbox(text);
  }
  return !is_host_or_domain(text);
}

LintFault check(const LintContext& context) {
  const auto* bad = find_subtree(context, is_invalid);
  if (!bad) return kHolds;
  return message("The name constraint “{}” is not written as RFC 5280 wants it.", shown(bad->base.content));
}

}  // namespace

const LintRule lint_rule::kNameConstraintsNamesValid{"name_constraints_names_valid", "RFC 5280 4.2.1.10",
                                                     LintSeverity::kError, check};

}  // namespace yuxin::x509
