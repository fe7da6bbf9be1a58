#include "rate.hpp"

#include <algorithm>

namespace yuxin::ra::rest {

namespace {

constexpr std::int64_t kRequest = 60;  // so that a second fills `per_minute` parts

}  // namespace

std::optional<std::int64_t> RateLimit::take(const std::string& client, base::UnixTime now) {
  const std::scoped_lock lock(mutex_);
  const auto full = static_cast<std::int64_t>(limits_.burst) * kRequest;
  const auto speed = static_cast<std::int64_t>(limits_.per_minute);
  auto place = places_.find(client);
  if (place == places_.end()) {
    if (buckets_.size() >= limits_.clients) {
      places_.erase(buckets_.back().client);
      buckets_.pop_back();
    }
    buckets_.push_front({client, full, now});
    place = places_.emplace(client, buckets_.begin()).first;
  } else {
    buckets_.splice(buckets_.begin(), buckets_, place->second);
  }
  auto& bucket = *place->second;
  // as many seconds as fill it from empty are enough, and keep the product small
  const auto passed =
      std::clamp<std::int64_t>((now - bucket.filled).count, 0, full / std::max<std::int64_t>(speed, 1) + 1);
  bucket.parts = std::min(full, bucket.parts + passed * speed);
  bucket.filled = now;
  if (bucket.parts < kRequest) return (kRequest - bucket.parts + speed - 1) / std::max<std::int64_t>(speed, 1);
  bucket.parts -= kRequest;
  return std::nullopt;
}

}  // namespace yuxin::ra::rest
