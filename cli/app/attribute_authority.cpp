#include "attribute_authority.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "service_certificate.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/evidence/clock_floor.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr const char* kPurpose = "attribute-authority";
constexpr const char* kProfile = "attribute-authority";
constexpr base::Period kRenewBefore{.years = 2};

// The key of the next one is of the kind of the last one; the first one is SM2 where the authority is.
Result<x509::KeyKind> next_key(const store::AuthorityRow& authority,
                               const std::optional<store::ServiceCertificateRow>& row) {
  TRY(auto certificate, x509::Certificate::from_der(row ? row->certificate : authority.certificate));
  TRY(auto key, certificate.public_key());
  const x509::KeyKind kind = key.kind();
  return row || kind.type == x509::KeyType::kSm2 ? kind : x509::KeyKind{x509::KeyType::kP256, 256};
}

Result<bool> is_due(Home& home, const store::AuthorityRow& authority,
                    const std::optional<store::ServiceCertificateRow>& row) {
  if (row) {
    TRY(const bool withdrawn, is_withdrawn(home.store(), *row));
    if (withdrawn) return true;
  }
  return is_service_due(authority, row, kRenewBefore, home.clock().now());
}

}  // namespace

Result<> require_granting_authority(Home& home) {
  TRY(auto authority, certifying_authority(home));
  return may_certify_now(home, authority);
}

namespace {

Result<store::ServiceCertificateRow> row_in_service_now(Home& home, const std::string& actor) {
  TRY(auto authority, certifying_authority(home));
  TRY(auto row, service_in_use(home, kPurpose, authority.id));
  TRY(auto due, is_due(home, authority, row));
  // under a revoked authority or on a wrong clock the one in service goes on: it still has lists to sign
  const bool barred = row && due && !require_granting_authority(home);
  if (due && !barred) {
    TRY(auto kind, next_key(authority, row));
    TRY(renew_attribute_authority(home, authority.name, kind, actor));
    TRY(row, service_in_use(home, kPurpose, authority.id));
  }
  if (!row) return fail(Code::kInternal, "The attribute authority that was made is not in service.");
  return std::move(*row);
}

Result<x509::Crl> make_list(Home& home, const std::string& actor) {
  TRY(auto authority, open_attribute_authority(home, actor));
  std::optional<x509::Crl> list;
  TRY(home.store().write([&](store::Writer& writer) -> Result<> {
    TRY(const auto now, evidence::time_of_status(writer, home.clock()));
    TRY(list, evidence::make_role_list(writer, authority, {actor, std::nullopt, now}));
    return {};
  }));
  return std::move(*list);
}

Result<bool> list_is_due(Home& home) {
  bool due = false;
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(const auto now, evidence::time_of_status(reader, home.clock()));
    TRY(due, evidence::role_list_is_due(reader, now));
    return {};
  }));
  return due;
}

}  // namespace

Result<x509::Certificate> renew_attribute_authority(Home& home, const std::string& authority,
                                                    const x509::KeyKind& key, const std::string& actor) {
  TRY(auto profile, service_profile(home, kProfile));
  return renew_service(home, {kPurpose, "roles", profile, "Attribute authority of " + authority}, authority, key,
                       actor);
}

Result<evidence::AttributeAuthority> open_attribute_authority(Home& home, const std::string& actor) {
  TRY(auto row, row_in_service_now(home, actor));
  TRY(auto certificate, x509::Certificate::from_der(row.certificate));
  TRY(auto signer, home.keys().signer(row.key_name));
  const auto& url = home.config().public_url;
  return evidence::AttributeAuthority{.certificate = std::move(certificate),
                                      .signer = std::move(signer),
                                      .list_uri = url.empty() ? url : url + std::string(RoleListService::kPath)};
}

Result<std::vector<x509::Certificate>> attribute_authority_certificates(Home& home) {
  std::vector<x509::Certificate> certificates;
  store::CertificateFilter filter;
  filter.profile = kProfile;
  filter.state = store::CertificateState::kGood;
  filter.limit = 1000;
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    certificates.clear();
    TRY(auto rows, reader.list(filter, store::Reader::With::kDer));
    for (const auto& row : rows) {
      TRY(auto certificate, x509::Certificate::from_der(row.der));
      certificates.insert(certificates.begin(), std::move(certificate));
    }
    return {};
  }));
  return certificates;
}

Result<bool> keep_role_list(Home& home, const std::string& actor) {
  TRY(auto rows, home.store().status().service_certificates(kPurpose));
  if (rows.empty()) return false;
  TRY(auto due, list_is_due(home));
  if (!due) return false;
  TRY(make_list(home, actor));
  return true;
}

Result<x509::Crl> current_role_list(Home& home, const std::string& actor) {
  TRY(auto due, list_is_due(home));
  if (due) return make_list(home, actor);
  std::optional<x509::Crl> list;
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(list, evidence::latest_role_list(reader));
    return {};
  }));
  return std::move(*list);
}

base::HttpReply RoleListService::answer(const base::HttpRequest&) {
  std::optional<x509::Crl> list;
  const auto read = home_.store().read([&](store::Reader& reader) -> Result<> {
    TRY(list, evidence::latest_role_list(reader));
    return {};
  });
  if (!read) {
    base::log_error("roles.crl: the latest list cannot be looked up: " + read.error().detail);
    return base::problem(503, base::tr("Unavailable"),
                         base::tr("The revocation list cannot be looked up now; ask again in a moment."));
  }
  if (!list) return base::problem(404, base::tr("Not found"), base::tr("No role has been granted here yet."));
  constexpr std::int64_t kAge = 300;  // a list may appear ahead of schedule
  const auto next = list->next_update().value_or(list->this_update());
  const auto left = std::max<std::int64_t>((next - home_.clock().now()).count, 0);
  base::HttpReply reply;
  reply.content_type = "application/pkix-crl";
  reply.fields = {{"Cache-Control", fmt::format("max-age={}, public, no-transform", std::min(left, kAge))},
                  {"Last-Modified", base::http_date(list->this_update())},
                  {"Expires", base::http_date(next)},
                  {"ETag", fmt::format("\"{}\"", base::hex(base::ByteView(x509::sha256(list->der())).first(12)))}};
  reply.body = base::to_bytes(list->der());
  return reply;
}

}  // namespace yuxin::cli
