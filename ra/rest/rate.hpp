// How often one client may ask: a bucket each.
#pragma once

#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "yuxin/base/time.hpp"
#include "yuxin/ra/rest.hpp"

namespace yuxin::ra::rest {

// RateLimit is thread-safe. A clock that goes back fills no bucket.
class RateLimit {
 public:
  explicit RateLimit(const RestLimits& limits) : limits_(limits) {}
  // take takes one request from a client's bucket; in how many seconds there is one again, where it is empty.
  [[nodiscard]] std::optional<std::int64_t> take(const std::string& client, base::UnixTime now);

 private:
  struct Bucket {
    std::string client;
    std::int64_t parts = 0;  // sixtieths of a request
    base::UnixTime filled;
  };
  RestLimits limits_;
  std::mutex mutex_;
  std::list<Bucket> buckets_;  // the most recent first
  std::unordered_map<std::string, std::list<Bucket>::iterator> places_;
};

}  // namespace yuxin::ra::rest
