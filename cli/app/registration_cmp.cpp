#include "registration_cmp.hpp"

#include <mutex>

#include "client_secret.hpp"
#include "registration_identity.hpp"
#include "yuxin/ra/cmp.hpp"

namespace yuxin::cli {

using base::Result;

namespace {

constexpr const char* kActor = "service:registration";
constexpr base::Seconds kLookEvery{10};

// CmpKeys opens the key of CMP when it is first wanted, and looks at it again after some time.
class CmpKeys {
 public:
  explicit CmpKeys(Home& home) : home_(home) {}
  Result<std::shared_ptr<const ra::CmpIdentity>> get() {
    const std::lock_guard lock(mutex_);
    const auto now = home_.clock().now();
    if (identity_ && now >= looked_ && now - looked_ < kLookEvery) return identity_;
    TRY(identity_, keep_registration_cmp(home_, kActor));
    looked_ = now;
    return identity_;
  }

 private:
  Home& home_;
  std::mutex mutex_;
  std::shared_ptr<const ra::CmpIdentity> identity_;
  base::UnixTime looked_{0};
};

}  // namespace

Result<std::unique_ptr<base::HttpService>> make_cmp_service(Home& home, ra::MachineDesk& desk,
                                                            ra::ClientSource clients) {
  TRY(const auto profiles, home.profiles());
  const auto keys = std::make_shared<CmpKeys>(home);
  return std::make_unique<ra::CmpService>(
      ra::CmpParts{.desk = &desk,
                   .clients = std::move(clients),
                   .secret = [&home](const ra::MachineClient& client) { return client_secret(home, client); },
                   .identity = [keys] { return keys->get(); },
                   .store = home.shared_store(),
                   .profiles = profiles,
                   .clock = &home.clock()});
}

}  // namespace yuxin::cli
