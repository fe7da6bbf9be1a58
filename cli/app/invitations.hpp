// Invitations of officers as they are shown and looked at.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "context.hpp"
#include "desk_side.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"

namespace yuxin::cli {

inline constexpr std::string_view kInvitationWorkflow = "officer-invitation";

// program_words begin a command that is printed for somebody to type: "yuxin", in the language of this call.
[[nodiscard]] std::string program_words();
// join_command is what whoever was invited types, with the address of the registration authority.
[[nodiscard]] std::string join_command(const DeskSide& side);
// show_as_picture shows a code as a QR code, where it fits onto a terminal.
void show_as_picture(const Context& context, const base::Secret& text);

// look_at_invitation: kUsage for an empty number, kNotFound for a case that is none.
[[nodiscard]] base::Result<CaseSeen> look_at_invitation(DeskSide& side, const std::string& id);

// list_invitations prints them, each with whether somebody has answered. Gives the exit code.
[[nodiscard]] base::Result<int> list_invitations(const Context& context, DeskSide& side,
                                                 const std::vector<ra::Item>& items);

// say_what_roles_lack prints, of an invitation that was confirmed, the commands by which the roles are granted that
// were meant: whoever may grant them does it by an act of their own.
void say_what_roles_lack(const Context& context, const workflow::Case& of);

}  // namespace yuxin::cli
