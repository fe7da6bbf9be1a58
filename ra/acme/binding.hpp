// External account binding: RFC 8555 section 7.3.4.
#pragma once

#include <string>

#include "world.hpp"

namespace yuxin::ra::acme {

// client_of_new gives the name of the client that a new account belongs to: the one that its binding proves, or the
// one that the configuration names for accounts without.
[[nodiscard]] Outcome<std::string> client_of_new(World& world, const Asked& asked);

// bind_at_first_use gives what an account of before is bound by from now on: binding_mark of its client, or what is
// no client's.
[[nodiscard]] Outcome<base::Bytes> bind_at_first_use(World& world, const Account& account,
                                                     const MachineClient& client);

}  // namespace yuxin::ra::acme
