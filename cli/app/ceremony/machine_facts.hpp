// What machine and which program a ceremony runs on.
#pragma once

#include <string>
#include <vector>

#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"

namespace yuxin::cli {

// networks_below names every interface that is up but the loopback, and every default route ("eth0", "default
// route"), as the kernel shows them in `root`/sys/class/net and `root`/proc/net. Where it shows nothing, "unknown": a
// machine that cannot be looked at is not taken for one without a network.
[[nodiscard]] std::vector<std::string> networks_below(const std::string& root);

// machine_facts is {machine, network, program, version}: the host's name, networks_below("/"), the SHA-256 of the
// program that runs.
[[nodiscard]] base::Result<base::JsonObject> machine_facts();

}  // namespace yuxin::cli
