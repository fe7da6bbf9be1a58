// What a step of each action says, and in what course it goes.
#include <algorithm>

#include "yuxin/base/language.hpp"
#include "yuxin/keymgmt/ceremony_plan.hpp"

namespace yuxin::keymgmt {

using base::translatable;
using Course = ActionSpec::Course;

std::span<const ActionSpec> action_specs() {
  static const std::vector<ActionSpec> kSpecs = {
      {CeremonyAction::kRead, "read", translatable("Read and confirm"), {"text"}, {}, Course::kHuman},
      {CeremonyAction::kNote, "note", translatable("Write down"), {"question"}, {}, Course::kActs},
      {CeremonyAction::kCheckEnvironment,
       "check-environment",
       translatable("Check the machine"),
       {},
       {},
       Course::kActs},
      {CeremonyAction::kEnrol, "enrol", translatable("Everybody enrols"), {}, {}, Course::kActs},
      {CeremonyAction::kCreateHome,
       "create-home",
       translatable("Make the home of the offline root"),
       {"organisation"},
       {"public_url"},
       Course::kActs},
      {CeremonyAction::kCreateRoot,
       "create-root",
       translatable("Make the root's key and certificate"),
       {"authority", "key", "subject", "output"},
       {"token"},
       Course::kAgreed},
      {CeremonyAction::kOpenHome,
       "open-home",
       translatable("Open the home"),
       {"unlock"},
       {"register"},
       Course::kActs},
      {CeremonyAction::kSignRequest,
       "sign-request",
       translatable("Certify a request"),
       {"authority", "profile", "request", "output"},
       {},
       Course::kAgreed},
      {CeremonyAction::kSignList,
       "sign-list",
       translatable("Sign the next revocation list"),
       {"authority", "output"},
       {},
       Course::kActs},
      {CeremonyAction::kSplit,
       "split",
       translatable("Split the key that opens the home"),
       {"shares", "output"},
       {},
       Course::kActs},
      {CeremonyAction::kProveShares,
       "prove-shares",
       translatable("Every custodian proves the own share"),
       {},
       {"register", "passphrase"},
       Course::kActs},
      {CeremonyAction::kReshare,
       "reshare",
       translatable("Replace the custodians' shares"),
       {"register", "shares", "output"},
       {"secret"},
       Course::kAgreed},
      {CeremonyAction::kMigrateKey,
       "migrate-key",
       translatable("Move a key into a token"),
       {"authority", "token"},
       {},
       Course::kActs},
      {CeremonyAction::kDestroyKey, "destroy-key", translatable("Destroy a key"), {"key_name"}, {}, Course::kAgreed},
      {CeremonyAction::kVerifyHome, "verify-home", translatable("Check the home"), {}, {}, Course::kActs},
      {CeremonyAction::kClose, "close", translatable("Close and sign"), {}, {}, Course::kActs},
  };
  return kSpecs;
}

const ActionSpec& action_spec(CeremonyAction action) {
  return *std::ranges::find(action_specs(), action, &ActionSpec::action);
}

}  // namespace yuxin::keymgmt
