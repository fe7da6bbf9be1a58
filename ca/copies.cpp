#include "yuxin/ca/copies.hpp"

#include "certificate_rules.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/evidence/canonical.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/crl.hpp"
#include "yuxin/x509/digest.hpp"
#include "yuxin/x509/extension.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::ca {

using base::Code;
using base::fail;
using base::Result;
using evidence::CopiedRecord;
using store::CertificateState;

namespace {

// Object is what "issuing/3F9A…" names.
struct Object {
  std::int64_t authority = 0;
  x509::Serial serial;
};
Result<Object> object_of(store::Reader& reader, const CopiedRecord& copied) {
  const auto& name = copied.record.object;
  const auto slash = name.find('/');
  const auto serial = x509::Serial::parse(slash == std::string::npos ? std::string() : name.substr(slash + 1));
  if (!serial) return fail(Code::kMalformed, "A record of the authority's ledger names no certificate: {}", name);
  TRY(const auto authority, reader.authority(name.substr(0, slash)));
  return Object{authority.id, *serial};
}

Result<> append_copy(store::Writer& writer, const CopiedRecord& copied) {
  auto data = copied.data;
  data.erase("intent");  // a number in the other ledger
  data["copied"] = copied.sequence;
  auto record = copied.record;
  TRY(record.data, evidence::canonical_json(data));
  TRY(evidence::append(writer, record));
  return {};
}

std::string names_of(const x509::Certificate& certificate) {
  const auto* extension = certificate.tbs().find(x509::oid::kSubjectAltName);
  const auto names = extension == nullptr ? std::nullopt : x509::read_alternative_names(extension->value);
  return names ? alt_names_text(*names) : std::string();
}

}  // namespace

Result<> copy_issued(store::Writer& writer, const CopiedRecord& copied, base::ByteView der) {
  TRY(const auto object, object_of(writer, copied));
  if (base::hex(x509::sha256(der)) != base::json_string(copied.data, "certificate"))
    return fail(Code::kIntegrity, "The certificate {} that came is another than the authority's record says.",
                copied.record.object);
  const auto known = writer.find(object.authority, object.serial.content(), store::Reader::With::kRowOnly);
  if (known) return {};
  if (known.error().code != Code::kNotFound) return tl::unexpected(known.error());
  TRY(const auto certificate, x509::Certificate::from_der(der));
  const auto& tbs = certificate.tbs();
  if (!base::equal(tbs.serial, object.serial.content()))
    return fail(Code::kIntegrity, "The certificate {} that came has another serial number.", copied.record.object);
  store::CertificateRow row;
  row.authority = object.authority;
  row.serial = base::to_bytes(tbs.serial);
  row.profile = base::json_string(copied.data, "profile");
  row.subject = certificate.subject().text();
  row.names = names_of(certificate);
  row.not_before = tbs.not_before;
  row.not_after = tbs.not_after;
  row.issued_at = copied.record.time;
  row.key_tag = x509::key_tag(tbs.spki);
  row.der = base::to_bytes(der);
  TRY(writer.insert_certificate(row));
  return append_copy(writer, copied);
}

Result<> copy_status(store::Writer& writer, const CopiedRecord& copied) {
  TRY(const auto object, object_of(writer, copied));
  const auto row = writer.find(object.authority, object.serial.content(), store::Reader::With::kRowOnly);
  if (!row && row.error().code == Code::kNotFound) return {};  // of an interrupted issuance
  if (!row) return tl::unexpected(row.error());
  store::CertificateStatus status;
  if (copied.record.kind != "certificate.released") {
    const auto at = base::parse_rfc3339(base::json_string(copied.data, "at"));
    const auto reason = x509::reason_by_name(base::json_string(copied.data, "reason"));
    if (!at || !reason)
      return fail(Code::kMalformed, "A change of status that came does not say since when, or why.");
    status.state = copied.record.kind == "certificate.held" ? CertificateState::kOnHold : CertificateState::kRevoked;
    status.revoked_at = *at;
    status.reason = static_cast<int>(*reason);
    if (const auto invalid = base::parse_rfc3339(base::json_string(copied.data, "invalidity_date")))
      status.invalidity_date = *invalid;
  }
  TRY(writer.change_status(row->id, status));
  return append_copy(writer, copied);
}

}  // namespace yuxin::ca
