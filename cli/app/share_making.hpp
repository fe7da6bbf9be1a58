// A new set of shares, from a plan to the files of its custodians.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "command.hpp"
#include "context.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/keymgmt/reshare.hpp"
#include "yuxin/keymgmt/share_plan.hpp"
#include "yuxin/keymgmt/share_set.hpp"

namespace yuxin::cli {

// SecretSource gives the secret that is shared; asked once, after everything else is known to be in order.
using SecretSource = std::function<base::Result<base::Secret>()>;

// secret_file_source reads a file of 16 to 64 octets, or of as many in hexadecimal digits with or without a line end.
[[nodiscard]] SecretSource secret_file_source(const std::string& path);

// passphrase_for_option is "--passphrase-for CUSTODIAN=FILE".
[[nodiscard]] OptionSpec passphrase_for_option();

// CustodianPassphrases are those that seal the files of a plan.
using CustodianPassphrases = std::map<std::string, base::Secret, std::less<>>;

// ask_passphrases takes them from the files of --passphrase-for, or each custodian types theirs twice, in turn.
// kUsage for one that nobody can be asked for, and for names that are not in the plan or have no passphrase there;
// kRefused for one of less than 8 octets.
[[nodiscard]] base::Result<CustodianPassphrases> ask_passphrases(const Context& context, const Arguments& arguments,
                                                                 const keymgmt::SharePlan& plan);

// seal_set makes every custodian's file.
[[nodiscard]] base::Result<std::vector<keymgmt::SetFile>> seal_set(const keymgmt::MadeSet& set,
                                                                   const keymgmt::SharePlan& plan,
                                                                   const CustodianPassphrases& passphrases);

// report_set says what was made, and what now; set_document is the same for programs.
void report_set(const Context& context, const keymgmt::ShareRegister& shares, const std::string& folder);
[[nodiscard]] base::JsonObject set_document(const keymgmt::ShareRegister& shares, const std::string& folder);

// seal_title names for people how a share is sealed; an English msgid.
[[nodiscard]] const char* seal_title(keymgmt::ShareSeal seal);

// rule_text says who is needed: "2 of 2 groups: bureau A 2 of 3, bureau B 1 of 1".
[[nodiscard]] std::string rule_text(const keymgmt::ShareRegister& shares);
[[nodiscard]] std::string rule_text(const keymgmt::SharePlan& plan);

}  // namespace yuxin::cli
