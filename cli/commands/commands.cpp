#include "commands.hpp"

namespace yuxin::cli {

namespace {

std::vector<CommandSpec> collect() {
  std::vector<CommandSpec> all = {init_command(), serve_command()};
  for (auto& command : ca_commands()) all.push_back(std::move(command));
  for (auto make :
       {cert_issue_command, cert_renew_command, cert_revoke_command, cert_hold_command, cert_release_command}) {
    all.push_back(make());
  }
  return all;
}

}  // namespace

const std::vector<CommandSpec>& commands() {
  static const std::vector<CommandSpec> kCommands = collect();
  return kCommands;
}

}  // namespace yuxin::cli
