// The desk for machines over a home: clients.toml, and the registration service that signs for them.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "home.hpp"
#include "home_proofs.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/ra/automatic_desk.hpp"

namespace yuxin::cli {

// clients_path is the file of a home's clients; read_clients reads it, and a home without one has none.
[[nodiscard]] std::string clients_path(const Home& home);
[[nodiscard]] base::Result<std::shared_ptr<const ra::MachineClients>> read_clients(const Home& home);

// ClientFile follows clients.toml while the server runs: it is read again when somebody has written to it. One that
// cannot be read is said once, and the clients before it stay. Thread-safe.
class ClientFile {
 public:
  // open refuses a file that is there and cannot be read.
  [[nodiscard]] static base::Result<std::shared_ptr<ClientFile>> open(const Home& home);
  [[nodiscard]] std::shared_ptr<const ra::MachineClients> clients();

 private:
  explicit ClientFile(const Home& home) : home_(home) {}
  using Seen = std::optional<base::OpenFile::Identity>;
  [[nodiscard]] Seen look() const;
  const Home& home_;
  std::mutex mutex_;
  Seen seen_;
  std::shared_ptr<const ra::MachineClients> clients_;
};

// desk_kept_open gives the desk of a home, opened anew every few seconds so that what people edit takes effect.
using GiveDesk = std::function<base::Result<std::shared_ptr<ra::Desk>>()>;
[[nodiscard]] GiveDesk desk_kept_open(Home& home);

// sign_as_service signs an act with the registration service's own certificate and completes it: kNotAuthorised where
// it does not hold the act's role.
[[nodiscard]] base::Result<evidence::VerifiedAct> sign_as_service(Home& home, evidence::Act act,
                                                                  const Stamping& stamping);

// make_automatic_desk opens the desk for machines. `stamping` stamps what the registration service signs. The home
// is unlocked and outlives it.
[[nodiscard]] std::unique_ptr<ra::AutomaticDesk> make_automatic_desk(Home& home, std::shared_ptr<ClientFile> clients,
                                                                     Stamping stamping);

}  // namespace yuxin::cli
