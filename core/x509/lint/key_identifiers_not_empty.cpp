// RFC 5280 section 4.2.1.2: the identifier identifies a key, which no octets at all do not.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto& subject = context.facts.subject_key_identifier;
  const auto& authority = context.facts.authority_key_identifier;
  const bool empty =
      (subject && subject->empty()) || (authority && authority->key_identifier && authority->key_identifier->empty());
  if (!empty) return kHolds;
  return message("A key identifier is empty.");
}

}  // namespace

const LintRule lint_rule::kKeyIdentifiersNotEmpty{"key_identifiers_not_empty", "RFC 5280 4.2.1.2",
                                                  LintSeverity::kError, check};

}  // namespace yuxin::x509
