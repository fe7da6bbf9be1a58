#include "caller.hpp"

#include <algorithm>

#include "yuxin/ca/standing.hpp"
#include "yuxin/x509/serial.hpp"

namespace yuxin::ra::rest {

using base::Code;
using base::fail;
using base::Result;

namespace {

Result<> check_state(const store::CertificateRow& row, base::UnixTime now) {
  switch (row.status.state) {
    case store::CertificateState::kGood:
      break;
    case store::CertificateState::kOnHold:
      return fail(Code::kNotAuthorised, "Your certificate {} is suspended since {}.", row.subject,
                  base::local_time(row.status.revoked_at));
    case store::CertificateState::kRevoked:
    case store::CertificateState::kVoid:
      return fail(Code::kNotAuthorised, "Your certificate {} is revoked since {}.", row.subject,
                  base::local_time(row.status.revoked_at));
  }
  if (now < row.not_before) {
    return fail(Code::kNotAuthorised, "Your certificate {} is not valid before {}.", row.subject,
                base::local_time(row.not_before));
  }
  if (now > row.not_after) {
    return fail(Code::kNotAuthorised, "Your certificate {} has expired on {}. Apply for a new one.", row.subject,
                base::local_time(row.not_after));
  }
  return {};
}

}  // namespace

Result<Caller> caller_of(const RestParts& parts, base::ByteView der) {
  TRY(auto certificate, x509::Certificate::from_der(der));
  const auto now = parts.clock->now();
  std::optional<store::CertificateRow> found;
  std::optional<store::AuthorityRow> issuer;
  TRY(parts.store->read([&](store::Reader& reader) -> Result<> {
    TRY(auto rows, reader.find_all(certificate.tbs().serial, store::Reader::With::kDer));
    const auto row = std::ranges::find_if(
        rows, [&](const store::CertificateRow& candidate) { return base::equal(candidate.der, certificate.der()); });
    if (row == rows.end()) return {};
    found = std::move(*row);
    TRY(const auto authorities, reader.authorities());
    const auto authority = std::ranges::find(authorities, found->authority, &store::AuthorityRow::id);
    if (authority != authorities.end()) issuer = *authority;
    return {};
  }));
  if (!found || !issuer) return fail(Code::kNotAuthorised, "Your certificate was not issued by this authority.");
  TRY(check_state(*found, now));
  TRY(const auto standing, ca::standing_of(*parts.store, parts.home, *issuer, now));
  if (standing.state != ca::Standing::State::kGood)
    return fail(Code::kNotAuthorised, "The authority that issued your certificate is not in good standing: {}.",
                ca::standing_text(standing, issuer->name));
  TRY(auto viewer, viewer_of(*parts.store, certificate, now));
  auto subject = certificate.subject().text();
  const auto serial = certificate.serial();
  auto digits = serial ? serial->hex() : base::hex_upper(certificate.tbs().serial);
  return Caller{std::move(certificate), std::move(subject), std::move(digits), std::move(viewer)};
}

}  // namespace yuxin::ra::rest
