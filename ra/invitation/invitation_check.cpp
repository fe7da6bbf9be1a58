#include "invitation_check.hpp"

#include <algorithm>

#include "invitation_repository.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/x509/digest.hpp"
#include "yuxin/x509/name_match.hpp"

namespace yuxin::ra {

using base::Code;
using base::fail;
using base::JsonObject;
using base::Result;

namespace {

constexpr std::size_t kLocator = 8;
constexpr std::string_view kLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

Result<ca::Invitation> invitation_of(const JsonObject& about) {
  const auto key = base::from_hex(base::json_string(about, "invitation"));
  if (!key) return fail(Code::kRefused, "The invitation names no key of a one-time code.");
  TRY(ca::check_code_key(*key));
  TRY(auto subject, x509::Name::parse(base::json_string(about, "subject")));
  ca::Invitation invitation{base::json_string(about, "profile"), std::move(subject), {}, {}, *key};
  TRY(invitation.alt_names, names_from(base::json_string(about, "names")));
  if (const auto code = base::json_string(about, "organisation"); !code.empty()) {
    TRY(invitation.organisation, evidence::OrgCode::parse(code));
  }
  return invitation;
}

Result<> refuse_own(const evidence::VerifiedAct& act, const JsonObject& about) {
  TRY(const auto invited, x509::Name::parse(base::json_string(about, "subject")));
  if (!x509::equal_names(act.actor().subject(), invited)) return {};
  return fail(Code::kRefused, "{} would be inviting or confirming themselves. Somebody else has to do it.",
              act.actor().subject().text());
}

Result<> check_confirmation(const DeskParts& parts, workflow::Cases& cases, const workflow::Case& before,
                            const evidence::VerifiedAct& act) {
  TRY(const auto body, workflow::read_body(act.act().body));
  TRY(ca::check_answers(before.about, body.about));
  std::optional<invitations::InvitationRow> row;
  TRY(parts.store->read([&](store::Reader& reader) -> Result<> {
    TRY(row, invitations::find_case(reader.session(), before.id));
    return {};
  }));
  if (!row || row->request.empty())
    return fail(Code::kConflict, "Nobody has answered invitation {} yet. There is nothing to confirm.", before.id);
  if (base::hex(x509::sha256(row->request)) != base::json_string(body.about, "request"))
    return fail(Code::kRefused, "The request is not the one that was brought with the code of invitation {}.",
                before.id);
  const auto proof = base::from_base64(base::json_string(body.form, ca::kProofField));
  const auto key = base::from_hex(base::json_string(before.about, "invitation"));
  if (!proof || !key) return fail(Code::kRefused, "The confirmation does not say how the code signed the request.");
  TRY(ca::check_code_proof(*key, row->request, *proof));
  if (const auto end = ended(before, act.moment()))
    return fail(Code::kRefused, "Invitation {} has ended at {}. Withdraw it and invite anew.", before.id,
                base::local_time(*end));
  return check_inviter(parts, cases, before.id);
}

}  // namespace

bool is_locator(std::string_view text) {
  return text.size() == kLocator &&
         std::ranges::all_of(text, [](char c) { return kLetters.find(c) != std::string_view::npos; });
}

std::optional<base::UnixTime> ended(const workflow::Case& of, base::UnixTime now) {
  for (const auto& timer : of.timers) {
    if (!timer.ended && !timer.stopped && timer.due <= now) return timer.due;
  }
  return std::nullopt;
}

Result<> check_inviter(const DeskParts& parts, workflow::Cases& cases, const std::string& case_id) {
  TRY(const auto acts, cases.acts(case_id, parts.trust));
  if (acts.empty()) return fail(Code::kIntegrity, "Case {} has no act that opened it.", case_id);
  const auto& inviter = acts.front().actor();
  bool good = false;
  TRY(parts.store->read([&](store::Reader& reader) -> Result<> {
    TRY(const auto rows, reader.find_all(inviter.tbs().serial, store::Reader::With::kDer));
    good = std::ranges::any_of(rows, [&](const store::CertificateRow& row) {
      return base::equal(row.der, inviter.der()) && row.status.state == store::CertificateState::kGood;
    });
    return {};
  }));
  if (good) return {};
  return fail(Code::kRefused,
              "The certificate of {}, who has invited, is revoked or suspended. The invitation is worth nothing any "
              "more; somebody else has to invite.",
              inviter.subject().text());
}

Result<> check_invitation(const DeskParts& parts, const Matter& matter) {
  TRY(const auto invitation, invitation_of(matter.about));
  // a part that reads otherwise is no part
  if (ca::invitation_binding(invitation) != matter.about)
    return fail(Code::kRefused, "What was signed does not describe an invitation.");
  if (invitation.profile != kOfficerProfile || matter.place.profile != kOfficerProfile)
    return fail(Code::kRefused, "Officers are invited, and nobody else: profile {}.", kOfficerProfile);
  if (invitation.organisation != matter.place.organisation)
    return fail(Code::kRefused, "The case belongs to another organisation than the invitation.");
  if (!is_locator(base::json_string(matter.form, "locator")))
    return fail(Code::kRefused, "The form does not say how the one-time code begins.");
  TRY(const auto profile, parts.profiles.find(invitation.profile));
  if (parts.admit_profile) TRY(parts.admit_profile(*profile));
  for (const auto& rule : profile->subject) {
    const auto stands = [&](const x509::NameAttribute& one) { return base::equal(one.type, rule.type); };
    if (rule.required && !rule.fixed && std::ranges::none_of(invitation.subject.attributes(), stands))
      return fail(Code::kRefused, "The subject lacks {}, which profile {} demands.", rule.keyword, profile->name);
  }
  return {};
}

Result<> check_invitation_step(const DeskParts& parts, workflow::Cases& cases, const evidence::VerifiedAct& act,
                               const workflow::Decision& decision) {
  if (decision.after.steps == 1) {
    if (!ca::is_about_invitation(decision.after.about)) return {};
    return refuse_own(act, decision.after.about);
  }
  TRY(const auto standing, cases.find(decision.after.id));
  const auto& before = standing.of;
  if (!ca::is_about_invitation(before.about) || ca::is_about_invitation(decision.after.about)) return {};
  TRY(refuse_own(act, before.about));
  return check_confirmation(parts, cases, before, act);
}

Result<> keep_invitation(store::Writer& writer, const workflow::Decision& decision) {
  const auto& after = decision.after;
  if (after.steps != 1 || !ca::is_about_invitation(after.about)) return {};
  return invitations::insert(writer.session(), base::json_string(after.form, "locator"), after.id,
                             base::json_string(after.about, "invitation"));
}

}  // namespace yuxin::ra
