#include "invitation_check.hpp"

#include <algorithm>

#include "invitation_repository.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ca/key_use.hpp"
#include "yuxin/x509/digest.hpp"
#include "yuxin/x509/name_match.hpp"
#include "yuxin/x509/same_key.hpp"

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

// Who reads a name does not see blanks at its ends, nor that there are two.
Result<> check_readable(const x509::Name& subject) {
  for (const auto& attribute : subject.attributes()) {
    if (base::trim(attribute.value) == attribute.value && attribute.value.find("  ") == std::string::npos &&
        !attribute.value.empty())
      continue;
    return fail(Code::kRefused, "\"{}\" has blanks at an end, or two together. Write the name without.",
                attribute.value);
  }
  return {};
}

Result<> refuse_own(const evidence::VerifiedAct& act, const JsonObject& about) {
  TRY(const auto invited, x509::Name::parse(base::json_string(about, "subject")));
  return refuse_self(act.actor().subject(), invited);
}

// Confirmation is a step by which an invitation becomes an order, with what it is judged by.
struct Confirmation {
  const workflow::Case& before;
  const evidence::VerifiedAct& inviting;
  const evidence::VerifiedAct& act;
  base::ByteView request;  // DER, that the code has signed
};

// The key of an officer is the new officer's alone.
Result<> refuse_foreign_key(const DeskParts& parts, const Confirmation& given, const x509::PublicKey& key) {
  for (const auto* act : {&given.inviting, &given.act}) {
    if (x509::is_same_key(act->actor().tbs().spki, key.spki()))
      return fail(Code::kRefused, "The request has the key of {}. Nobody invites or confirms themselves.",
                  act->actor().subject().text());
  }
  return check_invited_key(parts, given.before.about, key);
}

Result<> check_confirmation(const DeskParts& parts, const Confirmation& given) {
  const auto& before = given.before;
  TRY(refuse_own(given.act, before.about));
  TRY(const auto body, workflow::read_body(given.act.act().body));
  TRY(ca::check_answers(before.about, body.about));
  if (base::hex(x509::sha256(given.request)) != base::json_string(body.about, "request"))
    return fail(Code::kRefused, "The request is not the one that was brought with the code of invitation {}.",
                before.id);
  const auto proof = base::from_base64(base::json_string(body.form, ca::kProofField));
  const auto key = base::from_hex(base::json_string(before.about, "invitation"));
  if (!proof || !key) return fail(Code::kRefused, "The confirmation does not say how the code signed the request.");
  TRY(ca::check_code_proof(*key, given.request, *proof));
  TRY(const auto request, x509::CertificateRequest::from_either(given.request));
  TRY(refuse_foreign_key(parts, given, request.public_key()));
  if (const auto end = ended(before, given.act.moment()))
    return fail(Code::kRefused, "Invitation {} has ended at {}. Withdraw it and invite anew.", before.id,
                base::local_time(*end));
  return check_inviter(parts, given.inviting);
}

bool is_confirmed_by(const workflow::Case& before, const workflow::Case& after) {
  return ca::is_about_invitation(before.about) && !ca::is_about_invitation(after.about);
}

}  // namespace

bool is_locator(std::string_view text) {
  return text.size() == kLocator &&
         std::ranges::all_of(text, [](char c) { return kLetters.find(c) != std::string_view::npos; });
}

Result<> refuse_self(const x509::Name& who, const x509::Name& invited) {
  if (!x509::same_attributes(who, invited)) return {};
  return fail(Code::kRefused, "{} would be inviting or confirming themselves. Somebody else has to do it.",
              who.text());
}

std::optional<base::UnixTime> ended(const workflow::Case& of, base::UnixTime now) {
  for (const auto& timer : of.timers) {
    if (!timer.ended && !timer.stopped && timer.due <= now) return timer.due;
  }
  return std::nullopt;
}

Result<> check_inviter(const DeskParts& parts, const evidence::VerifiedAct& inviting) {
  const auto& inviter = inviting.actor();
  bool good = false;
  bool role_ended = false;
  TRY(parts.store->read([&](store::Reader& reader) -> Result<> {
    TRY(const auto rows, reader.find_all(inviter.tbs().serial, store::Reader::With::kDer));
    good = std::ranges::any_of(rows, [&](const store::CertificateRow& row) {
      return base::equal(row.der, inviter.der()) && row.status.state == store::CertificateState::kGood;
    });
    if (!inviting.role()) return {};
    const auto grant = evidence::find_grant(reader, inviting.role()->certificate.serial().content());
    if (!grant && grant.error().code != Code::kNotFound) return tl::unexpected(grant.error());
    role_ended = grant && grant->revoked_at;
    return {};
  }));
  if (role_ended)
    return fail(Code::kRefused,
                "{}, who has invited, does not have the role {} any more. The invitation is worth nothing any more; "
                "somebody else has to invite.",
                inviter.subject().text(), inviting.role()->role.text());
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
  TRY(check_readable(invitation.subject));
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

Result<> check_invited_key(const DeskParts& parts, const JsonObject& invitation, const x509::PublicKey& key) {
  if (base::hex(key.spki()) == base::json_string(invitation, "invitation"))
    return fail(Code::kRefused, "The request has the key of the one-time code. Make a key of your own.");
  return parts.store->read([&](store::Reader& reader) -> Result<> {
    TRY(const auto other, ca::other_use_of_key(reader, key, base::json_string(invitation, "subject")));
    if (!other) return {};
    return fail(Code::kRefused, "The request has the key of {}. Make a key of your own.", other->subject);
  });
}

namespace {

Result<evidence::VerifiedAct> inviting_act(const DeskParts& parts, workflow::Cases& cases,
                                           const std::string& case_id) {
  TRY(auto acts, cases.acts(case_id, parts.trust));
  if (acts.empty()) return fail(Code::kIntegrity, "Case {} has no act that opened it.", case_id);
  return std::move(acts.front());
}

}  // namespace

Result<> check_inviter(const DeskParts& parts, workflow::Cases& cases, const std::string& case_id) {
  TRY(const auto inviting, inviting_act(parts, cases, case_id));
  return check_inviter(parts, inviting);
}

Result<> check_invitation_step(const DeskParts& parts, workflow::Cases& cases, const evidence::VerifiedAct& act,
                               const workflow::Decision& decision) {
  if (decision.after.steps == 1)
    return ca::is_about_invitation(decision.after.about) ? refuse_own(act, decision.after.about) : Result<>();
  TRY(const auto standing, cases.find(decision.after.id));
  const auto& before = standing.of;
  if (!is_confirmed_by(before, decision.after)) return {};
  std::optional<invitations::InvitationRow> row;
  TRY(parts.store->read([&](store::Reader& reader) -> Result<> {
    TRY(row, invitations::find_case(reader.session(), before.id));
    return {};
  }));
  if (!row || row->request.empty())
    return fail(Code::kConflict, "Nobody has answered invitation {} yet. There is nothing to confirm.", before.id);
  TRY(const auto inviting, inviting_act(parts, cases, before.id));
  return check_confirmation(parts, {before, inviting, act, row->request});
}

Result<> check_invited(const DeskParts& parts, std::span<const workflow::Case> course,
                       std::span<const evidence::VerifiedAct> acts, std::span<const workflow::File> files) {
  const auto& opened = course.front();
  if (!ca::is_about_invitation(opened.about)) return {};
  TRY(check_invitation(parts, {opened.about, opened.form, opened.place, {}}));
  TRY(refuse_own(acts.front(), opened.about));
  for (std::size_t i = 1; i < course.size(); ++i) {
    if (!is_confirmed_by(course[i - 1], course[i])) continue;
    TRY(const auto wish, wish_of(course[i].about, files));
    TRY(check_confirmation(parts, {course[i - 1], acts.front(), acts[i], wish.enrolment.request.der()}));
  }
  return {};
}

Result<> keep_invitation(store::Writer& writer, const workflow::Decision& decision) {
  const auto& after = decision.after;
  if (after.steps != 1 || !ca::is_about_invitation(after.about)) return {};
  return invitations::insert(writer.session(), base::json_string(after.form, "locator"), after.id,
                             base::json_string(after.about, "invitation"));
}

}  // namespace yuxin::ra
