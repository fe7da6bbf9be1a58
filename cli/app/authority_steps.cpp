#include "authority_steps.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "authority_import.hpp"
#include "key_record.hpp"
#include "output.hpp"
#include "service_certificate.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/short_name.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/x509/lint.hpp"
#include "yuxin/x509/request.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr const char* kRootProfile = "root-ca";

// root_profile refuses a kind of key before one is made.
Result<std::shared_ptr<const ca::Profile>> root_profile(const Home& home, const NewAuthority& wanted) {
  TRY(auto profiles, home.profiles());
  TRY(auto profile, profiles.find(kRootProfile));
  if (profile->admits(wanted.key)) return profile;
  return fail(Code::kRefused, "Profile {} does not take a key {}; it takes {}.", profile->name,
              x509::print_key_kind(wanted.key), profile->keys_text());
}

// find_begun gives the root that an interrupted attempt left, or nothing when the name is free; kConflict otherwise.
Result<std::optional<store::AuthorityRow>> find_begun(Home& home, const NewAuthority& wanted, AuthorityKind kind) {
  std::optional<store::AuthorityRow> found;
  bool root = false;
  bool listed = false;
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    auto row = reader.authority(wanted.name);
    if (!row && row.error().code == Code::kNotFound) return {};
    TRY(found, std::move(row));
    // a root's intent is as old as the authority, and what became of it stands among the authority's certificates
    store::CertificateFilter self_signed;
    self_signed.authority = found->id;
    self_signed.profile = kRootProfile;
    TRY(auto begun, reader.count(self_signed));
    root = begun > 0;
    listed = reader.latest_crl(found->id).has_value();
    return {};
  }));
  if (!found) return found;
  bool unfinished = kind == AuthorityKind::kRoot && root && !listed;
  if (unfinished && !found->certificate.empty()) {
    TRY(auto certificate, x509::Certificate::from_der(found->certificate));
    unfinished = certificate.subject().same(wanted.subject);
  }
  if (unfinished) return found;
  return fail(Code::kConflict, "There is an authority {} already. Nothing was changed.", wanted.name);
}

}  // namespace

Result<std::string> key_name_of(const NewAuthority& wanted) {
  if (wanted.token.empty()) return wanted.name;
  return keymgmt::token_key_name(wanted.token, wanted.name);
}

Result<> check_authority_name(std::string_view name) {
  // its list would have the address of the attribute authority's, /crl/roles.crl
  if (name == "roles")
    return fail(Code::kUsage, "No authority can be called \"roles\": the list of revoked roles is published so.");
  if (!base::is_short_name(name)) {
    return fail(Code::kUsage,
                "\"{}\" is no name for an authority: lower-case letters, digits and hyphens, at most 32.", name);
  }
  if (name == "ledger" || name.starts_with("ocsp-"))
    return fail(Code::kUsage, "The name {} belongs to a key of the home itself. Take another.", name);
  return {};
}

Result<> check_new_authority(Home& home, const NewAuthority& wanted, AuthorityKind kind) {
  TRY(check_authority_name(wanted.name));
  TRY(key_name_of(wanted));
  TRY(x509::lint_subject(wanted.subject));
  TRY(home.check_clock());
  if (kind == AuthorityKind::kRoot) TRY(root_profile(home, wanted));
  TRY(const auto begun, find_begun(home, wanted, kind));
  if (begun) return {};
  TRY(const auto rows, home.store().status().authorities());
  return refuse_same_subject(rows, wanted.subject, {});
}

Result<> request_authority(Home& home, const NewAuthority& wanted, const std::optional<std::string>& out,
                           const std::string& actor) {
  TRY(check_new_authority(home, wanted, AuthorityKind::kSubordinate));
  TRY(const auto key_name, key_name_of(wanted));
  TRY(const auto key, home.keys().ensure(key_name, wanted.key));
  TRY(auto signer, home.keys().signer(key_name));
  TRY(auto der, x509::make_request(wanted.subject, {}, *signer));
  const auto pem = base::pem("CERTIFICATE REQUEST", der);
  TRY(base::write_file(home.path() + "/exchange/" + wanted.name + ".csr", base::as_bytes(pem),
                       base::Existing::kReplace, base::Permissions::kPublic));
  if (out) TRY(write_output(*out, base::as_bytes(pem), OutputKind::kRequest));
  // the row comes last: whoever sees the authority finds its key and its request
  return home.store().write([&](store::Writer& writer) -> Result<> {
    store::AuthorityRow row;
    row.name = wanted.name;
    row.key_name = key_name;
    row.created_at = home.clock().now();
    TRY(writer.insert_authority(row));
    return append_generated(writer, actor, home.clock().now(), key_name, key);
  });
}

Result<x509::Certificate> make_root(Home& home, const NewAuthority& wanted, const std::string& actor,
                                    const AgreeToSign& agree) {
  TRY(check_authority_name(wanted.name));
  TRY(home.check_clock());
  TRY(auto profile, root_profile(home, wanted));
  TRY(auto begun, find_begun(home, wanted, AuthorityKind::kRoot));
  if (begun && !begun->certificate.empty()) return x509::Certificate::from_der(begun->certificate);
  TRY(const auto key_name, key_name_of(wanted));
  TRY(home.keys().ensure(key_name, wanted.key));
  TRY(auto signer, home.keys().signer(key_name));
  return ca::issue_root({wanted.name, wanted.subject, profile, signer, key_name, agree}, home.shared_store(),
                        home.intent_owner(), home.clock(), {actor});
}

namespace {

// A common name with the date tells the certificates of one service apart.
std::string dated(const Home& home, const std::string& title, const std::string& authority) {
  return title + " of " + authority + " " + base::rfc3339(home.clock().now()).substr(0, 10);
}

}  // namespace

Result<x509::Certificate> renew_ocsp_signer(Home& home, const std::string& authority, const x509::KeyKind& key,
                                            const std::string& actor) {
  TRY(auto profile, service_profile(home, "ocsp-responder"));
  return renew_service(home, {"ocsp", "ocsp", profile, dated(home, "OCSP responder", authority)}, authority, key,
                       actor);
}

Result<x509::Certificate> renew_time_stamper(Home& home, const std::string& authority, const x509::KeyKind& key,
                                             const std::string& actor) {
  TRY(auto profile, service_profile(home, "timestamp"));
  return renew_service(home, {"tsa", "tsa", profile, dated(home, "TSA", authority)}, authority, key, actor);
}

}  // namespace yuxin::cli
