// The secrets of clients that enrol by CMP, which the program must know again: clients.toml keeps their digests
// alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "home.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/ra/machine.hpp"

namespace yuxin::cli {

// needs_secret says whether a client's secret is kept: it speaks CMP, whose messages are authenticated by the secret
// itself (RFC 4210 section 5.1.3.1).
[[nodiscard]] bool needs_secret(const ra::MachineClient& client);

// keep_client_secret seals it under the root key of the home, as the file keys/client-NAME.secret;
// forget_client_secret overwrites and removes that, where it is there. The home is unlocked.
[[nodiscard]] base::Result<> keep_client_secret(const Home& home, const ra::MachineClient& client,
                                                const base::Secret& secret);
[[nodiscard]] base::Result<> forget_client_secret(const Home& home, std::string_view client);

// client_secret gives it, where it is the one of clients.toml. kNotFound where there is none, or another.
[[nodiscard]] base::Result<base::Secret> client_secret(const Home& home, const ra::MachineClient& client);

// has_client_secret says whether there is a file for it; orphaned_secrets gives the names of those that are kept, in
// their order, though clients.toml has no client of that name, or one that does not speak CMP. The home may be
// locked.
[[nodiscard]] bool has_client_secret(const Home& home, std::string_view client);
[[nodiscard]] std::vector<std::string> orphaned_secrets(const Home& home, const ra::MachineClients& clients);

}  // namespace yuxin::cli
