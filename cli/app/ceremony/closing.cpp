#include "closing.hpp"

#include "actions.hpp"
#include "app/digest_lines.hpp"
#include "seat_identity.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/keymgmt/ceremony_record.hpp"

namespace yuxin::cli {

using base::Existing;
using base::message;
using base::Permissions;
using base::Result;

namespace {

std::string signature_file(const CeremonySession& session, const std::string& seat) {
  return session.path("signatures/" + seat + ".p7m");
}

// A signature that lies there counts if it is of this person, over this record; whatever else lies there does not.
bool has_signed(const CeremonySession& session, const keymgmt::EnrolledSeat& seat) {
  const auto octets = base::read_file(signature_file(session, seat.seat), 1U << 20U);
  return octets &&
         keymgmt::judge_seat_signature(session.ceremony(), session.transcript().digest(), seat, *octets).has_value();
}

// One person signs, or does not want to.
Result<bool> take_signature(CeremonySession& session, const keymgmt::EnrolledSeat& seat) {
  const auto digest = session.transcript().digest();
  while (true) {
    TRY(const auto answer,
        session.choose(message("{}: do you sign the record?", session.seat_title(seat.seat)), {"yes", "no"}, "yes"));
    if (answer == "no") return false;
    const auto octets = [&]() -> Result<base::Bytes> {
      TRY(const auto identity, identity_of(session, seat));
      return keymgmt::sign_record(session.ceremony(), digest, seat.seat, identity, session.context().clock().now());
    }();
    if (octets) {
      TRY(base::write_file(signature_file(session, seat.seat), *octets, Existing::kReplace, Permissions::kPublic));
      return true;
    }
    if (session.automatic()) return tl::unexpected(octets.error());
    session.context().remark(octets.error().detail);
  }
}

// An output as its step made it; kIntegrity when somebody has touched it since.
Result<base::Bytes> read_output(const CeremonySession& session, const keymgmt::CeremonyOutput& output) {
  const auto* const folder = output.reach == keymgmt::OutputReach::kPublic ? "outputs/" : "shares/";
  TRY(auto octets, base::read_file(session.path(folder + output.name), std::size_t{1} << 30U));
  if (x509::sha256(octets) != output.sha256)
    return base::fail(base::Code::kIntegrity, "{} is not what its step made any more.", output.name);
  return octets;
}

Result<> write_archive(CeremonySession& session) {
  keymgmt::RecordParts parts{session.plan().text, session.transcript().text(), {}, {}};
  for (const auto& [name, output] : session.ceremony().outputs()) {
    if (output.reach == keymgmt::OutputReach::kPrivate) continue;
    TRY(auto octets, read_output(session, output));
    parts.outputs.emplace(name, std::move(octets));
  }
  for (const auto& seat : session.ceremony().seats()) {
    if (!has_signed(session, seat)) continue;
    TRY(auto octets, base::read_file(signature_file(session, seat.seat)));
    parts.signatures.emplace(seat.seat, std::move(octets));
  }
  TRY(const auto archive, keymgmt::write_record(parts));
  return base::write_file(session.path(kRecordName), archive, Existing::kReplace, Permissions::kPublic);
}

}  // namespace

Result<Deed> read_outputs(CeremonySession& session) {
  base::JsonArray files;
  for (const auto& [name, output] : session.ceremony().outputs()) {
    TRY(read_output(session, output));
    files.push_back(keymgmt::output_json(output));
  }
  return Deed{{{"files", std::move(files)}}, {}};
}

Result<std::size_t> close_record(CeremonySession& session) {
  const auto& context = session.context();
  context.remark("");
  context.remark(message("The transcript is closed. Everybody signs this digest; write it on the paper record."));
  for (const auto& line : digest_lines(message("transcript"), session.transcript().digest())) context.remark(line);
  std::size_t missing = 0;
  for (const auto& seat : session.ceremony().seats()) {
    if (has_signed(session, seat)) continue;
    TRY(const bool done, take_signature(session, seat));
    if (!done) ++missing;
  }
  TRY(write_archive(session));
  if (missing == 0) forget_seat_keys(session);
  return missing;
}

}  // namespace yuxin::cli
