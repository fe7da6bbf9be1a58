// RFC 5280 section 4.2.1.6: naming the same name twice says nothing more.
#include <map>

#include "lint/rules.hpp"
#include "repeated.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto& names = context.facts.subject_alt_name;
  if (!names || names->size() < 2) return kHolds;
  std::map<GeneralNameKind, std::vector<base::ByteView>> contents;
  for (const auto& name : *names) contents[name.kind].push_back(name.content);
  for (auto& [kind, list] : contents)
    if (repeated(std::move(list))) return message("subjectAltName holds the same name twice.");
  return kHolds;
}

}  // namespace

const LintRule lint_rule::kAlternativeNamesUnique{"alternative_names_unique", "RFC 5280 4.2.1.6",
                                                  LintSeverity::kWarning, check};

}  // namespace yuxin::x509
