#include "compromised.hpp"

#include <algorithm>

namespace yuxin::evidence {

using base::Result;
using x509::RevocationReason;

namespace {

bool is_compromise(const store::CertificateStatus& status) {
  if (status.state != store::CertificateState::kRevoked) return false;
  const auto reason = static_cast<RevocationReason>(status.reason);
  return reason == RevocationReason::kKeyCompromise || reason == RevocationReason::kCaCompromise ||
         reason == RevocationReason::kAaCompromise;
}

Result<> add_key(store::Reader& reader, std::int64_t authority, base::ByteView serial,
                 const store::CertificateStatus& status, CompromisedKeys& keys) {
  TRY(const auto row, reader.find(authority, serial, store::Reader::With::kDer));
  if (row.der.empty()) return {};  // never issued
  TRY(const auto certificate, x509::Certificate::from_der(row.der));
  const auto since = std::min(status.revoked_at, status.invalidity_date.value_or(status.revoked_at));
  const auto digest = x509::sha256(certificate.tbs().spki);
  const auto [found, is_new] = keys.emplace(base::Bytes(digest.begin(), digest.end()), since);
  if (!is_new) found->second = std::min(found->second, since);
  return {};
}

}  // namespace

Result<CompromisedKeys> compromised_keys(store::Reader& reader) {
  CompromisedKeys keys;
  TRY(const auto authorities, reader.authorities());
  for (const auto& authority : authorities) {
    std::vector<std::pair<base::Bytes, store::CertificateStatus>> bad;
    TRY(reader.for_each_revoked(authority.id, base::UnixTime{0},
                                [&](base::ByteView serial, const store::CertificateStatus& status) -> Result<> {
                                  if (is_compromise(status)) bad.emplace_back(base::to_bytes(serial), status);
                                  return {};
                                }));
    for (const auto& [serial, status] : bad) TRY(add_key(reader, authority.id, serial, status, keys));
  }
  return keys;
}

Result<> mark_compromised(store::Reader& reader, std::vector<GrantRow>& rows) {
  if (rows.empty()) return {};
  TRY(const auto keys, compromised_keys(reader));
  for (auto& row : rows) {
    const auto found = keys.find(row.holder_key);
    if (found != keys.end()) row.compromised_at = found->second;
  }
  return {};
}

}  // namespace yuxin::evidence
