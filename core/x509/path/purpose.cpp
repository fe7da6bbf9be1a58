#include "path/purpose.hpp"

#include <algorithm>
#include <array>

#include "yuxin/x509/oid.hpp"

namespace yuxin::x509 {

namespace {

// PurposeRow is what RFC 5280 section 4.2.1.12 asks of the certificate's two usages. One of the key usage bits is
// enough.
struct PurposeRow {
  PathPurpose purpose;
  std::string_view name;
  Oid usage;  // empty: any
  std::uint32_t key_usage;
  bool asks_authorities;
};

const auto& purposes() {
  static const std::array<PurposeRow, 10> kRows{{
      {PathPurpose::kAny, "any", {}, 0, false},
      {PathPurpose::kTlsServer, "tls-server", oid::kServerAuth, kDigitalSignature | kKeyEncipherment | kKeyAgreement,
       true},
      {PathPurpose::kTlsClient, "tls-client", oid::kClientAuth, kDigitalSignature | kKeyAgreement, true},
      {PathPurpose::kEmail, "email", oid::kEmailProtection,
       kDigitalSignature | kNonRepudiation | kKeyEncipherment | kKeyAgreement, true},
      {PathPurpose::kCodeSigning, "code-signing", oid::kCodeSigning, kDigitalSignature, true},
      {PathPurpose::kOcspSigning, "ocsp-signing", oid::kOcspSigning, kDigitalSignature | kNonRepudiation, false},
      {PathPurpose::kTimeStamping, "time-stamping", oid::kTimeStamping, kDigitalSignature | kNonRepudiation, true},
      {PathPurpose::kCrlSign, "crl-sign", {}, kCrlSign, false},
      {PathPurpose::kAttributeAuthority, "attribute-authority", oid::kAttributeAuthority, kDigitalSignature, true},
      {PathPurpose::kLedger, "ledger", oid::kLedger, kDigitalSignature, true},
  }};
  return kRows;
}

const PurposeRow& row_of(PathPurpose purpose) { return purposes().at(static_cast<std::size_t>(purpose)); }

bool key_usage_allows(const Certificate& certificate, std::uint32_t bits) {
  const ExtensionView* extension = certificate.tbs().find(oid::kKeyUsage);
  if (extension == nullptr || bits == 0) return true;
  const auto allowed = read_key_usage(extension->value);
  return allowed && (*allowed & bits) != 0;
}

enum class AnyUsage { kCounts, kDoesNotCount };

// extended_usage_allows: a certificate without the extension may be used for everything.
bool extended_usage_allows(const Certificate& certificate, Oid usage, AnyUsage any) {
  const ExtensionView* extension = certificate.tbs().find(oid::kExtKeyUsage);
  if (extension == nullptr || usage.empty()) return true;
  const auto allowed = read_extended_key_usage(extension->value);
  return allowed && std::ranges::any_of(*allowed, [&](const base::Bytes& one) {
           return base::equal(one, usage) ||
                  (any == AnyUsage::kCounts && base::equal(one, oid::kAnyExtendedKeyUsage));
         });
}

// RFC 3161 section 2.3 and RFC 6960 section 4.2.2.2: these usages must be there in so many words. So must that of an
// attribute authority, which is no certification authority (RFC 5755 section 4.5).
bool is_explicit(PathPurpose purpose, const Certificate& certificate) {
  const ExtensionView* extension = certificate.tbs().find(oid::kExtKeyUsage);
  if (purpose == PathPurpose::kOcspSigning) return extension != nullptr;
  if (purpose == PathPurpose::kAttributeAuthority) return extension != nullptr && !certificate.is_ca();
  if (purpose == PathPurpose::kLedger && certificate.is_ca()) return false;
  if (purpose != PathPurpose::kTimeStamping && purpose != PathPurpose::kLedger) return true;
  if (extension == nullptr || !extension->critical) return false;
  const auto usages = read_extended_key_usage(extension->value);
  return usages && usages->size() == 1;
}

bool leaf_allows(PathPurpose purpose, const Certificate& certificate) {
  const PurposeRow& row = row_of(purpose);
  const bool exact = purpose == PathPurpose::kOcspSigning || purpose == PathPurpose::kTimeStamping ||
                     purpose == PathPurpose::kAttributeAuthority || purpose == PathPurpose::kLedger;
  return key_usage_allows(certificate, row.key_usage) && is_explicit(purpose, certificate) &&
         extended_usage_allows(certificate, row.usage, exact ? AnyUsage::kDoesNotCount : AnyUsage::kCounts);
}

}  // namespace

std::optional<std::size_t> first_against(PathPurpose purpose, const std::vector<Certificate>& chain) {
  if (purpose == PathPurpose::kAny || chain.empty()) return std::nullopt;
  if (!leaf_allows(purpose, chain.front())) return 0;
  const PurposeRow& row = row_of(purpose);
  for (std::size_t i = 1; row.asks_authorities && i + 1 < chain.size(); ++i) {
    if (!extended_usage_allows(chain[i], row.usage, AnyUsage::kCounts)) return i;
  }
  return std::nullopt;
}

std::string_view purpose_name(PathPurpose purpose) { return row_of(purpose).name; }

std::optional<PathPurpose> purpose_by_name(std::string_view name) {
  for (const PurposeRow& row : purposes()) {
    if (row.name == name) return row.purpose;
  }
  return std::nullopt;
}

}  // namespace yuxin::x509
