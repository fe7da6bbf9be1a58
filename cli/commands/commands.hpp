// Every command of the program, one function each, one file a command or a family.
#pragma once

#include "../app/command.hpp"
#include "../app/context.hpp"

namespace yuxin::cli {

CommandSpec init_command();
CommandSpec serve_command();
CommandSpec cert_issue_command();
CommandSpec cert_renew_command();
CommandSpec cert_revoke_command();
CommandSpec cert_hold_command();
CommandSpec cert_release_command();
std::vector<CommandSpec> ca_commands();

}  // namespace yuxin::cli
