#include "service_certificate.hpp"

#include <algorithm>
#include <vector>

#include "registry_home.hpp"
#include "yuxin/ca/standing.hpp"
#include "yuxin/x509/request.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::Result;

namespace {

// Everything of the issuer's own name but what people read first, so that they see whose service it is.
x509::Name subject_of(const x509::Certificate& issuer, const std::string& common_name) {
  auto attributes = issuer.subject().attributes();
  std::erase_if(attributes, [](const x509::NameAttribute& a) { return base::equal(a.type, x509::oid::kCommonName); });
  attributes.push_back({base::to_bytes(x509::oid::kCommonName), 0, common_name, true});
  return x509::Name::from_attributes(std::move(attributes));
}

}  // namespace

Result<store::AuthorityRow> certifying_authority(Home& home) {
  if (home.config().kind == HomeKind::kRegistration) return authority_elsewhere(home);
  TRY(auto rows, home.store().status().authorities());
  std::erase_if(rows, [](const store::AuthorityRow& row) { return row.key_name.empty() || row.certificate.empty(); });
  std::ranges::stable_sort(rows, {}, [](const store::AuthorityRow& row) { return row.name != "issuing"; });
  for (const auto& row : rows) {
    if (rows.size() == 1) return row;
    TRY(const auto standing, ca::standing_of(home.store(), home.path(), row, home.clock().now()));
    if (standing.state == ca::Standing::State::kGood) return row;
  }
  if (!rows.empty()) return rows.front();
  return fail(Code::kConflict,
              "{} has no authority that could certify what serves it. Bring its certificate first: yuxin ca "
              "import-certificate NAME FILE",
              home.path());
}

Result<> may_certify_now(Home& home, const store::AuthorityRow& authority) {
  if (home.config().kind == HomeKind::kRegistration) {
    return fail(Code::kConflict,
                "This is done where authority {} is, on another host. Certificates that serve this home it makes "
                "anew upon: yuxin registry request",
                authority.name);
  }
  TRY(home.check_clock());
  return ca::require_good_standing(home.store(), home.path(), authority, home.clock().now());
}

Result<std::shared_ptr<const ca::Profile>> service_profile(const Home& home, std::string_view name) {
  TRY(auto profiles, home.profiles());
  auto found = profiles.find(name);
  if (found || found.error().code != Code::kNotFound) return found;
  for (const auto& shipped : ca::shipped_profiles()) {
    if (shipped.name != name) continue;
    TRY(auto profile, ca::parse_profile(shipped.text, std::string(shipped.name) + ".toml"));
    return std::make_shared<const ca::Profile>(std::move(profile));
  }
  return found;
}

Result<std::optional<store::ServiceCertificateRow>> service_in_use(Home& home, const std::string& purpose,
                                                                   std::int64_t authority) {
  TRY(auto rows, home.store().status().service_certificates(purpose));
  const auto row = std::ranges::find(rows, authority, &store::ServiceCertificateRow::authority);
  if (row == rows.end()) return std::optional<store::ServiceCertificateRow>();
  return std::optional(*row);
}

Result<bool> is_service_due(const store::AuthorityRow& authority,
                            const std::optional<store::ServiceCertificateRow>& row, const base::Period& renew_before,
                            base::UnixTime now) {
  if (!row) return true;
  TRY(auto issuer, x509::Certificate::from_der(authority.certificate));
  return row->not_after <= base::add(now, renew_before) && row->not_after < issuer.not_after();
}

x509::KeyKind service_key_kind(const store::AuthorityRow& authority) {
  const auto certificate = x509::Certificate::from_der(authority.certificate);
  const auto key = certificate ? certificate->public_key() : tl::unexpected(certificate.error());
  if (key && key->kind().type == x509::KeyType::kSm2) return key->kind();
  return {x509::KeyType::kP256, 256};
}

Result<x509::Certificate> renew_service(Home& home, const Service& service, const std::string& authority,
                                        const x509::KeyKind& key, const std::string& actor) {
  TRY(home.issuer(authority));  // whoever cannot certify refuses before a key is made
  base::Bytes random(4);
  base::random_bytes(random);
  TRY(const auto key_name, home.service_key_name(service.key_name + "-" + authority + "-" + base::hex(random)));
  TRY(home.keys().generate(key_name, key));
  return certify_service(home, service, authority, key_name, actor);
}

Result<x509::Certificate> certify_service(Home& home, const Service& service, const std::string& authority,
                                          const std::string& key_name, const std::string& actor) {
  TRY(auto issuer, home.issuer(authority));
  TRY(auto signer, home.keys().signer(key_name));
  TRY(auto der, x509::make_request(subject_of(issuer->certificate(), service.common_name), {}, *signer));
  TRY(auto request, x509::CertificateRequest::from_der(der));
  ca::Enrolment enrolment{.request = std::move(request), .subject = {}, .alt_names = {}, .validity = {}};
  if (!service.alt_names.empty()) enrolment.alt_names = service.alt_names;
  TRY(auto prepared, issuer->prepare(service.profile, enrolment, {actor}));
  TRY(auto issued, issuer->issue(std::move(prepared)));
  const store::ServiceCertificateRow row{issuer->authority().id, service.purpose, key_name,
                                         base::to_bytes(issued.certificate.der()), issued.certificate.not_after()};
  TRY(home.store().write([&](store::Writer& writer) { return writer.set_service_certificate(row); }));
  return issued.certificate;
}

Result<std::vector<x509::Certificate>> issuers_above(Home& home, const x509::Certificate& leaf) {
  TRY(auto rows, home.store().status().authorities());
  std::vector<x509::Certificate> known;
  for (const auto& row : rows) {
    if (row.certificate.empty()) continue;
    TRY(auto certificate, x509::Certificate::from_der(row.certificate));
    known.push_back(std::move(certificate));
  }
  std::vector<x509::Certificate> chain;
  x509::Certificate below = leaf;
  while (chain.size() < known.size()) {
    const auto issuer = std::ranges::find_if(
        known, [&](const x509::Certificate& candidate) { return candidate.subject().same(below.issuer()); });
    if (issuer == known.end() || issuer->subject().same(issuer->issuer())) break;
    chain.push_back(*issuer);
    below = *issuer;
  }
  return chain;
}

Result<bool> is_withdrawn(store::Store& store, const store::ServiceCertificateRow& row) {
  TRY(const auto certificate, x509::Certificate::from_der(row.certificate));
  bool withdrawn = false;
  TRY(store.read([&](store::Reader& reader) -> Result<> {
    TRY(const auto known, reader.find(row.authority, certificate.tbs().serial, store::Reader::With::kRowOnly));
    withdrawn = known.status.state != store::CertificateState::kGood;
    return {};
  }));
  return withdrawn;
}

}  // namespace yuxin::cli
