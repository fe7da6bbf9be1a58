// The notifier: tells every target, in order and at least once, what the ledger records.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/notify/message.hpp"
#include "yuxin/notify/settings.hpp"
#include "yuxin/store/store.hpp"

namespace yuxin::notify {

// kGiveUpAfter is how old a record must be, and how long its target must have failed without a break, before the
// record is passed over; the ledger has "notification.given-up" then.
inline constexpr base::Seconds kGiveUpAfter = base::days(7);

// back_off is the time to the next attempt after so many failures in a row: 10 s, doubling, an hour at the most.
[[nodiscard]] base::Seconds back_off(std::int64_t failures);

// Standing is how far one target has been told.
struct Standing {
  static constexpr std::int64_t kMostCounted = 10'000;
  std::string name;
  bool begun = false;         // false: no notifier has seen it in the settings yet
  std::int64_t waiting = 0;   // records that it is still to be told; counting stops at kMostCounted
  std::int64_t failures = 0;  // attempts in a row that failed
  base::UnixTime failing_since;
  base::UnixTime retry_at;
  std::string reason;  // of the last failure, in the language of the process; empty when there is none
};
// standings says it of every target of the settings, in their order.
[[nodiscard]] base::Result<std::vector<Standing>> standings(store::Reader& reader, const Settings& settings);

struct NotifierParts {
  std::shared_ptr<store::Store> store;
  const base::Clock* clock = nullptr;
  std::function<std::shared_ptr<const Settings>()> settings;  // as they are now; null: not known yet
  // deliver makes one attempt (notify::deliver)
  std::function<base::Result<>(const Target&, std::span<const Notice>, const std::stop_token&)> deliver;
  std::string actor;  // of the records of what was given up
};

// Tally is what a notifier has done for one target since it was made.
struct Tally {
  std::uint64_t sent = 0;  // records
  std::uint64_t failures = 0;
  std::uint64_t given_up = 0;
};

// Notifier keeps for each target the number of the next record to look at, and moves it only after the other side has
// the record: whatever is killed, and whenever, a record is told again rather than never. A target that is seen for
// the first time begins at the end of the ledger; one that leaves the settings is forgotten. Changed settings, and a
// new notifier, make the next attempt at once. Thread-safe; each target is looked at by one thread at a time, so that
// a slow one holds nobody else up.
class Notifier {
 public:
  explicit Notifier(NotifierParts parts) : parts_(std::move(parts)) {}

  // targets takes over the settings as they are now, and names those who are told; none while they are not known.
  [[nodiscard]] base::Result<std::vector<std::string>> targets();
  // look_at gives one of them one message at most, if it may be tried now. True when more can be sent at once. A
  // target that fails is no error, nor one that is gone; errors are those of the store.
  [[nodiscard]] base::Result<bool> look_at(const std::string& target, const std::stop_token& stop);
  // look does it for all of them, one after the other.
  [[nodiscard]] base::Result<bool> look(const std::stop_token& stop);
  [[nodiscard]] std::map<std::string, Tally> tallies() const;

 private:
  struct Batch;
  [[nodiscard]] std::shared_ptr<const Settings> taken() const;
  [[nodiscard]] base::Result<> take_over(const std::shared_ptr<const Settings>& settings);
  [[nodiscard]] base::Result<bool> look_after(const Target& target, const std::stop_token& stop);
  [[nodiscard]] base::Result<> note_success(const Target& target, const Batch& batch, std::size_t sent);
  [[nodiscard]] base::Result<> note_failure(const Target& target, const Batch& batch);

  NotifierParts parts_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Settings> settings_;
  std::set<std::string> at_once_;  // whose back-off does not count, because something was changed
  std::map<std::string, Tally> tallies_;
};

// migrations are the steps of the table of targets.
[[nodiscard]] std::span<const store::Migration> migrations();

}  // namespace yuxin::notify
