// ACME over a home: its settings, the prober, and the service.
#pragma once

#include <cstdint>
#include <memory>

#include "home.hpp"
#include "yuxin/base/http_message.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/ra/acme.hpp"

namespace yuxin::cli {

// acme_config is the settings of ACME, with the address of the registration interface where none is written.
[[nodiscard]] ra::AcmeConfig acme_config(const HomeConfig& config, std::uint16_t port);

// make_acme_service gives the service with the prober that it looks with. The home and the desk outlive it. kUsage
// for a resolver that is none.
struct AcmeHost {
  ra::MachineDesk* desk = nullptr;
  ra::ClientSource clients;
  std::uint16_t port = 0;  // that clients reach the registration interface at
};
[[nodiscard]] base::Result<std::unique_ptr<base::HttpService>> make_acme_service(Home& home, const AcmeHost& host);

}  // namespace yuxin::cli
