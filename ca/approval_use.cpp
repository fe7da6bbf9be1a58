// An approval is used once.
#include "approval_repository.hpp"
#include "yuxin/ca/approval.hpp"
#include "yuxin/x509/serial.hpp"

namespace yuxin::ca {

using base::Code;
using base::fail;
using base::Result;

Result<std::optional<store::CertificateRow>> used_for(store::Reader& reader, const evidence::Hash& act) {
  TRY(const auto uses, repository::uses_of(reader.session(), act));
  for (const auto& use : uses) {
    auto row = reader.find(use.authority, use.serial, store::Reader::With::kDer);
    if (!row && row.error().code != Code::kNotFound) return tl::unexpected(std::move(row).error());
    // An intent that is being carried out has no certificate yet; one that was interrupted is void.
    if (row && row->status.state != store::CertificateState::kVoid) return std::optional(std::move(*row));
  }
  return std::optional<store::CertificateRow>();
}

Result<std::string> organisation_behind(store::Reader& reader, std::int64_t authority, base::ByteView serial) {
  return repository::organisation_behind(reader.session(), authority, serial);
}

Result<> refuse_spent(store::Reader& reader, const Approval& approval, base::UnixTime now) {
  if (approval.service.empty()) return {};
  TRY(const auto had, repository::count_of_service(reader.session(), approval.service, now - base::days(1)));
  if (had < approval.per_day) return {};
  return fail(Code::kRefused, "{} has had its {} certificates within a day. See [[service]] of approvals.toml.",
              approval.actor, approval.per_day);
}

Result<> use_approval(store::Writer& writer, const Approval& approval, const ApprovalUse& use, base::UnixTime now) {
  auto& session = writer.session();
  for (const auto& act : approval.acts) {
    TRY(const auto uses, repository::uses_of(session, act));
    for (const auto& other : uses) {
      const auto row = writer.find(other.authority, other.serial, store::Reader::With::kRowOnly);
      if (row && row->status.state == store::CertificateState::kVoid) continue;
      const auto serial = x509::Serial::from_der_content(other.serial);
      return fail(Code::kConflict,
                  "This approval was used already, for certificate {}. One approval is good for one certificate.",
                  serial ? serial->hex() : base::hex_upper(other.serial));
    }
  }
  TRY(refuse_spent(writer, approval, now));
  for (const auto& act : approval.acts)
    TRY(repository::insert_use(session, act, {use.authority, base::to_bytes(use.serial)},
                               {approval.service, approval.organisation}, now));
  return {};
}

}  // namespace yuxin::ca
