#include "registration_identity.hpp"

#include <algorithm>

#include "service_certificate.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/x509/extension.hpp"
#include "yuxin/x509/oid.hpp"
#include "yuxin/x509/request.hpp"

namespace yuxin::cli {

using base::Result;
using x509::Certificate;
using x509::GeneralName;
using x509::GeneralNameKind;

namespace {

constexpr const char* kTls = "registration-tls";
constexpr const char* kService = "registration-service";
constexpr const char* kScep = "registration-scep";
constexpr const char* kCmp = "registration-cmp";
constexpr base::Period kRenewBefore{.seconds = 30 * 86400};

Result<GeneralName> name_of(const std::string& host) {
  if (auto address = x509::parse_general_name("ip:" + host)) return address;
  return x509::parse_general_name("dns:" + host);
}

std::vector<std::string> texts_of(const std::vector<GeneralName>& names) {
  std::vector<std::string> texts;
  for (const auto& name : names) texts.push_back(name.value);
  std::ranges::sort(texts);
  return texts;
}

Result<bool> has_names(const store::ServiceCertificateRow& row, const std::vector<GeneralName>& names) {
  TRY(const auto certificate, Certificate::from_der(row.certificate));
  const auto* extension = certificate.tbs().find(x509::oid::kSubjectAltName);
  const auto held = extension == nullptr ? std::nullopt : x509::read_alternative_names(extension->value);
  return held && texts_of(*held) == texts_of(names);
}

// TLS takes no SM2 keys, and signs by itself: its key is the home's, on no token.
Result<Certificate> renew_tls(Home& home, const store::AuthorityRow& authority, std::vector<GeneralName> names,
                              const std::string& actor) {
  TRY(home.issuer(authority.name));  // whoever cannot certify refuses before a key is made
  TRY(const auto profile, service_profile(home, kTls));
  base::Bytes random(4);
  base::random_bytes(random);
  const auto key = "tls-registration-" + base::hex(random);
  TRY(home.keys().generate(key, {x509::KeyType::kP256, 256}));
  const auto dns = std::ranges::find(names, GeneralNameKind::kDns, &GeneralName::kind);
  Service service{kTls, "tls-registration", profile, dns->value, std::move(names)};
  TRY(auto made, certify_service(home, service, authority.name, key, actor));
  base::log_info(base::message("The TLS certificate of the registration interface was made; it is valid until {}.",
                               base::local_time(made.not_after())));
  return made;
}

}  // namespace

Result<std::vector<GeneralName>> registration_names(const HomeConfig& config) {
  auto hosts = config.registration.names;
  if (hosts.empty() && !config.public_url.empty()) hosts.push_back(host_of_url(config.public_url));
  std::vector<GeneralName> names;
  for (const auto& host : hosts) {
    TRY(auto name, name_of(host));
    names.push_back(std::move(name));
  }
  if (std::ranges::find(names, GeneralNameKind::kDns, &GeneralName::kind) == names.end()) {
    TRY(auto name, name_of("localhost"));
    names.push_back(std::move(name));
  }
  return names;
}

std::string registration_address(const HomeConfig& config) {
  const auto names = registration_names(config);
  const auto port = std::to_string(config.registration.port);
  if (!names || names->empty()) return "https://HOST:" + port;
  const auto& host = names->front().value;
  return "https://" + (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + port;
}

Result<Certificate> keep_registration_tls(Home& home, const std::string& actor) {
  TRY(const auto authority, certifying_authority(home));
  TRY(const auto row, service_in_use(home, kTls, authority.id));
  TRY(auto due, is_service_due(authority, row, kRenewBefore, home.clock().now()));
  TRY(auto names, registration_names(home.config()));
  if (row && !due) {
    TRY(const bool withdrawn, is_withdrawn(home.store(), *row));
    TRY(const bool named, has_names(*row, names));
    due = withdrawn || !named;
  }
  if (row && (!due || !may_certify_now(home, authority))) return Certificate::from_der(row->certificate);
  return renew_tls(home, authority, std::move(names), actor);
}

Result<http::TlsServerOptions> registration_tls(Home& home) {
  TRY(const auto authority, certifying_authority(home));
  TRY(const auto row, service_in_use(home, kTls, authority.id));
  if (!row) return base::fail(base::Code::kInternal, "The registration interface has no TLS certificate.");
  TRY(const auto certificate, Certificate::from_der(row->certificate));
  TRY(const auto above, issuers_above(home, certificate));
  http::TlsServerOptions options;
  options.identity.certificates.push_back(row->certificate);
  for (const auto& issuer : above) options.identity.certificates.push_back(base::to_bytes(issuer.der()));
  TRY(const auto software, home.keys().software());
  TRY(options.identity.private_key, software->tls_key(row->key_name));
  options.client_certificate = http::ClientCertificate::kOptional;
  TRY(const auto authorities, home.store().status().authorities());
  for (const auto& one : authorities) {
    if (!one.certificate.empty()) options.client_authorities.push_back(one.certificate);
  }
  return options;
}

Result<keymgmt::Identity> keep_registration_service(Home& home, const std::string& actor) {
  TRY(const auto authority, certifying_authority(home));
  TRY(auto row, service_in_use(home, kService, authority.id));
  TRY(auto due, is_service_due(authority, row, kRenewBefore, home.clock().now()));
  if (row && !due) {
    TRY(due, is_withdrawn(home.store(), *row));
  }
  if (due && (!row || may_certify_now(home, authority))) {
    TRY(const auto profile, service_profile(home, kService));
    const Service service{kService, kService, profile, "Registration service of " + authority.name};
    bool same_key = row.has_value();
    if (row) {
      // a key that was given up with its certificate is not certified again
      TRY(const bool withdrawn, is_withdrawn(home.store(), *row));
      same_key = !withdrawn;
    }
    if (same_key) {
      TRY(certify_service(home, service, authority.name, row->key_name, actor));
    } else {
      TRY(renew_service(home, service, authority.name, service_key_kind(authority), actor));
    }
    TRY(row, service_in_use(home, kService, authority.id));
  }
  TRY(auto certificate, Certificate::from_der(row->certificate));
  TRY(auto signer, home.keys().signer(row->key_name));
  TRY(auto chain, issuers_above(home, certificate));
  return keymgmt::Identity{std::move(certificate), std::move(signer), std::move(chain)};
}

// Devices encrypt to RSA keys alone, and the key both opens and signs: it is the home's, on no token.
Result<std::shared_ptr<const ra::ScepIdentity>> keep_registration_scep(Home& home, const std::string& actor) {
  TRY(const auto authority, certifying_authority(home));
  TRY(auto row, service_in_use(home, kScep, authority.id));
  TRY(auto due, is_service_due(authority, row, kRenewBefore, home.clock().now()));
  if (row && !due) {
    TRY(due, is_withdrawn(home.store(), *row));
  }
  if (due && (!row || may_certify_now(home, authority))) {
    TRY(home.issuer(authority.name));  // whoever cannot certify refuses before a key is made
    TRY(const auto profile, service_profile(home, kScep));
    base::Bytes random(4);
    base::random_bytes(random);
    const auto key = std::string(kScep) + "-" + base::hex(random);
    TRY(home.keys().generate(key, {x509::KeyType::kRsa, 3072}));
    const Service service{kScep, kScep, profile, "SCEP service of " + authority.name};
    TRY(certify_service(home, service, authority.name, key, actor));
    TRY(row, service_in_use(home, kScep, authority.id));
  }
  TRY(auto certificate, Certificate::from_der(row->certificate));
  TRY(auto signer, home.keys().signer(row->key_name));
  TRY(const auto software, home.keys().software());
  TRY(auto decrypter, software->decrypter(row->key_name));
  return std::make_shared<const ra::ScepIdentity>(
      ra::ScepIdentity{{std::move(certificate), std::move(signer)}, std::move(decrypter)});
}

// Its kind of key is one that every client of CMP verifies, whatever the authority's is.
Result<std::shared_ptr<const ra::CmpIdentity>> keep_registration_cmp(Home& home, const std::string& actor) {
  TRY(const auto authority, certifying_authority(home));
  TRY(auto row, service_in_use(home, kCmp, authority.id));
  TRY(auto due, is_service_due(authority, row, kRenewBefore, home.clock().now()));
  if (row && !due) {
    TRY(due, is_withdrawn(home.store(), *row));
  }
  if (due && (!row || may_certify_now(home, authority))) {
    TRY(home.issuer(authority.name));  // whoever cannot certify refuses before a key is made
    TRY(const auto profile, service_profile(home, kCmp));
    const Service service{kCmp, kCmp, profile, "CMP service of " + authority.name};
    TRY(renew_service(home, service, authority.name, {x509::KeyType::kP256, 256}, actor));
    TRY(row, service_in_use(home, kCmp, authority.id));
  }
  TRY(auto certificate, Certificate::from_der(row->certificate));
  TRY(auto signer, home.keys().signer(row->key_name));
  TRY(auto chain, issuers_above(home, certificate));
  return std::make_shared<const ra::CmpIdentity>(
      ra::CmpIdentity{std::move(certificate), std::move(signer), std::move(chain)});
}

}  // namespace yuxin::cli
