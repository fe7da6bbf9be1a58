// Notifications of a home: its settings, and the thread of a server that sends them.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>

#include "home.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/notify/notifier.hpp"

namespace yuxin::cli {

// notifications_path is where the targets of a home are written; read_notifications reads them, and a home without
// the file notifies nobody.
[[nodiscard]] std::string notifications_path(const Home& home);
[[nodiscard]] base::Result<std::shared_ptr<const notify::Settings>> read_notifications(const Home& home);

// notify_once makes one attempt, signed by the notifier's certificate, which is made or renewed where it must be.
[[nodiscard]] base::Result<> notify_once(Home& home, const notify::Settings& settings, const notify::Target& target,
                                         std::span<const notify::Notice> notices, const std::string& actor,
                                         const std::stop_token& stop);

// NotificationFile is notifications.toml as it is now: it is read again when it was changed. A file that cannot be
// read leaves what was known; where nothing was, there are no settings, which is not the same as no targets.
// Thread-safe.
class NotificationFile {
 public:
  explicit NotificationFile(const Home& home) : home_(home) {}
  [[nodiscard]] std::shared_ptr<const notify::Settings> settings();

 private:
  using Seen = std::optional<base::OpenFile::Identity>;
  const Home& home_;
  std::mutex mutex_;
  bool looked_ = false;
  Seen seen_;
  std::shared_ptr<const notify::Settings> settings_;
};

// Notifications sends in threads of its own, one for each target, so that nothing waits for a mail server and no
// target for another one. The home is unlocked.
class Notifications {
 public:
  explicit Notifications(std::shared_ptr<Home> home);
  // stop ends an attempt that is under way within about a second; what it was about is told again by the next.
  void stop();
  // metrics are lines for /metrics. Thread-safe.
  [[nodiscard]] std::string metrics() const;

 private:
  void run(const std::stop_token& stop);
  void serve(const std::string& target, const std::stop_token& stop);
  void pause(const std::stop_token& stop);
  [[nodiscard]] base::Result<> deliver(const notify::Target& target, std::span<const notify::Notice> notices,
                                       const std::stop_token& stop);

  std::shared_ptr<Home> home_;
  NotificationFile file_;
  std::mutex signing_;  // the certificate that signs is looked at, and made, by one thread at a time
  notify::Notifier notifier_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // the last: it uses the others
};

}  // namespace yuxin::cli
