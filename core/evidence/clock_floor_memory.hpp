// What the clock's floor keeps beside the ledger.
#pragma once

#include "yuxin/evidence/clock_floor.hpp"
#include "yuxin/evidence/ledger.hpp"

namespace yuxin::evidence {

// remember_latest_time stores how far latest_time has read, so that the next one needs only the records after it.
[[nodiscard]] base::Result<> remember_latest_time(store::Writer& writer);

// FloorCheck reads a ledger along with an audit and says whether the floor that is stored is the one that its records
// make: a lower one lets a clock that was set back sign.
class FloorCheck {
 public:
  [[nodiscard]] static base::Result<FloorCheck> begin(store::Reader& reader);
  void take(const StoredRecord& record);  // in their order, without gaps
  [[nodiscard]] bool holds() const { return holds_; }

 private:
  std::int64_t size_ = 0;  // of the stored floor
  base::UnixTime stored_{0};
  std::int64_t taken_ = 0;
  base::UnixTime latest_{0};
  bool holds_ = true;
};

}  // namespace yuxin::evidence
