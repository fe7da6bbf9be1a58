// RFC 4519 section 2.4: a domainComponent holds one label of a DNS name.
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto bad = find_attribute(context, [](const NameAttribute& attribute) {
    if (!base::equal(attribute.type, oid::kDomainComponent) || attribute.value.empty()) return false;
    return !is_dns_name(attribute.value, Wildcard::kRefused) || attribute.value.find('.') != std::string::npos;
  });
  if (!bad) return kHolds;
  return message("The domain component “{}” in the name of the {} is not one label of a DNS name.",
                 shown(base::as_bytes(bad->attribute->value)), bad->whose());
}

}  // namespace

const LintRule lint_rule::kNameDomainComponentLabel{"name_domain_component_label", "RFC 4519 2.4",
                                                    LintSeverity::kError, check};

}  // namespace yuxin::x509
