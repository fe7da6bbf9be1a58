#include "yuxin/ra/invitation.hpp"

#include <algorithm>

#include "../chain.hpp"
#include "invitation_check.hpp"
#include "invitation_repository.hpp"
#include "yuxin/evidence/canonical.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/ra/authority.hpp"
#include "yuxin/x509/serial.hpp"

namespace yuxin::ra {

using base::Code;
using base::fail;
using base::Result;
using invitations::InvitationRow;

namespace {

// RFC 8032 section 7.1, test 1: what the signature of a code that is not there is verified with, for the time that it
// takes. Whoever knows its private half gains nothing by it.
constexpr std::string_view kNobodysKey =
    "302a300506032b6570032100d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
constexpr std::string_view kActor = "service:registration";

base::Failure no_such_code() {
  return fail(Code::kNotAuthorised,
              "There is no invitation with this code. Compare it with what you were told; if it is the same, ask "
              "whoever invited you for a new one.");
}

Result<> record(store::Writer& writer, std::string kind, const std::string& case_id, const base::JsonObject& facts,
                base::UnixTime now, base::Bytes attachment) {
  TRY(auto data, evidence::canonical_json(facts));
  TRY(evidence::append(writer, {.kind = std::move(kind),
                                .object = case_id,
                                .actor = std::string(kActor),
                                .time = now,
                                .data = std::move(data),
                                .attachment = std::move(attachment)}));
  return {};
}

class Answering {
 public:
  Answering(Desk& desk, const InvitationAnswer& answer)
      : desk_(desk), parts_(desk.parts()), answer_(answer), now_(parts_.clock->now()) {}

  Result<InvitationState> run() {
    TRY(const auto request, x509::CertificateRequest::from_der(answer_.request));
    TRY(request.verify_possession());
    TRY(find());
    const auto key = base::from_hex(row_.id == invitations::kNobody ? kNobodysKey : std::string_view(row_.code_key));
    const bool signed_by_code = key && ca::check_code_proof(*key, answer_.request, answer_.proof).has_value();
    if (!signed_by_code || row_.id == invitations::kNobody) return wrong_code();
    TRY(standing_, desk_.cases().find(row_.case_id));
    if (row_.request.empty()) {
      TRY(check_open(request));
      TRY(join());
    } else if (!base::equal(row_.request, answer_.request)) {
      return fail(
          Code::kConflict,
          "This code was used already, with another key. If it was not you, tell whoever invited you at once.");
    }
    return state();
  }

 private:
  Result<> find() {
    return parts_.store->read([&](store::Reader& reader) -> Result<> {
      TRY(row_, invitations::find(reader.session(), is_locator(answer_.locator) ? answer_.locator : ""));
      return {};
    });
  }

  // Once somebody has joined, or it is closed, a wrong code can do nothing any more; it is counted all the same.
  Result<InvitationState> wrong_code() {
    TRY(parts_.store->write([&](store::Writer& writer) -> Result<> {
      TRY(const auto wrong, invitations::count_wrong(writer.session(), row_.id));
      TRY(const auto now_row, invitations::find(writer.session(), answer_.locator));
      if (row_.id == invitations::kNobody || wrong < kMostWrongCodes || now_row.closed_at || !now_row.request.empty())
        return {};
      TRY(invitations::close(writer.session(), row_.id, now_));
      return record(writer, "invitation.closed", row_.case_id, {{"wrong_codes", wrong}}, now_, {});
    }));
    return no_such_code();
  }

  Result<> check_open(const x509::CertificateRequest& request) {
    const auto& of = standing_.of;
    if (row_.closed_at)
      return fail(Code::kRefused,
                  "This invitation was closed at {}, because wrong codes were tried. Ask whoever invited you for a "
                  "new one.",
                  base::local_time(*row_.closed_at));
    TRY(check_standing());
    TRY(check_inviter(parts_, desk_.cases(), of.id));
    TRY(check_invited_key(parts_, of.about, request.public_key()));
    TRY(const auto profile, parts_.profiles.find(std::string(kOfficerProfile)));
    TRY(auto subject, x509::Name::parse(base::json_string(of.about, "subject")));
    TRY(auto names, names_from(base::json_string(of.about, "names")));
    return parts_.port->check(profile, {.request = request,
                                        .subject = std::move(subject),
                                        .alt_names = std::move(names),
                                        .validity = {},
                                        .organisation = of.place.organisation});
  }

  // While nobody has confirmed it, an invitation may be withdrawn, and may end.
  Result<> check_standing() const {
    const auto& of = standing_.of;
    if (!ca::is_about_invitation(of.about)) return {};
    const auto* state = standing_.workflow->state(of.state);
    if (state == nullptr || state->is_final)
      return fail(Code::kConflict, "This invitation is not open any more ({}). Ask whoever invited you.",
                  state == nullptr ? of.state : state->title.text());
    if (const auto end = ended(of, now_))
      return fail(Code::kRefused, "This invitation has ended at {}. Ask whoever invited you for a new one.",
                  base::local_time(*end));
    return {};
  }

  Result<> join() {
    return parts_.store->write([&](store::Writer& writer) -> Result<> {
      TRY(const auto now_row, invitations::find(writer.session(), answer_.locator));
      // the same answer came twice at one time
      if (now_row.id == row_.id && base::equal(now_row.request, answer_.request)) return {};
      TRY(invitations::join(writer.session(), row_.id, {answer_.request, answer_.proof}, now_));
      TRY(const auto request, x509::CertificateRequest::from_der(answer_.request));
      return record(writer, "invitation.answered", row_.case_id,
                    {{"key", base::hex(x509::sha256(request.public_key().spki()))}}, now_, answer_.request);
    });
  }

  Result<InvitationState> state() {
    TRY(check_standing());
    const auto& of = standing_.of;
    InvitationState state{.case_id = of.id,
                          .name = base::json_string(of.form, "name"),
                          .subject = base::json_string(of.about, "subject"),
                          .organisation = of.place.organisation ? of.place.organisation->text() : "",
                          .roles = base::json_string(of.form, "roles"),
                          .until = workflow::next_due(of),
                          .certificate = {},
                          .chain = {}};
    const auto serial = x509::Serial::parse(base::json_string(of.facts, "serial"));
    if (!serial) return state;
    TRY(parts_.store->read([&](store::Reader& reader) -> Result<> {
      TRY(const auto authority, reader.authority(parts_.authority));
      TRY(const auto row, reader.find(authority.id, serial->content(), store::Reader::With::kDer));
      TRY(auto certificate, x509::Certificate::from_der(row.der));
      state.certificate = std::move(certificate);
      return {};
    }));
    TRY(state.chain, chain_of(parts_));
    return state;
  }

  Desk& desk_;
  const DeskParts& parts_;
  const InvitationAnswer& answer_;
  base::UnixTime now_;
  InvitationRow row_;
  workflow::Standing standing_;
};

}  // namespace

Result<InvitationState> answer_invitation(Desk& desk, const InvitationAnswer& answer) {
  return Answering(desk, answer).run();
}

Result<std::optional<Answered>> answered_of(store::Store& store, const std::string& case_id) {
  std::optional<InvitationRow> row;
  TRY(store.read([&](store::Reader& reader) -> Result<> {
    TRY(row, invitations::find_case(reader.session(), case_id));
    return {};
  }));
  if (row && row->closed_at)
    return fail(Code::kRefused,
                "Invitation {} was closed at {}, because {} wrong codes were tried. Withdraw it and invite anew.",
                case_id, base::local_time(*row->closed_at), row->wrong);
  if (!row || row->request.empty()) return std::optional<Answered>();
  return Answered{std::move(row->request), std::move(row->proof), row->joined_at};
}

}  // namespace yuxin::ra
