// CMP over a home: its secrets, its certificate, its transactions.
#pragma once

#include <memory>

#include "home.hpp"
#include "yuxin/base/http_message.hpp"
#include "yuxin/ra/machine.hpp"

namespace yuxin::cli {

// make_cmp_service: the home is unlocked and outlives the service, as the desk does.
[[nodiscard]] base::Result<std::unique_ptr<base::HttpService>> make_cmp_service(Home& home, ra::MachineDesk& desk,
                                                                                ra::ClientSource clients);

}  // namespace yuxin::cli
