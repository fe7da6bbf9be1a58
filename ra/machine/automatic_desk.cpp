#include "yuxin/ra/automatic_desk.hpp"

#include <algorithm>

#include "chain.hpp"
#include "machine/errand.hpp"
#include "machine/key_holder.hpp"
#include "machine/turn.hpp"
#include "yuxin/ca/revocation.hpp"
#include "yuxin/x509/name_match.hpp"

namespace yuxin::ra {

using base::Code;
using base::fail;
using base::Result;

AutomaticDesk::AutomaticDesk(AutomaticDeskParts parts)
    : parts_(std::move(parts)), turns_(std::make_unique<Turns>()) {}
AutomaticDesk::~AutomaticDesk() = default;

Result<MachineAnswer> AutomaticDesk::enrol(const MachineWish& wish) {
  // by the key, which one request has, and of which two clients may not have a certificate each
  const Turns::Turn turn(*turns_, x509::sha256(wish.enrolment.request.public_key().spki()));
  TRY(const auto desk, parts_.desk());
  return Errand(parts_, *desk, wish, signing_).run();
}

Result<> AutomaticDesk::may_begin(std::string_view client, std::string_view profile) {
  TRY(const auto desk, parts_.desk());
  return Errand::may_begin(parts_, *desk, client, profile);
}

Result<std::vector<x509::Certificate>> AutomaticDesk::chain() {
  TRY(const auto desk, parts_.desk());
  return chain_of(desk->parts());
}

namespace {

Result<std::vector<store::CertificateRow>> rows_of(Desk& desk, base::ByteView serial) {
  std::vector<store::CertificateRow> rows;
  TRY(desk.parts().store->read([&](store::Reader& reader) -> Result<> {
    TRY(rows, reader.find_all(serial, store::Reader::With::kDer));
    return {};
  }));
  return rows;
}

Result<store::CertificateRow> row_of(Desk& desk, const x509::Certificate& certificate) {
  TRY(auto rows, rows_of(desk, certificate.tbs().serial));
  const auto row = std::ranges::find_if(
      rows, [&](const store::CertificateRow& one) { return base::equal(one.der, certificate.der()); });
  if (row == rows.end()) return fail(Code::kNotFound, "No authority here has issued this certificate.");
  return std::move(*row);
}

}  // namespace

Result<Held> AutomaticDesk::held(const x509::Certificate& certificate) {
  TRY(const auto desk, parts_.desk());
  const auto& parts = desk->parts();
  TRY(const auto row, row_of(*desk, certificate));
  const auto now = parts.clock->now();
  Held held{
      .profile = row.profile,
      .in_force = row.status.state == store::CertificateState::kGood && row.not_before <= now && now <= row.not_after,
      .revoked = row.status.state == store::CertificateState::kRevoked};
  TRY(const auto authorities, parts.store->status().authorities());
  const auto issuer = std::ranges::find(authorities, row.authority, &store::AuthorityRow::id);
  if (held.in_force && parts.in_good_standing && issuer != authorities.end()) {
    TRY(held.in_force, parts.in_good_standing(*issuer));
  }
  TRY(parts.store->read([&](store::Reader& reader) -> Result<> {
    TRY(held.client, requests::client_of(reader.session(), row.authority, row.serial));
    return {};
  }));
  return held;
}

Result<x509::Certificate> AutomaticDesk::find(const x509::Name& issuer, base::ByteView serial) {
  TRY(const auto desk, parts_.desk());
  TRY(const auto rows, rows_of(*desk, serial));
  for (const auto& row : rows) {
    if (row.der.empty()) continue;
    TRY(auto certificate, x509::Certificate::from_der(row.der));
    if (x509::equal_names(certificate.issuer(), issuer)) return certificate;
  }
  return fail(Code::kNotFound, "No authority here has issued this certificate.");
}

Result<bool> AutomaticDesk::has_key_alone(std::string_view client, const x509::Certificate& certificate) {
  TRY(const auto desk, parts_.desk());
  std::optional<std::string> other;
  TRY(desk->parts().store->read([&](store::Reader& reader) -> Result<> {
    TRY(other, other_holder_of_key(reader, certificate.tbs().spki, client));
    return {};
  }));
  return !other;
}

Result<> AutomaticDesk::revoke(const MachineRevocation& revocation) {
  TRY(const auto desk, parts_.desk());
  TRY(const auto row, row_of(*desk, revocation.certificate));
  TRY(const auto authorities, desk->parts().store->status().authorities());
  const auto authority = std::ranges::find(authorities, row.authority, &store::AuthorityRow::id);
  const auto serial = revocation.certificate.serial();
  if (authority == authorities.end() || !serial)
    return fail(Code::kNotFound, "No authority here has issued this certificate.");
  const ca::StatusOrder order{authority->id, authority->name, *serial, revocation.reason, std::nullopt};
  return desk->parts().port->revoke(order, revocation.actor);
}

}  // namespace yuxin::ra
