#include "authority_steps.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "yuxin/base/file.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/x509/lint.hpp"
#include "yuxin/x509/request.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::Result;

namespace {

Result<> record(store::Writer& writer, std::string kind, const std::string& authority,
                const x509::Certificate& certificate, const std::string& actor, base::UnixTime now) {
  TRY(evidence::append(writer,
                       {.kind = std::move(kind),
                        .object = authority,
                        .actor = actor,
                        .time = now,
                        .data = fmt::format(R"({{"certificate":"{}"}})", base::hex(certificate.sha256_fingerprint())),
                        .attachment = base::to_bytes(certificate.der())}));
  return {};
}

Result<> check_authority_certificate(const x509::Certificate& certificate, base::UnixTime now) {
  if (!certificate.is_ca()) {
    return fail(Code::kRefused, "This is no authority's certificate: {} lacks the basic constraint CA.",
                certificate.subject().text());
  }
  if (certificate.not_after() <= now) {
    return fail(Code::kRefused, "The certificate of {} expired at {}.", certificate.subject().text(),
                base::local_time(certificate.not_after()));
  }
  return {};
}

// find_issuer looks among the authorities of the home for the one that a certificate names.
std::optional<x509::Certificate> find_issuer(const std::vector<store::AuthorityRow>& rows,
                                             const x509::Certificate& certificate, std::string& name) {
  for (const auto& row : rows) {
    if (row.certificate.empty()) continue;
    auto candidate = x509::Certificate::from_der(row.certificate);
    if (!candidate || !candidate->subject().same(certificate.issuer())) continue;
    name = row.name;
    return *candidate;
  }
  return std::nullopt;
}

}  // namespace

Result<> check_authority_name(std::string_view name) {
  const bool good =
      !name.empty() && name.size() <= 32 && name.front() != '-' &&
      std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
  if (good) return {};
  return fail(Code::kUsage, "\"{}\" is no name for an authority: lower-case letters, digits and hyphens, at most 32.",
              name);
}

Result<> request_authority(Home& home, const AuthorityRequest& request) {
  TRY(check_authority_name(request.name));
  if (home.authority(request.name))
    return fail(Code::kConflict, "There is an authority {} already. Nothing was changed.", request.name);
  TRY(home.keys().generate(request.name, request.key));
  TRY(auto signer, home.keys().signer(request.name));
  TRY(auto der, x509::make_request(request.subject, {}, *signer));
  const auto pem = base::pem("CERTIFICATE REQUEST", der);
  TRY(base::write_file(request.file, base::as_bytes(pem), base::Existing::kReplace, base::Permissions::kPublic));
  store::AuthorityRow row;
  row.name = request.name;
  row.key_name = request.name;
  row.created_at = home.clock().now();
  return home.store().write([&](store::Writer& writer) -> Result<> {
    TRY(writer.insert_authority(row));
    return {};
  });
}

Result<> import_certificate(Home& home, const std::string& name, const x509::Certificate& certificate,
                            const std::string& actor) {
  const auto now = home.clock().now();
  TRY(check_authority_certificate(certificate, now));
  TRY(auto row, home.authority(name));
  if (!row.certificate.empty())
    return fail(Code::kConflict, "Authority {} has a certificate already. Nothing was changed.", name);
  TRY(auto keys, keymgmt::SoftwareKeyStore::list(home.keys_folder()));
  TRY(auto key, certificate.public_key());
  const auto own = std::ranges::find(keys, row.key_name, &keymgmt::KeyInfo::name);
  if (own == keys.end() || !base::equal(own->public_key.spki(), key.spki())) {
    return fail(Code::kIntegrity,
                "The certificate is for another key than that of authority {}. Was it made from {}/exchange/{}.csr?",
                name, home.path(), name);
  }
  return home.store().write([&](store::Writer& writer) -> Result<> {
    TRY(auto rows, writer.authorities());
    std::string parent;
    const auto issuer = find_issuer(rows, certificate, parent);
    if (issuer) {
      TRY(auto issuer_key, issuer->public_key());
      TRY(x509::verify_signature(certificate, issuer_key));
    } else {
      return fail(Code::kNotFound,
                  "The issuer of the certificate, {}, is not known here. Import it first: yuxin ca "
                  "import-certificate NAME FILE",
                  certificate.issuer().text());
    }
    for (const auto& finding : x509::lint(certificate, &*issuer)) {
      if (finding.severity == x509::LintSeverity::kError)
        return fail(Code::kRefused, "The certificate breaks the rule {}: {}", finding.rule, finding.message);
    }
    TRY(writer.set_authority_certificate(row.id, certificate.der()));
    return record(writer, "authority.certified", name, certificate, actor, now);
  });
}

Result<> import_root(Home& home, const std::string& name, const x509::Certificate& certificate,
                     const std::string& actor) {
  TRY(check_authority_name(name));
  const auto now = home.clock().now();
  TRY(check_authority_certificate(certificate, now));
  TRY(auto key, certificate.public_key());
  if (certificate.subject().same(certificate.issuer())) TRY(x509::verify_signature(certificate, key));
  store::AuthorityRow row;
  row.name = name;
  row.created_at = now;
  row.certificate = base::to_bytes(certificate.der());
  return home.store().write([&](store::Writer& writer) -> Result<> {
    TRY(auto rows, writer.authorities());
    const auto twin = std::ranges::find(rows, row.certificate, &store::AuthorityRow::certificate);
    if (twin != rows.end())
      return fail(Code::kConflict, "This certificate is known here as authority {}. Nothing was changed.",
                  twin->name);
    TRY(writer.insert_authority(row));
    return record(writer, "authority.imported", name, certificate, actor, now);
  });
}

namespace {

// A service is a key of the home with a certificate by an authority of the home.
struct Service {
  std::string purpose;  // of ServiceCertificateRow; the key's name begins with it
  std::string profile;
  std::string title;  // what people see in the common name
};

Result<x509::Certificate> renew_service(Home& home, const Service& service, const std::string& authority,
                                        const x509::KeyKind& key, const std::string& actor) {
  TRY(auto issuer, home.issuer(authority));
  TRY(auto profiles, home.profiles());
  TRY(auto profile, profiles.find(service.profile));
  base::Bytes random(4);
  base::random_bytes(random);
  const std::string key_name = service.purpose + "-" + authority + "-" + base::hex(random);
  TRY(home.keys().generate(key_name, key));
  TRY(auto signer, home.keys().signer(key_name));
  // the issuer's own name with another common name, so that people see whose service it is
  auto attributes = issuer->certificate().subject().attributes();
  std::erase_if(attributes, [](const x509::NameAttribute& a) { return base::equal(a.type, x509::oid::kCommonName); });
  const auto date = base::rfc3339(home.clock().now()).substr(0, 10);
  attributes.push_back(
      {base::to_bytes(x509::oid::kCommonName), 0, service.title + " of " + authority + " " + date, true});
  const auto subject = x509::Name::from_attributes(std::move(attributes));
  TRY(auto der, x509::make_request(subject, {}, *signer));
  TRY(auto request, x509::CertificateRequest::from_der(der));
  TRY(auto prepared,
      issuer->prepare(profile, {.request = request, .subject = {}, .alt_names = {}, .validity = {}}, {actor}));
  TRY(auto issued, issuer->issue(std::move(prepared)));
  const store::ServiceCertificateRow row{issuer->authority().id, service.purpose, key_name,
                                         base::to_bytes(issued.certificate.der()), issued.certificate.not_after()};
  TRY(home.store().write([&](store::Writer& writer) { return writer.set_service_certificate(row); }));
  return issued.certificate;
}

}  // namespace

Result<x509::Certificate> renew_ocsp_signer(Home& home, const std::string& authority, const x509::KeyKind& key,
                                            const std::string& actor) {
  return renew_service(home, {"ocsp", "ocsp-responder", "OCSP responder"}, authority, key, actor);
}

Result<x509::Certificate> renew_time_stamper(Home& home, const std::string& authority, const x509::KeyKind& key,
                                             const std::string& actor) {
  return renew_service(home, {"tsa", "timestamp", "TSA"}, authority, key, actor);
}

}  // namespace yuxin::cli
