// Every command of the program, one function each, one file a command or a family.
#pragma once

#include "app/command.hpp"
#include "app/context.hpp"

namespace yuxin::cli {

CommandSpec init_command();
CommandSpec serve_command();
CommandSpec cert_issue_command();
CommandSpec cert_renew_command();
CommandSpec cert_revoke_command();
CommandSpec cert_hold_command();
CommandSpec cert_release_command();
std::vector<CommandSpec> ca_commands();
std::vector<CommandSpec> cert_list_commands();
std::vector<CommandSpec> cert_show_commands();
CommandSpec doctor_command();
CommandSpec audit_log_command();
CommandSpec audit_copy_command();
CommandSpec audit_verify_command();
CommandSpec audit_export_command();
CommandSpec audit_checkpoint_command();
CommandSpec audit_prove_command();
CommandSpec audit_witness_command();
std::vector<CommandSpec> cert_inspect_commands();
CommandSpec cert_verify_command();
std::vector<CommandSpec> profile_commands();
std::vector<CommandSpec> key_commands();
CommandSpec key_migrate_command();
std::vector<CommandSpec> unlock_commands();
std::vector<CommandSpec> key_tree_commands();
CommandSpec ocsp_query_command();
CommandSpec sign_command();
CommandSpec verify_command();
std::vector<CommandSpec> role_grant_commands();
std::vector<CommandSpec> role_list_commands();
CommandSpec org_list_command();
CommandSpec tsa_request_command();
CommandSpec tsa_verify_command();
CommandSpec share_split_command();
std::vector<CommandSpec> share_list_commands();
CommandSpec share_print_command();
CommandSpec share_drill_command();
CommandSpec share_join_command();
CommandSpec share_reshare_command();
CommandSpec share_unlock_command();
CommandSpec share_store_command();
std::vector<CommandSpec> bundle_commands();
CommandSpec bundle_import_command();
std::vector<CommandSpec> ceremony_commands();
CommandSpec ceremony_rehearse_command();
CommandSpec ceremony_verify_command();
CommandSpec ceremony_report_command();
std::vector<CommandSpec> workflow_commands();
std::vector<CommandSpec> request_commands();
std::vector<CommandSpec> request_step_commands();
std::vector<CommandSpec> case_step_commands();
std::vector<CommandSpec> request_file_commands();
CommandSpec request_batch_command();
CommandSpec request_work_command();
std::vector<CommandSpec> officer_commands();
CommandSpec officer_confirm_command();
CommandSpec officer_join_command();
std::vector<CommandSpec> client_commands();
std::vector<CommandSpec> registry_commands();
std::vector<CommandSpec> acme_commands();
std::vector<CommandSpec> notify_commands();
std::vector<CommandSpec> case_commands();
CommandSpec case_deadlines_command();
std::vector<CommandSpec> about_commands();

}  // namespace yuxin::cli
