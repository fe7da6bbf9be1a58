#include "registry_issuing.hpp"

#include <algorithm>

#include "enrolment_check.hpp"
#include "ledger_certificate.hpp"
#include "registry_home.hpp"
#include "service_certificate.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ca/key_use.hpp"
#include "yuxin/evidence/checkpoint.hpp"
#include "yuxin/ra/authority_interface.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::JsonObject;
using base::Result;
using x509::Certificate;

namespace {

constexpr std::string_view kLedgerName = "yuxin.ledger/";

std::string purpose_of(const x509::CertificateRequest& request) {
  const std::string name(request.subject().first(x509::oid::kCommonName));
  return name.starts_with(kLedgerName) ? std::string(Home::ledger_key()) : name;
}

std::string common_name(const std::string& name, const RegistryRequest& wanted) {
  if (wanted.purpose == ra::AuthorityInterface::kProfile) return "Registration authority " + name;
  if (wanted.purpose == "registration-service") return "Registration service of " + name;
  if (wanted.purpose == "registration-scep") return "SCEP service of " + name;
  if (wanted.purpose == "registration-cmp") return "CMP service of " + name;
  if (wanted.purpose == "ledger") return std::string(wanted.request.subject().first(x509::oid::kCommonName));
  for (const auto& one : wanted.request.subject_alt_names()) {
    if (one.kind == x509::GeneralNameKind::kDns) return one.value;  // the profile wants one of the names
  }
  return name;
}

// Everything of the issuer's own name but what people read first, as of what serves the home.
x509::Name subject_of(const Certificate& issuer, std::string common_name) {
  auto attributes = issuer.subject().attributes();
  std::erase_if(attributes, [](const x509::NameAttribute& a) { return base::equal(a.type, x509::oid::kCommonName); });
  attributes.push_back({base::to_bytes(x509::oid::kCommonName), 0, std::move(common_name), true});
  return x509::Name::from_attributes(std::move(attributes));
}

// One key is one office of one registration authority: with another's service key it would speak as that service.
Result<> check_key_is_own(Home& home, const RegistryRequest& wanted, const x509::Name& subject) {
  return home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(const auto other, ca::other_use_of_key(reader, wanted.request.public_key(), subject.text()));
    if (!other) return {};
    return fail(Code::kConflict,
                "The key of \"{}\" stands in the certificate of {} already. A registration authority has keys of its "
                "own: found it anew with yuxin init.",
                wanted.purpose, other->subject);
  });
}

Result<ca::PreparedIssuance> prepare(Home& home, ca::Issuer& issuer, const std::string& name,
                                     const RegistryRequest& wanted, const std::string& actor) {
  TRY(const auto profile, service_profile(home, wanted.purpose));
  ca::Enrolment enrolment{.request = wanted.request, .subject = {}, .alt_names = {}, .validity = {}};
  enrolment.subject = subject_of(issuer.certificate(), common_name(name, wanted));
  if (wanted.purpose != "registration-tls") enrolment.alt_names.emplace();
  TRY(check_key_is_own(home, wanted, *enrolment.subject));
  TRY(auto prepared, issuer.prepare(profile, enrolment, {actor}));
  const auto taken = check_subject(home, *profile, prepared);
  if (!taken && taken.error().code == Code::kRefused)
    return fail(Code::kRefused,
                "The name {} is that of something that serves this home. Found the registration authority anew with "
                "a name of its own: yuxin init DIR --preset registration --name ra.city.example",
                enrolment.subject->first(x509::oid::kCommonName));
  if (!taken) return tl::unexpected(taken.error());
  return prepared;
}

}  // namespace

Result<std::vector<RegistryRequest>> read_registry_requests(base::ByteView file) {
  std::vector<RegistryRequest> requests;
  for (const auto& block : base::parse_pem(base::as_text(file))) {
    if (block.label != "CERTIFICATE REQUEST") continue;
    TRY(auto request, x509::CertificateRequest::from_der(block.der));
    TRY(request.verify_possession());
    auto purpose = purpose_of(request);
    requests.push_back({std::move(purpose), std::move(request)});
  }
  for (const auto& key : registry_keys()) {
    if (std::ranges::count(requests, key.purpose, &RegistryRequest::purpose) == 1) continue;
    return fail(Code::kMalformed,
                "These are not the requests of a registration authority: there is not one \"{}\". They lie in its "
                "exchange/registry.csr.",
                key.purpose);
  }
  if (requests.size() == registry_keys().size()) return requests;
  return fail(Code::kMalformed, "There are more requests than a registration authority has keys.");
}

Result<JsonObject> certify_registry(Home& home, const std::string& name, const std::vector<RegistryRequest>& requests,
                                    const std::string& actor) {
  TRY(const auto authority, certifying_authority(home));
  TRY(const auto issuer, home.issuer(authority.name));
  TRY(const auto ledger_key, home.keys().public_key(Home::ledger_key()));
  TRY(keep_ledger_certificate(home, actor));
  TRY(const auto chain, ledger_certificates(home.store(), ledger_key));
  if (chain.empty()) return fail(Code::kConflict, "The ledger of {} has no certificate.", home.path());
  // all of them are judged before the first is issued
  std::vector<ca::PreparedIssuance> prepared;
  for (const auto& wanted : requests) {
    TRY(auto one, prepare(home, *issuer, name, wanted, actor));
    prepared.push_back(std::move(one));
  }
  JsonObject certificates;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    TRY(const auto issued, issuer->issue(std::move(prepared[i])));
    certificates[requests[i].purpose] = issued.certificate.pem();
  }
  JsonObject authorities;
  TRY(const auto rows, home.store().status().authorities());
  for (const auto& row : rows) {
    if (row.certificate.empty()) continue;
    TRY(const auto certificate, Certificate::from_der(row.certificate));
    authorities[row.name] = certificate.pem();
  }
  TRY(const auto origin, home.ledger_origin());
  return JsonObject{{"registry", name},
                    {"authority", authority.name},
                    {"authorities", std::move(authorities)},
                    {"certificates", std::move(certificates)},
                    {"ledger", evidence::verifier_key(origin, ledger_key)},
                    {"ledger_certificate", chain.front().pem()}};
}

}  // namespace yuxin::cli
