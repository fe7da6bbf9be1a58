// X.501 section 9.3: the attributes of one relative distinguished name are of different types.
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

const NameAttribute* repeated_in_rdn(const Name& name) {
  const auto& attributes = name.attributes();
  for (std::size_t i = 1; i < attributes.size(); ++i) {
    for (std::size_t j = i; j > 0 && !attributes[j].starts_rdn; --j) {
      if (base::equal(attributes[i].type, attributes[j - 1].type)) return &attributes[i];
    }
  }
  return nullptr;
}

LintFault check(const LintContext& context) {
  for (const Name* name : {context.subject, context.issuer_name}) {
    const NameAttribute* bad = name != nullptr ? repeated_in_rdn(*name) : nullptr;
    if (bad != nullptr) {
      return message("{} stands twice in one part of the name “{}”.", attribute_keyword(bad->type), name->text());
    }
  }
  return kHolds;
}

}  // namespace

const LintRule lint_rule::kNameRdnTypesUnique{"name_rdn_types_unique", "X.501 9.3", LintSeverity::kError, check};

}  // namespace yuxin::x509
