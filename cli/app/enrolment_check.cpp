#include "enrolment_check.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "yuxin/base/text.hpp"
#include "yuxin/x509/name_match.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::Result;

namespace {

// undo_latin1 gives what a text was before its UTF-8 octets were taken for Latin-1 characters and encoded once more:
// "æµ\u008b" was "测". Nothing where that cannot have happened.
std::optional<std::string> undo_latin1(std::string_view text) {
  std::string octets;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto first = static_cast<unsigned char>(text[at]);
    if (first < 0x80) {
      octets += text[at];
    } else if ((first == 0xc2 || first == 0xc3) && at + 1 < text.size()) {  // U+0080 to U+00FF
      const auto second = static_cast<unsigned char>(text[++at]);
      octets += static_cast<char>((first & 0x03U) << 6U | (second & 0x3fU));
    } else {
      return std::nullopt;
    }
  }
  const bool shorter = octets.size() < text.size();
  return shorter && base::is_utf8(octets) ? std::optional(octets) : std::nullopt;
}

// Somebody whose name is taken; `der` is the certificate.
Result<> refuse_namesake(const ca::Profile& profile, const x509::Name& subject, base::ByteView spki,
                         base::ByteView der, const std::string& whose) {
  TRY(const auto certificate, x509::Certificate::from_der(der));
  if (!x509::equal_names(certificate.subject(), subject)) return {};
  // whoever has the name may be certified anew for the key that he has, as what he is
  if (certificate.is_ca() == profile.is_ca() && base::equal(certificate.tbs().spki, spki)) return {};
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
  if (profile.name == "registration-authority") {
    return fail(Code::kRefused,
                "Profile {} is for registration authorities on other hosts, which are added by: yuxin registry add",
                profile.name);
  }
  if (!taken && profile.name != "registration-tls" && profile.name != "registration-cmp" &&
      profile.name != "notifier")
    return {};
  return fail(Code::kRefused,
              "Profile {} is for keys of the home itself, which certifies and renews them when the server runs.",
              profile.name);
}

namespace {

constexpr std::array<std::string_view, 10> kOfTheHome = {
    "ocsp-responder",       "timestamp",         "attribute-authority", "ledger",  "root-ca", "registration-tls",
    "registration-service", "registration-scep", "registration-cmp",    "notifier"};

}  // namespace

std::span<const std::string_view> profiles_of_the_home() { return kOfTheHome; }
bool is_of_the_home(std::string_view profile) { return std::ranges::find(kOfTheHome, profile) != kOfTheHome.end(); }

Result<> check_change(Home& home, const store::CertificateRow& row) {
  bool serves = is_of_the_home(row.profile) || row.profile == "registration-authority";
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    const auto is_it = [&](const auto& other) { return base::equal(other.certificate, row.der); };
    TRY(const auto services, reader.service_certificates());
    TRY(const auto authorities, reader.authorities());
    serves = serves || std::ranges::any_of(services, is_it) || std::ranges::any_of(authorities, is_it);
    return {};
  }));
  const auto certificate = x509::Certificate::from_der(row.der);
  if (!serves && !(certificate && certificate->is_ca())) return {};
  return fail(Code::kRefused,
              "Certificate {} is one by which the home itself works (profile {}). The operator changes its status: "
              "yuxin cert revoke, cert hold.",
              row.subject, row.profile);
}

Result<> check_renewable(const x509::Certificate& certificate, const std::string& profile,
                         const ca::Enrolment& enrolment) {
  if (!is_of_the_home(profile)) return {};
  TRY(const auto key, certificate.public_key());
  if (base::equal(key.spki(), enrolment.request.public_key().spki())) return {};
  return fail(
      Code::kRefused,
      "Not issued: {} belongs to the home itself (profile {}), and the request is for another key. The server "
      "renews it by itself.",
      certificate.subject().text(), profile);
}

void warn_of_latin1(const Context& context, const x509::Name& subject) {
  for (const auto& attribute : subject.attributes()) {
    const auto meant = undo_latin1(attribute.value);
    if (!meant) continue;
    context.warn(
        base::message("the request's {} looks like “{}” in UTF-8 that was read as Latin-1: make the request anew "
                      "with openssl req -utf8, or give the name with --subject",
                      x509::attribute_keyword(attribute.type), *meant));
  }
}

Result<> check_subject(Home& home, const ca::Profile& profile, const ca::PreparedIssuance& prepared) {
  const auto tbs = x509::parse_tbs_certificate(prepared.tbs());
  if (!tbs) return fail(Code::kInternal, "The certificate that was prepared does not parse.");
  TRY(const auto subject, x509::Name::from_der(tbs->subject));
  if (subject.empty()) return {};
  return home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(const auto authorities, reader.authorities());
    for (const auto& row : authorities) {
      if (row.certificate.empty()) continue;
      TRY(refuse_namesake(profile, subject, tbs->spki, row.certificate, base::message("authority {}", row.name)));
    }
    TRY(const auto services, reader.service_certificates());
    for (const auto& row : services)
      TRY(refuse_namesake(profile, subject, tbs->spki, row.certificate, base::message("what serves this home")));
    return {};
  });
}

}  // namespace yuxin::cli
