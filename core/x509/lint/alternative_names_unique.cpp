// RFC 5280 section 4.2.1.6: naming the same name twice says nothing more.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto& names = context.facts.subject_alt_name;
  for (std::size_t i = 1; names && i < names->size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if ((*names)[i].kind == (*names)[j].kind && base::equal((*names)[i].content, (*names)[j].content)) {
        return message("subjectAltName holds the same name twice.");
      }
    }
  }
  return kHolds;
}

}  // namespace

const LintRule lint_rule::kAlternativeNamesUnique{"alternative_names_unique", "RFC 5280 4.2.1.6",
                                                  LintSeverity::kWarning, check};

}  // namespace yuxin::x509
