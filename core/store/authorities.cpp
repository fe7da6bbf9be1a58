// Authorities, published lists, service certificates and settings.
#include <utility>

#include "rows.hpp"

namespace yuxin::store {

using base::Code;
using base::fail;
using base::message;
using base::Result;

namespace {

constexpr std::string_view kAuthorities =
    "SELECT id, name, key_name, parent, certificate, created_at FROM authorities ORDER BY id";
constexpr std::string_view kAuthorityByName =
    "SELECT id, name, key_name, parent, certificate, created_at FROM authorities WHERE name = $1";

AuthorityRow authority_from(const Row& row) {
  return {row.integer(0),           std::string(row.text(1)),    std::string(row.text(2)),
          std::string(row.text(3)), base::to_bytes(row.blob(4)), {row.integer(5)}};
}

}  // namespace

Result<std::vector<AuthorityRow>> read_authorities(Session& session) {
  std::vector<AuthorityRow> rows;
  TRY(session.query(kAuthorities, {}, [&](const Row& row) {
    rows.push_back(authority_from(row));
    return Next::kRow;
  }));
  return rows;
}

Result<std::vector<AuthorityRow>> Reader::authorities() { return read_authorities(session_); }

Result<AuthorityRow> Reader::authority(std::string_view name) {
  std::optional<AuthorityRow> found;
  TRY(session_.query(kAuthorityByName, {name}, [&](const Row& row) {
    found = authority_from(row);
    return Next::kRow;
  }));
  if (!found) return fail(Code::kNotFound, "There is no authority {} in this home. See: yuxin ca list.", name);
  return std::move(*found);
}

Result<std::int64_t> Writer::insert_authority(const AuthorityRow& row) {
  auto id = session().insert(
      "INSERT INTO authorities (name, key_name, parent, certificate, created_at) VALUES ($1, $2, $3, $4, $5)",
      {row.name, row.key_name, row.parent, base::ByteView(row.certificate), row.created_at.seconds});
  if (!id) {
    return conflict(std::move(id).error(),
                    message("There is an authority {} already. Choose another name; see: yuxin ca list.", row.name));
  }
  return id;
}

Result<> Writer::set_authority_certificate(std::int64_t authority, base::ByteView certificate) {
  TRY(const auto changed,
      session().execute("UPDATE authorities SET certificate = $2 WHERE id = $1", {authority, certificate}));
  if (changed == 0) return fail(Code::kNotFound, "There is no authority with the number {} in this home.", authority);
  return {};
}

Result<> Writer::set_authority_key(std::int64_t authority, std::string_view key_name) {
  TRY(const auto changed,
      session().execute("UPDATE authorities SET key_name = $2 WHERE id = $1", {authority, key_name}));
  if (changed == 0) return fail(Code::kNotFound, "There is no authority with the number {} in this home.", authority);
  return {};
}

namespace {

CrlRow crl_from(const Row& row) {
  return {row.integer(0),   row.integer(1),           {row.integer(2)},
          {row.integer(3)}, std::string(row.text(4)), base::to_bytes(row.blob(5)),
          row.integer(6)};
}

ServiceCertificateRow service_from(const Row& row) {
  return {row.integer(0),
          std::string(row.text(1)),
          std::string(row.text(2)),
          base::to_bytes(row.blob(3)),
          {row.integer(4)}};
}

}  // namespace

Result<CrlRow> read_latest_crl(Session& session, std::int64_t authority) {
  std::optional<CrlRow> found;
  TRY(
      session.query("SELECT authority, number, this_update, next_update, file, sha256, status_sequence FROM crls "
                    "WHERE authority = $1 ORDER BY number DESC LIMIT 1",
                    {authority}, [&](const Row& row) {
                      found = crl_from(row);
                      return Next::kRow;
                    }));
  if (!found) return fail(Code::kNotFound, "No revocation list was published yet. To publish one: yuxin ca crl.");
  return std::move(*found);
}

Result<CrlRow> Reader::latest_crl(std::int64_t authority) { return read_latest_crl(session_, authority); }

Result<> Reader::for_each_crl(std::int64_t authority, const std::function<Result<>(const CrlRow&)>& visitor) {
  return session_.query(
      "SELECT authority, number, this_update, next_update, file, sha256, status_sequence FROM crls WHERE "
      "authority = $1 ORDER BY number",
      {authority}, [&](const Row& row) -> Result<Next> {
        TRY(visitor(crl_from(row)));
        return Next::kRow;
      });
}

Result<bool> Reader::lacks_changes(std::int64_t authority) {
  bool lacks = false;
  TRY(
      session_.query("SELECT a.changed_sequence > coalesce((SELECT c.status_sequence FROM crls c WHERE c.authority = "
                     "a.id ORDER BY c.number DESC LIMIT 1), -1) FROM authorities a WHERE a.id = $1",
                     {authority}, [&](const Row& row) {
                       lacks = row.integer(0) != 0;
                       return Next::kRow;
                     }));
  return lacks;
}

Result<> Writer::insert_crl(const CrlRow& row) {
  const auto latest = latest_crl(row.authority);
  if (!latest && latest.error().code != Code::kNotFound) return base::Failure(latest.error());
  // RFC 5280 section 5.2.3: CRL numbers increase.
  if (latest && latest->number >= row.number) {
    return fail(Code::kConflict,
                "Revocation list {} was not stored: number {} is published already. Make a new list.", row.number,
                latest->number);
  }
  TRY(
      session().execute("INSERT INTO crls (authority, number, this_update, next_update, file, sha256, "
                        "status_sequence) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                        {row.authority, row.number, row.this_update.seconds, row.next_update.seconds, row.file,
                         base::ByteView(row.sha256), row.status_sequence}));
  return {};
}

Result<std::vector<ServiceCertificateRow>> read_service_certificates(Session& session, std::string_view purpose) {
  std::vector<ServiceCertificateRow> rows;
  TRY(
      session.query("SELECT authority, purpose, key_name, certificate, not_after FROM service_certificates "
                    "WHERE purpose = $1 ORDER BY authority",
                    {purpose}, [&](const Row& row) {
                      rows.push_back(service_from(row));
                      return Next::kRow;
                    }));
  return rows;
}

Result<std::vector<ServiceCertificateRow>> Reader::service_certificates(std::string_view purpose) {
  return read_service_certificates(session_, purpose);
}

Result<std::vector<ServiceCertificateRow>> Reader::service_certificates() {
  std::vector<ServiceCertificateRow> rows;
  TRY(
      session_.query("SELECT authority, purpose, key_name, certificate, not_after FROM service_certificates "
                     "ORDER BY authority, purpose",
                     {}, [&](const Row& row) {
                       rows.push_back(service_from(row));
                       return Next::kRow;
                     }));
  return rows;
}

Result<std::vector<std::string>> Reader::foreign_rules() {
  std::vector<std::string> names;
  TRY(session_.query("SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view') ORDER BY name", {},
                     [&](const Row& row) {
                       names.emplace_back(row.text(0));
                       return Next::kRow;
                     }));
  return names;
}

Result<> Writer::set_service_certificate(const ServiceCertificateRow& row) {
  TRY(session().execute(
      "INSERT INTO service_certificates (authority, purpose, key_name, certificate, not_after) "
      "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (authority, purpose) DO UPDATE SET key_name = excluded.key_name, "
      "certificate = excluded.certificate, not_after = excluded.not_after",
      {row.authority, row.purpose, row.key_name, base::ByteView(row.certificate), row.not_after.seconds}));
  return {};
}

Result<std::string> Reader::setting(std::string_view name) {
  std::string value;
  TRY(session_.query("SELECT value FROM settings WHERE name = $1", {name}, [&](const Row& row) {
    value = row.text(0);
    return Next::kRow;
  }));
  return value;
}

Result<> Writer::set_setting(std::string_view name, std::string_view value) {
  TRY(
      session().execute("INSERT INTO settings (name, value) VALUES ($1, $2) "
                        "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                        {name, value}));
  return {};
}

}  // namespace yuxin::store
