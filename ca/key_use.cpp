#include "yuxin/ca/key_use.hpp"

#include "yuxin/ca/certificate_label.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/crl.hpp"
#include "yuxin/x509/digest.hpp"
#include "yuxin/x509/same_key.hpp"

namespace yuxin::ca {

using base::Code;
using base::fail;
using base::Result;

namespace {

// The key of a stored certificate; empty where it has none that parses.
base::Bytes spki_of(const store::CertificateRow& row) {
  const auto certificate = x509::Certificate::from_der(row.der);
  return certificate ? base::to_bytes(certificate->tbs().spki) : base::Bytes();
}

Result<std::optional<store::CertificateRow>> compromised_with_key(store::Reader& reader, base::ByteView spki) {
  TRY(auto rows, reader.compromised_with_key_tag(x509::key_tag(spki)));
  for (auto& row : rows) {
    if (x509::is_same_key(spki_of(row), spki)) return std::optional(std::move(row));
  }
  return std::optional<store::CertificateRow>();
}

}  // namespace

Result<std::optional<store::CertificateRow>> other_use_of_key(store::Reader& reader, const x509::PublicKey& key,
                                                              std::string_view subject) {
  TRY(auto rows, reader.others_with_key_tag(x509::key_tag(key.spki()), subject));
  for (auto& row : rows) {
    if (x509::is_same_key(spki_of(row), key.spki())) return std::optional(std::move(row));
  }
  return std::optional<store::CertificateRow>();
}

Result<std::vector<store::CertificateRow>> in_force_with_key(store::Reader& reader, base::ByteView spki,
                                                             base::UnixTime now) {
  TRY(auto rows, reader.in_force_with_key_tag(x509::key_tag(spki), now));
  std::erase_if(rows, [&](const store::CertificateRow& row) { return !x509::is_same_key(spki_of(row), spki); });
  for (auto& row : rows) row.der.clear();
  return rows;
}

Result<std::vector<LeakedUse>> with_leaked_key(store::Reader& reader, base::UnixTime now) {
  std::vector<LeakedUse> found;
  TRY(auto rows, reader.in_force_with_compromised_tag(now));
  for (auto& row : rows) {
    TRY(const auto leaked, compromised_with_key(reader, spki_of(row)));
    if (!leaked) continue;
    row.der.clear();
    const auto& status = leaked->status;
    found.push_back(
        {std::move(row), std::min(status.revoked_at, status.invalidity_date.value_or(status.revoked_at))});
  }
  return found;
}

Result<> refuse_compromised_key(store::Reader& reader, base::ByteView spki) {
  TRY(const auto leaked, compromised_with_key(reader, spki));
  if (leaked) {
    return fail(Code::kRefused,
                "The key is compromised: certificate {}, which has it too, was revoked at {} ({}). Ask the applicant "
                "for a new key.",
                certificate_label(*leaked), base::local_time(leaked->status.revoked_at),
                x509::reason_text(static_cast<x509::RevocationReason>(leaked->status.reason)));
  }
  return {};
}

Result<> fill_key_tags(store::Store& store) {
  while (true) {
    std::vector<store::CertificateRow> rows;
    TRY(store.read([&](store::Reader& reader) -> Result<> {
      TRY(rows, reader.without_key_tag());
      return {};
    }));
    if (rows.empty()) return {};
    TRY(store.write([&](store::Writer& writer) -> Result<> {
      for (const auto& row : rows) {
        const auto spki = spki_of(row);
        TRY(writer.set_key_tag(row.id, spki.empty() ? 0 : x509::key_tag(spki)));
      }
      return {};
    }));
  }
}

}  // namespace yuxin::ca
