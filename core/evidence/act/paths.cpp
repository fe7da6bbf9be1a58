#include "act/paths.hpp"

#include "yuxin/base/language.hpp"

namespace yuxin::evidence {

namespace {

x509::PathOptions options_for(x509::PathPurpose purpose) {
  x509::PathOptions options;
  options.purpose = purpose;
  options.revocation = x509::RevocationMode::kNone;  // status is judged from what the act carries
  return options;
}

}  // namespace

x509::PathReport actor_path(const x509::PathVerifier& paths, const x509::Certificate& actor, base::UnixTime at,
                            const std::vector<x509::Certificate>& help) {
  return paths.verify(actor, at, options_for(x509::PathPurpose::kAny), help);
}

x509::PathReport authority_path(const x509::PathVerifier& paths, const x509::AttributeCertificate& grant,
                                base::UnixTime at, const std::vector<x509::Certificate>& certificates) {
  x509::PathReport report;
  report.reason = "no-authority";
  report.detail = base::message("The act carries no certificate of {}, who granted the role.", grant.issuer().text());
  for (const auto& candidate : certificates) {
    if (!candidate.subject().same(grant.issuer())) continue;
    // an authority that was renewed has several certificates of its name, and each grant has one that signed it
    const auto key = candidate.public_key();
    if (!key || !x509::verify_signature(grant, *key)) continue;
    report = paths.verify(candidate, at, options_for(x509::PathPurpose::kAttributeAuthority), certificates);
    if (report.valid) return report;
  }
  return report;
}

}  // namespace yuxin::evidence
