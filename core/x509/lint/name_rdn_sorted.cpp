// X.690 section 11.6: the members of a SET OF are encoded in ascending order.
#include <algorithm>

#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

bool is_sorted_name(base::ByteView name) {
  const auto sequence = der::single(name, der::kSequence);
  der::Reader rdns(sequence ? sequence->content : base::ByteView{});
  while (auto rdn = rdns.nested(der::kSet)) {
    base::ByteView before;
    while (const auto member = rdn->element()) {
      if (std::ranges::lexicographical_compare(member->whole, before)) return false;
      before = member->whole;
    }
  }
  return true;
}

bool has_multiple(const Name& name) { return !std::ranges::all_of(name.attributes(), &NameAttribute::starts_rdn); }

LintFault check(const LintContext& context) {
  for (const Name* name : {context.subject, context.issuer_name}) {
    if (name != nullptr && has_multiple(*name) && !is_sorted_name(name->der())) {
      return message("The parts of “{}” that belong together are not in DER order.", name->text());
    }
  }
  return kHolds;
}

}  // namespace

const LintRule lint_rule::kNameRdnSorted{"name_rdn_sorted", "X.690 11.6", LintSeverity::kError, check};

}  // namespace yuxin::x509
