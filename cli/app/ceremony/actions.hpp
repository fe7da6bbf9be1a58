// What the steps of a ceremony do, one function each.
#pragma once

#include "session.hpp"

namespace yuxin::cli {

// Each carries out the present step. Where a power cut came between the deed and its entry in the transcript, it
// finds what is done already and gives that. An error leaves the step open, to be repeated or stopped.
using CarryOut = base::Result<Deed> (*)(CeremonySession& session);

[[nodiscard]] base::Result<Deed> check_environment(CeremonySession& session);
[[nodiscard]] base::Result<Deed> write_note(CeremonySession& session);
[[nodiscard]] base::Result<Deed> enrol_everybody(CeremonySession& session);
[[nodiscard]] base::Result<Deed> create_home(CeremonySession& session);
[[nodiscard]] base::Result<Deed> open_the_home(CeremonySession& session);
[[nodiscard]] base::Result<Deed> create_root(CeremonySession& session);
[[nodiscard]] base::Result<Deed> sign_request(CeremonySession& session);
[[nodiscard]] base::Result<Deed> sign_list(CeremonySession& session);
[[nodiscard]] base::Result<Deed> split_key(CeremonySession& session);
[[nodiscard]] base::Result<Deed> prove_shares(CeremonySession& session);
[[nodiscard]] base::Result<Deed> replace_shares(CeremonySession& session);
[[nodiscard]] base::Result<Deed> move_key(CeremonySession& session);
[[nodiscard]] base::Result<Deed> destroy_key(CeremonySession& session);
[[nodiscard]] base::Result<Deed> verify_home(CeremonySession& session);
[[nodiscard]] base::Result<Deed> read_outputs(CeremonySession& session);

// action_of is the function of an action; null for kRead, which people do.
[[nodiscard]] CarryOut action_of(keymgmt::CeremonyAction action);

}  // namespace yuxin::cli
