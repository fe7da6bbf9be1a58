// The clock's floor: how late it was already, by what the ledger bears.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/store/store.hpp"

namespace yuxin::evidence {

// latest_time is the largest time of all records, not that of the last one: a clock that says less was set back, or
// was wrong before. A record of the kind "clock.accepted" is somebody's word that the records before it are what is
// wrong: from there on it counts anew. 1970 for an empty ledger. Works from where remember_frontier came to last.
[[nodiscard]] base::Result<base::UnixTime> latest_time(store::Reader& reader);

// time_of_status is what a change of status and a list that tells it are dated: the clock's time, but never before
// the latest of the ledger, because a list must not seem older than the one before it. A revocation is thus possible
// whatever the clock says.
[[nodiscard]] base::Result<base::UnixTime> time_of_status(store::Reader& reader, const base::Clock& clock);
// In a transaction that writes, what many records said is remembered too, so that thousands of changes one after the
// other do not read all of each other.
[[nodiscard]] base::Result<base::UnixTime> time_of_status(store::Writer& writer, const base::Clock& clock);

// ClockFloor is latest_time for whoever asks often: it remembers how far it has read. For one ledger; asked only in
// transactions that do not write, so that nothing is remembered that is undone. Thread-safe.
class ClockFloor {
 public:
  [[nodiscard]] base::Result<base::UnixTime> latest_time(store::Reader& reader);

 private:
  std::mutex mutex_;
  std::int64_t read_ = 0;
  base::UnixTime latest_{0};
};

// accept_clock records that somebody has compared the clock and found the earlier records wrong. Gives the sequence.
[[nodiscard]] base::Result<std::int64_t> accept_clock(store::Writer& writer, const std::string& actor,
                                                      base::UnixTime now);

}  // namespace yuxin::evidence
