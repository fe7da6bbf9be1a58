#include "ledger_certificate.hpp"

#include <algorithm>

#include "service_certificate.hpp"

namespace yuxin::cli {

using base::Code;
using base::Result;
using x509::Certificate;

namespace {

constexpr const char* kPurpose = "ledger";
constexpr const char* kProfile = "ledger";
constexpr const char* kKey = "ledger";
constexpr base::Period kRenewBefore{.years = 2};
constexpr std::size_t kLongestChain = 16;

Result<std::vector<Certificate>> authorities_of(store::Store& store) {
  TRY(const auto rows, store.status().authorities());
  std::vector<Certificate> certificates;
  for (const auto& row : rows) {
    if (row.certificate.empty()) continue;
    TRY(auto certificate, Certificate::from_der(row.certificate));
    certificates.push_back(std::move(certificate));
  }
  return certificates;
}

// Of several authorities of one name the one whose key signed.
const Certificate* issuer_of(const Certificate& certificate, const std::vector<Certificate>& authorities) {
  for (const auto& authority : authorities) {
    const auto key = authority.public_key();
    if (authority.subject().same(certificate.issuer()) && key && x509::verify_signature(certificate, *key))
      return &authority;
  }
  return nullptr;
}

}  // namespace

Result<bool> keep_ledger_certificate(Home& home, const std::string& actor) {
  auto authority = certifying_authority(home);
  if (!authority && authority.error().code == Code::kConflict) return false;
  if (!authority) return tl::unexpected(std::move(authority).error());
  TRY(const auto row, service_in_use(home, kPurpose, authority->id));
  TRY(const auto due, is_service_due(*authority, row, kRenewBefore, home.clock().now()));
  if (!due) return false;
  if (row && !may_certify_now(home, *authority)) return false;  // the one in service goes on
  TRY(auto profile, service_profile(home, kProfile));
  TRY(const auto origin, home.ledger_origin());
  TRY(certify_service(home, {kPurpose, kKey, std::move(profile), origin}, authority->name, kKey, actor));
  return true;
}

Result<std::vector<Certificate>> ledger_certificates(store::Store& store, const x509::PublicKey& key) {
  TRY(const auto rows, store.status().service_certificates(kPurpose));
  TRY(const auto authorities, authorities_of(store));
  std::vector<Certificate> chain;
  for (const auto& row : rows) {
    TRY(const auto certificate, Certificate::from_der(row.certificate));
    if (!base::equal(certificate.tbs().spki, key.spki())) continue;
    if (!chain.empty() && certificate.not_after() <= chain.front().not_after()) continue;
    chain = {certificate};
  }
  while (!chain.empty() && chain.size() < kLongestChain) {
    const auto* issuer = issuer_of(chain.back(), authorities);
    if (issuer == nullptr || issuer->subject().same(issuer->issuer())) break;
    chain.push_back(*issuer);
  }
  return chain;
}

}  // namespace yuxin::cli
