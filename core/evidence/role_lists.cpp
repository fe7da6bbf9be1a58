// Lists of revoked grants (RFC 5755 section 6).
#include "grant_repository.hpp"
#include "yuxin/evidence/authority.hpp"
#include "yuxin/evidence/canonical.hpp"
#include "yuxin/evidence/ledger.hpp"

namespace yuxin::evidence {

using base::Code;
using base::fail;
using base::Result;

namespace {

// RFC 5280 section 3.3: an entry stays until one list after the end of what it revokes; a month is more than that.
constexpr base::Seconds kKeepEntries = base::days(30);
constexpr base::Seconds kKeepLists = base::days(30);

Result<x509::RevokedEntry> entry_of(const GrantRow& row) {
  const auto serial = x509::Serial::from_der_content(row.serial);
  if (!serial || !row.revoked_at) return fail(Code::kIntegrity, "A stored grant has no serial number.");
  return x509::RevokedEntry{*serial, *row.revoked_at, static_cast<x509::RevocationReason>(row.reason), std::nullopt};
}

// The list has no distribution point of its own, so that it answers for every grant of its issuer, also for those
// that were made while the home was published at another address.
std::vector<base::Bytes> list_extensions() {
  x509::IssuingDistributionPoint scope;
  scope.only_attribute_certificates = true;
  return {x509::make_issuing_distribution_point(scope)};
}

Result<base::Bytes> sign_list(store::Reader& reader, const AttributeAuthority& authority,
                              const x509::CrlFields& fields) {
  const x509::EntrySource entries = [&](const std::function<Result<>(const x509::RevokedEntry&)>& sink) {
    return grants::for_each_revoked(reader.session(), fields.this_update - kKeepEntries,
                                    [&](const GrantRow& row) -> Result<> {
                                      TRY(const auto entry, entry_of(row));
                                      return sink(entry);
                                    });
  };
  base::Bytes der;
  TRY(x509::write_crl(fields, entries, *authority.signer, [&](base::ByteView piece) -> Result<> {
    base::append(der, piece);
    return {};
  }));
  return der;
}

}  // namespace

Result<x509::Crl> make_role_list(store::Writer& writer, const AttributeAuthority& authority,
                                 const GrantContext& context) {
  TRY(const auto latest, grants::latest_list(writer.session()));
  auto identifier = authority.certificate.subject_key_identifier();
  if (identifier.empty()) identifier = authority.signer->public_key().identifier();
  const x509::CrlFields fields{.issuer = authority.certificate.tbs().subject,
                               .this_update = context.now,
                               .next_update = base::add(context.now, authority.list_valid_for),
                               .number = latest ? latest->number + 1 : 1,
                               .authority_key_identifier = identifier,
                               .delta_base = std::nullopt,
                               .extensions = list_extensions()};
  TRY(auto der, sign_list(writer, authority, fields));
  TRY(auto list, x509::Crl::from_der(der));
  TRY(const auto key, authority.certificate.public_key());
  TRY(list.verify_signature(key));
  ObjectWriter data;
  data.add("crl", base::hex(x509::sha256(der)))
      .add("next_update", base::rfc3339(fields.next_update))
      .add("number", fields.number);
  TRY(grants::insert_list(writer.session(), {fields.number, fields.this_update, fields.next_update, std::move(der)}));
  TRY(grants::forget_lists(writer.session(), context.now - kKeepLists));
  TRY(append(writer, {.kind = "role.list",
                      .object = "roles",
                      .actor = context.actor,
                      .time = context.now,
                      .data = data.finish(),
                      .attachment = {}}));
  return list;
}

Result<std::optional<x509::Crl>> latest_role_list(store::Reader& reader) {
  TRY(const auto row, grants::latest_list(reader.session()));
  if (!row) return std::optional<x509::Crl>();
  TRY(auto list, x509::Crl::from_der(row->der));
  return std::optional(std::move(list));
}

Result<bool> role_list_is_due(store::Reader& reader, base::UnixTime now) {
  TRY(const auto list, latest_role_list(reader));
  if (!list || !list->next_update()) return true;
  const auto half = (*list->next_update() - list->this_update()).count / 2;
  // a list from the future is one from before the clock was set right
  if (now >= list->this_update() + base::Seconds{half} || now < list->this_update()) return true;
  bool missing = false;
  TRY(grants::for_each_revoked(reader.session(), now, [&](const GrantRow& row) -> Result<> {
    if (missing || *row.revoked_at < list->this_update()) return {};
    TRY(const auto entry, entry_of(row));
    TRY(const auto found, list->find(entry.serial));
    missing = !found;
    return {};
  }));
  return missing;
}

}  // namespace yuxin::evidence
