#include "service_certificate.hpp"

#include <vector>

#include "yuxin/x509/request.hpp"

namespace yuxin::cli {

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

Result<x509::Certificate> renew_service(Home& home, const Service& service, const std::string& authority,
                                        const x509::KeyKind& key, const std::string& actor) {
  TRY(auto issuer, home.issuer(authority));
  base::Bytes random(4);
  base::random_bytes(random);
  const std::string key_name = service.key_name + "-" + authority + "-" + base::hex(random);
  TRY(home.keys().generate(key_name, key));
  TRY(auto signer, home.keys().signer(key_name));
  TRY(auto der, x509::make_request(subject_of(issuer->certificate(), service.common_name), {}, *signer));
  TRY(auto request, x509::CertificateRequest::from_der(der));
  TRY(auto prepared, issuer->prepare(service.profile,
                                     {.request = request, .subject = {}, .alt_names = {}, .validity = {}}, {actor}));
  TRY(auto issued, issuer->issue(std::move(prepared)));
  const store::ServiceCertificateRow row{issuer->authority().id, service.purpose, key_name,
                                         base::to_bytes(issued.certificate.der()), issued.certificate.not_after()};
  TRY(home.store().write([&](store::Writer& writer) { return writer.set_service_certificate(row); }));
  return issued.certificate;
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
