// RFC 9525 section 2: clients ignore the common name, so what it promises must stand in subjectAltName too.
#include "lint/offenders.hpp"
#include "lint/rules.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::x509 {

namespace {

bool names_host(const NameView& name, std::string_view host) {
  if (name.kind == GeneralNameKind::kIp) return print_ip(name.content) == host;
  return name.kind == GeneralNameKind::kDns && base::lower(base::as_text(name.content)) == base::lower(host);
}

LintFault check(const LintContext& context) {
  const auto& facts = context.facts;
  if (facts.is_ca || !facts.for_tls_server || !facts.subject_alt_name || context.subject == nullptr) return kHolds;
  const std::string_view host = context.subject->first(oid::kCommonName);
  if (host.empty()) return kHolds;
  bool has_host = false;
  for (const NameView& name : *facts.subject_alt_name) {
    if (names_host(name, host)) return kHolds;
    has_host = has_host || name.kind == GeneralNameKind::kDns || name.kind == GeneralNameKind::kIp;
  }
  if (!has_host) return kHolds;
  return message("The common name “{}” is not among the names in subjectAltName.", shown(base::as_bytes(host)));
}

}  // namespace

const LintRule lint_rule::kTlsServerCommonNameInNames{"tls_server_common_name_in_names", "RFC 9525 2",
                                                      LintSeverity::kWarning, check};

}  // namespace yuxin::x509
