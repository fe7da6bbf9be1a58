// Whether a step of an invitation may be taken, beyond what its workflow says.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "../matter.hpp"
#include "yuxin/ra/desk.hpp"

namespace yuxin::ra {

// The profile of officers: to other certificates nobody is invited.
inline constexpr std::string_view kOfficerProfile = "officer";

// is_locator says whether a text can be the beginning of a code: eight letters and digits of Crockford's base 32.
[[nodiscard]] bool is_locator(std::string_view text);

// refuse_self: nobody invites or confirms themselves (kRefused), in whatever order their name is written.
[[nodiscard]] base::Result<> refuse_self(const x509::Name& who, const x509::Name& invited);

// check_invitation: that what the opening act is about is an invitation word by word, for the place that it names.
[[nodiscard]] base::Result<> check_invitation(const DeskParts& parts, const Matter& matter);

// check_invitation_step looks at any other step of an invitation, and at who opens it: nobody invites or confirms
// themselves; what is confirmed is the request that was brought with the code (kRefused), in time, upon the word of
// somebody whose certificate is still good. Steps of other cases pass.
[[nodiscard]] base::Result<> check_invitation_step(const DeskParts& parts, workflow::Cases& cases,
                                                   const evidence::VerifiedAct& act,
                                                   const workflow::Decision& decision);

// check_invited makes those refusals for a case that is gone through anew from its acts: how it stood after each of
// them, the acts, and the request that was brought.
[[nodiscard]] base::Result<> check_invited(const DeskParts& parts, std::span<const workflow::Case> course,
                                           std::span<const evidence::VerifiedAct> acts,
                                           std::span<const workflow::File> files);

// check_invited_key refuses (kRefused) the key that an answer to an invitation brings where it is that of the code,
// or stands in a certificate of somebody else.
[[nodiscard]] base::Result<> check_invited_key(const DeskParts& parts, const base::JsonObject& invitation,
                                               const x509::PublicKey& key);

// keep_invitation writes the row by which a code is found, in the transaction that opens the case.
[[nodiscard]] base::Result<> keep_invitation(store::Writer& writer, const workflow::Decision& decision);

// ended says when the time of an invitation was over; nothing while it is not.
[[nodiscard]] std::optional<base::UnixTime> ended(const workflow::Case& of, base::UnixTime now);
// check_inviter: kRefused where the certificate or the role of whoever invited is no longer good.
[[nodiscard]] base::Result<> check_inviter(const DeskParts& parts, const evidence::VerifiedAct& inviting);
[[nodiscard]] base::Result<> check_inviter(const DeskParts& parts, workflow::Cases& cases,
                                           const std::string& case_id);

}  // namespace yuxin::ra
