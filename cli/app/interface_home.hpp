// The interface for registration authorities on other hosts, over the home of an authority: docs/split.md.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "home.hpp"
#include "time_stamping.hpp"
#include "tls_upkeep.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/pool.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/http/server.hpp"
#include "yuxin/ra/authority_interface.hpp"

namespace yuxin::cli {

// registries_path is the file of a home's registration authorities; read_registries reads it, and a home without one
// has none.
[[nodiscard]] std::string registries_path(const Home& home);
[[nodiscard]] base::Result<std::shared_ptr<const ra::Registries>> read_registries(const Home& home);

// InterfaceListener serves registration authorities on other hosts, by TLS that demands their certificates, on a port
// and with threads of its own.
class InterfaceListener {
 public:
  // open: errors of keep_registration_tls and http::Server::start; kMalformed for a registries.toml that cannot be
  // read. `stamping` may be null: then each stamp is made by itself.
  [[nodiscard]] static base::Result<std::unique_ptr<InterfaceListener>> open(std::shared_ptr<Home> home,
                                                                             std::uint16_t port,
                                                                             TimeStamping* stamping);
  // step takes up a renewed certificate and new authorities; called often, from one thread.
  void step();
  void stop(std::chrono::milliseconds grace) { server_->stop(grace); }
  [[nodiscard]] std::uint16_t port() const { return server_->bound_port(); }

 private:
  InterfaceListener(std::shared_ptr<Home> home, TimeStamping* stamping);

  std::shared_ptr<Home> home_;
  ra::AuthorityInterface service_;
  base::Pool pool_;
  std::unique_ptr<http::Server> server_;  // goes first: it uses all of the above
  TlsUpkeep upkeep_;
};

}  // namespace yuxin::cli
