// Granting and revoking roles, and looking at what was granted.
#include <algorithm>

#include "compromised.hpp"
#include "grant_repository.hpp"
#include "yuxin/evidence/authority.hpp"
#include "yuxin/evidence/canonical.hpp"
#include "yuxin/evidence/ledger.hpp"

namespace yuxin::evidence {

using base::Code;
using base::fail;
using base::Result;

namespace {

std::string object_name(const x509::Serial& serial) { return "roles/" + serial.hex(); }

base::Bytes key_identifier(const AttributeAuthority& authority) {
  auto identifier = authority.certificate.subject_key_identifier();
  return identifier.empty() ? authority.signer->public_key().identifier() : identifier;
}

Result<> check_authority(const AttributeAuthority& authority, const GrantOrder& order) {
  const auto& certificate = authority.certificate;
  if (order.not_before >= certificate.not_before() && order.not_after <= certificate.not_after()) return {};
  return fail(
      Code::kRefused,
      "The attribute authority's certificate is valid from {} until {}; a role that it grants lasts no longer.",
      base::local_time(certificate.not_before()), base::local_time(certificate.not_after()));
}

Result<x509::AttributeCertificate> sign(const AttributeAuthority& authority, const GrantOrder& order) {
  std::vector<x509::Attribute> attributes{x509::make_role_attribute(order.role.uri())};
  if (!order.scope.unlimited()) attributes.push_back(make_scope_attribute(order.scope));
  std::vector<base::Bytes> extensions{x509::make_authority_key_identifier(key_identifier(authority))};
  if (!authority.list_uri.empty()) {
    extensions.push_back(x509::make_crl_distribution_points({authority.list_uri}));
  }
  TRY(const auto der, x509::make_attribute_certificate({.serial = x509::Serial::random(),
                                                        .holder = order.holder,
                                                        .issuer = authority.certificate.tbs().subject,
                                                        .not_before = order.not_before,
                                                        .not_after = order.not_after,
                                                        .attributes = std::move(attributes),
                                                        .extensions = std::move(extensions)},
                                                       *authority.signer));
  TRY(auto certificate, x509::AttributeCertificate::from_der(der));
  TRY(const auto key, authority.certificate.public_key());
  // A key that failed, or one that is not the certificate's, must not bring a grant into the world.
  TRY(x509::verify_signature(certificate, key));
  return certificate;
}

Result<> record_granted(store::Writer& writer, const GrantRow& row, const x509::AttributeCertificate& certificate,
                        const GrantContext& context) {
  ObjectWriter data;
  if (context.act) data.add("act", *context.act);
  data.add("certificate", base::hex(certificate.sha256_fingerprint()))
      .add("holder", row.holder)
      .add("not_after", base::rfc3339(row.not_after))
      .add("not_before", base::rfc3339(row.not_before))
      .add("role", row.role)
      .add("scope", row.scope);
  TRY(append(writer, {.kind = "role.granted",
                      .object = object_name(certificate.serial()),
                      .actor = context.actor,
                      .time = context.now,
                      .data = data.finish(),
                      .attachment = row.der}));
  return {};
}

Result<GrantRow> carry_out(store::Writer& writer, const AttributeAuthority& authority, const GrantOrder& order,
                           const GrantContext& context) {
  TRY(const auto certificate, sign(authority, order));
  const auto person = grants::person_of(order.holder);
  GrantRow row{.id = 0,
               .serial = base::to_bytes(certificate.serial().content()),
               .role = order.role.text(),
               .scope = print_scope(order.scope),
               .holder = order.holder.subject().text(),
               .holder_key = base::to_bytes(person.key),
               .not_before = order.not_before,
               .not_after = order.not_after,
               .granted_at = context.now,
               .revoked_at = std::nullopt,
               .reason = 0,
               .der = base::to_bytes(certificate.der())};
  TRY(row.id, grants::insert(writer.session(), row, person));
  TRY(record_granted(writer, row, certificate, context));
  return row;
}

bool is_for_roles(x509::RevocationReason reason) {
  return reason != x509::RevocationReason::kCertificateHold && reason != x509::RevocationReason::kRemoveFromCrl &&
         reason != x509::RevocationReason::kCaCompromise;
}

}  // namespace

Result<std::vector<GrantRow>> grant_roles(store::Writer& writer, const Organisation& organisation,
                                          const AttributeAuthority& authority, const std::vector<GrantOrder>& orders,
                                          const GrantContext& context) {
  TRY(check_grants(writer, organisation, orders, context.now));
  std::vector<GrantRow> rows;
  for (const auto& order : orders) {
    TRY(check_authority(authority, order));
    TRY(auto row, carry_out(writer, authority, order, context));
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<GrantRow> grant_role(store::Writer& writer, const Organisation& organisation,
                            const AttributeAuthority& authority, const GrantOrder& order,
                            const GrantContext& context) {
  TRY(auto rows, grant_roles(writer, organisation, authority, {order}, context));
  return std::move(rows.front());
}

Result<> check_revocation(const GrantRow& grant, x509::RevocationReason reason, base::UnixTime now) {
  if (!is_for_roles(reason)) {
    return fail(Code::kUsage, "{} is no reason to revoke a role: it ends for good, and it is no authority's.",
                x509::reason_name(reason));
  }
  if (grant.revoked_at) {
    return fail(Code::kConflict, "Role {} of {} was revoked already at {} ({}). Nothing was changed.", grant.role,
                grant.holder, base::local_time(*grant.revoked_at),
                x509::reason_text(static_cast<x509::RevocationReason>(grant.reason)));
  }
  if (grant.not_after < now) {
    return fail(Code::kConflict, "Role {} of {} was over at {} already. Nothing was changed.", grant.role,
                grant.holder, base::local_time(grant.not_after));
  }
  return {};
}

Result<GrantRow> revoke_role(store::Writer& writer, base::ByteView serial, x509::RevocationReason reason,
                             const GrantContext& context) {
  TRY(auto row, find_grant(writer, serial));
  TRY(check_revocation(row, reason, context.now));
  TRY(const auto changed, grants::set_revoked(writer.session(), row.id, context.now, static_cast<int>(reason)));
  if (!changed)
    return fail(Code::kConflict, "Role {} of {} was revoked just now. Nothing was changed.", row.role, row.holder);
  row.revoked_at = context.now;
  row.reason = static_cast<int>(reason);
  ObjectWriter data;
  if (context.act) data.add("act", *context.act);
  data.add("at", base::rfc3339(context.now)).add("reason", x509::reason_name(reason)).add("role", row.role);
  TRY(append(writer, {.kind = "role.revoked",
                      .object = object_name(*x509::Serial::from_der_content(serial)),
                      .actor = context.actor,
                      .time = context.now,
                      .data = data.finish(),
                      .attachment = {}}));
  return row;
}

Result<std::vector<GrantRow>> list_grants(store::Reader& reader, const GrantFilter& filter) {
  TRY(auto rows, grants::list(reader.session(), filter));
  TRY(mark_compromised(reader, rows));
  if (filter.in_force_at) {
    std::erase_if(rows, [&](const GrantRow& row) { return !row.in_force_at(*filter.in_force_at); });
  }
  return rows;
}

Result<GrantRow> find_grant(store::Reader& reader, base::ByteView serial) {
  const auto number = x509::Serial::from_der_content(serial);
  if (!number) return fail(Code::kUsage, "That is no serial number of a grant.");
  TRY(auto row, grants::find(reader.session(), serial));
  if (!row) {
    return fail(Code::kNotFound, "No role was granted under serial number {}. To look for it: yuxin role list",
                number->hex());
  }
  return std::move(*row);
}

Result<std::vector<GrantRow>> grants_of(store::Reader& reader, const x509::Certificate& holder, base::UnixTime at) {
  TRY(auto rows, grants::of_holder(reader.session(), grants::person_of(holder)));
  TRY(mark_compromised(reader, rows));
  std::erase_if(rows, [&](const GrantRow& row) { return !row.in_force_at(at); });
  return rows;
}

}  // namespace yuxin::evidence
