// RFC 9525 section 2: clients look for DNS names, IP addresses and URIs in subjectAltName and nowhere else.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto& facts = context.facts;
  if (facts.is_ca || !facts.for_tls_server) return kHolds;
  if (facts.subject_alt_name.present() && !facts.subject_alt_name) return kHolds;  // malformed: another rule
  for (std::size_t i = 0; facts.subject_alt_name && i < facts.subject_alt_name->size(); ++i) {
    const GeneralNameKind kind = (*facts.subject_alt_name)[i].kind;
    if (kind == GeneralNameKind::kDns || kind == GeneralNameKind::kIp || kind == GeneralNameKind::kUri) return kHolds;
  }
  return message("A TLS server's certificate needs its DNS names or IP addresses in subjectAltName.");
}

}  // namespace

const LintRule lint_rule::kTlsServerHasNames{"tls_server_has_names", "RFC 9525 2", LintSeverity::kWarning, check};

}  // namespace yuxin::x509
