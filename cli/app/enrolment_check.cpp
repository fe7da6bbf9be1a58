#include "enrolment_check.hpp"

#include <algorithm>
#include <array>

#include "yuxin/x509/name_match.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::Result;

namespace {

// Somebody whose name is taken; `der` is the certificate.
Result<> refuse_namesake(const x509::Name& subject, base::ByteView spki, base::ByteView der,
                         const std::string& whose) {
  TRY(const auto certificate, x509::Certificate::from_der(der));
  if (!x509::equal_names(certificate.subject(), subject)) return {};
  // what serves the home may be certified anew for the key that it has
  if (!certificate.is_ca() && base::equal(certificate.tbs().spki, spki)) return {};
  return fail(Code::kRefused,
              "The subject is that of {}, and a certificate of somebody else with it would be taken for that. Give "
              "another with --subject.",
              whose);
}

}  // namespace

Result<> check_purpose(const ca::Profile& profile) {
  const std::array<x509::Oid, 3> of_the_home = {x509::oid::kOcspSigning, x509::oid::kAttributeAuthority,
                                                x509::oid::kLedger};
  const bool taken = std::ranges::any_of(profile.extended_key_usage, [&](const base::Bytes& usage) {
    return std::ranges::any_of(of_the_home, [&](x509::Oid one) { return base::equal(usage, one); });
  });
  if (!taken) return {};
  return fail(Code::kRefused,
              "Profile {} is for keys of the home itself, which certifies and renews them when the server runs.",
              profile.name);
}

Result<> check_renewable(const x509::Certificate& certificate, const std::string& profile,
                         const ca::Enrolment& enrolment) {
  static constexpr std::array<std::string_view, 5> kOfTheHome = {"ocsp-responder", "timestamp", "attribute-authority",
                                                                 "ledger", "root-ca"};
  if (std::ranges::find(kOfTheHome, profile) == kOfTheHome.end()) return {};
  TRY(const auto key, certificate.public_key());
  if (base::equal(key.spki(), enrolment.request.public_key().spki())) return {};
  return fail(
      Code::kRefused,
      "Not issued: {} belongs to the home itself (profile {}), and the request is for another key. The server "
      "renews it by itself.",
      certificate.subject().text(), profile);
}

Result<> check_subject(Home& home, const ca::Profile& profile, const ca::PreparedIssuance& prepared) {
  if (profile.is_ca()) return {};
  const auto tbs = x509::parse_tbs_certificate(prepared.tbs());
  if (!tbs) return fail(Code::kInternal, "The certificate that was prepared does not parse.");
  TRY(const auto subject, x509::Name::from_der(tbs->subject));
  if (subject.empty()) return {};
  return home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(const auto authorities, reader.authorities());
    for (const auto& row : authorities) {
      if (row.certificate.empty()) continue;
      TRY(refuse_namesake(subject, tbs->spki, row.certificate, base::message("authority {}", row.name)));
    }
    TRY(const auto services, reader.service_certificates());
    for (const auto& row : services)
      TRY(refuse_namesake(subject, tbs->spki, row.certificate, base::message("what serves this home")));
    return {};
  });
}

}  // namespace yuxin::cli
