#include "commands.hpp"

namespace yuxin::cli {

namespace {

void add(std::vector<CommandSpec>& all, std::vector<CommandSpec> family) {
  for (auto& command : family) all.push_back(std::move(command));
}

std::vector<CommandSpec> collect() {
  std::vector<CommandSpec> all = {init_command(), serve_command()};
  add(all, ca_commands());
  for (auto make :
       {cert_issue_command, cert_renew_command, cert_revoke_command, cert_hold_command, cert_release_command}) {
    all.push_back(make());
  }
  for (auto family : {cert_list_commands, cert_show_commands, cert_inspect_commands}) add(all, family());
  all.push_back(cert_verify_command());
  add(all, profile_commands());
  add(all, key_commands());
  all.push_back(key_migrate_command());
  for (auto family : {key_tree_commands, unlock_commands}) add(all, family());
  for (auto family : {role_grant_commands, role_list_commands}) add(all, family());
  all.push_back(org_list_command());
  add(all, request_commands());
  add(all, request_step_commands());
  add(all, request_file_commands());
  all.push_back(request_batch_command());
  all.push_back(request_work_command());
  add(all, case_commands());
  add(all, case_step_commands());
  all.push_back(case_deadlines_command());
  add(all, officer_commands());
  for (auto make : {officer_confirm_command, officer_join_command}) all.push_back(make());
  add(all, workflow_commands());
  add(all, client_commands());
  add(all, registry_commands());
  add(all, acme_commands());
  add(all, notify_commands());
  for (auto make : {sign_command, verify_command, ocsp_query_command, tsa_request_command, tsa_verify_command,
                    audit_log_command, audit_copy_command, audit_verify_command, audit_export_command,
                    audit_checkpoint_command, audit_prove_command, audit_witness_command, doctor_command}) {
    all.push_back(make());
  }
  add(all, share_list_commands());
  for (auto make : {share_split_command, share_print_command, share_drill_command, share_join_command,
                    share_reshare_command, share_unlock_command, share_store_command})
    all.push_back(make());
  add(all, bundle_commands());
  all.push_back(bundle_import_command());
  add(all, ceremony_commands());
  for (auto make : {ceremony_rehearse_command, ceremony_verify_command, ceremony_report_command})
    all.push_back(make());
  add(all, about_commands());
  return all;
}

}  // namespace

const std::vector<CommandSpec>& commands() {
  static const std::vector<CommandSpec> kCommands = collect();
  return kCommands;
}

}  // namespace yuxin::cli
