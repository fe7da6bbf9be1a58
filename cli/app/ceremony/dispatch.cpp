#include "actions.hpp"

namespace yuxin::cli {

CarryOut action_of(keymgmt::CeremonyAction action) {
  using keymgmt::CeremonyAction;
  switch (action) {
    case CeremonyAction::kRead:
      return nullptr;
    case CeremonyAction::kNote:
      return write_note;
    case CeremonyAction::kCheckEnvironment:
      return check_environment;
    case CeremonyAction::kEnrol:
      return enrol_everybody;
    case CeremonyAction::kCreateHome:
      return create_home;
    case CeremonyAction::kCreateRoot:
      return create_root;
    case CeremonyAction::kOpenHome:
      return open_the_home;
    case CeremonyAction::kSignRequest:
      return sign_request;
    case CeremonyAction::kSignList:
      return sign_list;
    case CeremonyAction::kSplit:
      return split_key;
    case CeremonyAction::kProveShares:
      return prove_shares;
    case CeremonyAction::kReshare:
      return replace_shares;
    case CeremonyAction::kMigrateKey:
      return move_key;
    case CeremonyAction::kDestroyKey:
      return destroy_key;
    case CeremonyAction::kVerifyHome:
      return verify_home;
    case CeremonyAction::kClose:
      return read_outputs;
  }
  return nullptr;
}

}  // namespace yuxin::cli
