// RFC 5280 section 6.1.4 (k) and (n): the issuer is a CA and its key usage, if it has one, includes keyCertSign.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (context.issuer == nullptr) return kHolds;
  if (!context.issuer->is_ca()) {
    return message("The issuer {} is not a certification authority.", context.issuer->subject().text());
  }
  const ExtensionView* usage = context.issuer->tbs().find(oid::kKeyUsage);
  const auto bits = usage != nullptr ? read_key_usage(usage->value) : std::uint32_t{kKeyCertSign};
  if (bits && (*bits & kKeyCertSign) != 0) return kHolds;
  return message("The key usage of the issuer {} does not let it sign certificates.",
                 context.issuer->subject().text());
}

}  // namespace

const LintRule lint_rule::kIssuerMaySign{"issuer_may_sign", "RFC 5280 6.1.4", LintSeverity::kError, check};

}  // namespace yuxin::x509
