// Grants of another home, kept as that home's ledger tells them.
#include "grant_repository.hpp"
#include "yuxin/evidence/canonical.hpp"
#include "yuxin/evidence/followed.hpp"

namespace yuxin::evidence {

using base::Code;
using base::fail;
using base::Result;

namespace {

// The own record says what theirs says, and which one it was.
Result<> append_copy(store::Writer& writer, const CopiedRecord& copied) {
  auto data = copied.data;
  data.erase("act");  // a number in the other ledger
  data["copied"] = copied.sequence;
  auto record = copied.record;
  TRY(record.data, canonical_json(data));
  TRY(append(writer, record));
  return {};
}

}  // namespace

Result<> copy_grant(store::Writer& writer, const CopiedRecord& copied) {
  const auto& der = copied.record.attachment;
  TRY(const auto certificate, x509::AttributeCertificate::from_der(der));
  TRY(const auto grant, read_role_grant(certificate));
  if (base::hex(certificate.sha256_fingerprint()) != base::json_string(copied.data, "certificate"))
    return fail(Code::kIntegrity, "A grant that came is another than the authority's record says.");
  const auto& holder = certificate.holder();
  TRY(const auto known, grants::find(writer.session(), certificate.serial().content()));
  if (known) return {};
  GrantRow row{.id = 0,
               .serial = base::to_bytes(certificate.serial().content()),
               .role = grant.role.text(),
               .scope = print_scope(grant.scope),
               .holder = holder.subject->text(),
               .holder_key = holder.public_key_digest,
               .not_before = certificate.not_before(),
               .not_after = certificate.not_after(),
               .granted_at = copied.record.time,
               .revoked_at = std::nullopt,
               .reason = 0,
               .der = der};
  grants::Person person{.subject = x509::sha256(holder.subject->der()), .key = {}};
  if (holder.public_key_digest.size() != person.key.size())
    return fail(Code::kMalformed, "A grant that came names no key of its holder.");
  std::ranges::copy(holder.public_key_digest, person.key.begin());
  TRY(grants::insert(writer.session(), row, person));
  return append_copy(writer, copied);
}

Result<> copy_role_end(store::Writer& writer, const CopiedRecord& copied) {
  const auto slash = copied.record.object.rfind('/');
  const auto serial =
      x509::Serial::parse(slash == std::string::npos ? std::string() : copied.record.object.substr(slash + 1));
  const auto at = base::parse_rfc3339(base::json_string(copied.data, "at"));
  const auto reason = x509::reason_by_name(base::json_string(copied.data, "reason"));
  if (!serial || !at || !reason)
    return fail(Code::kMalformed, "A record of the authority's ledger ends a role and does not say which.");
  TRY(const auto row, grants::find(writer.session(), serial->content()));
  if (!row || row->revoked_at) return {};
  TRY(const auto changed, grants::set_revoked(writer.session(), row->id, *at, static_cast<int>(*reason)));
  return changed ? append_copy(writer, copied) : Result<>();
}

}  // namespace yuxin::evidence
