// What a registration authority whose authority is elsewhere does by itself: it follows the authority, looks after
// the cases, and gives again what could not be carried out.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "home.hpp"
#include "yuxin/base/result.hpp"

namespace yuxin::cli {

// RegistrationUpkeep works in a thread of its own, so that nothing waits for an authority that is away. The home is
// unlocked.
class RegistrationUpkeep {
 public:
  explicit RegistrationUpkeep(std::shared_ptr<Home> home);
  // stop ends what is under way at the latest after the time limit of a question to the authority.
  void stop() { thread_.request_stop(); }
  // trouble says why the authority cannot be followed now; empty where it can. Thread-safe.
  [[nodiscard]] std::string trouble() const;

 private:
  struct Duty {
    base::UnixTime next{0};
  };
  void run(const std::stop_token& stop);
  void take_turn(Duty& duty, base::Seconds every, base::Result<> (RegistrationUpkeep::*work)());
  [[nodiscard]] base::Result<> follow();
  [[nodiscard]] base::Result<> settle();
  [[nodiscard]] base::Result<> let_pass();
  void tell(const base::Result<>& followed);

  std::shared_ptr<Home> home_;
  mutable std::mutex mutex_;
  std::string trouble_ = "not asked yet";
  std::optional<std::string> logged_;  // nothing: what is kept is of an earlier run
  Duty settling_;
  Duty passing_;
  std::jthread thread_;  // the last: it uses the others
};

}  // namespace yuxin::cli
