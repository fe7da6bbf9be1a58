#include "yuxin/ocsp/cache.hpp"

#include <algorithm>
#include <functional>

namespace yuxin::ocsp {

namespace {

using base::ByteView;

std::uint64_t hash_of(ByteView serial) { return std::hash<std::string_view>{}(base::as_text(serial)); }

// What an entry costs beyond its octets: nodes of list and map, the control block, allocator headers.
constexpr std::size_t kOverhead = 384;

std::size_t bytes_of(const CachedAnswer& answer) {
  return answer.serial.size() + answer.cert_id.size() + answer.content->fields.size() + answer.content->body.size() +
         kOverhead;
}

// The network thread tries for about the time that another thread needs inside.
bool try_for_a_moment(std::unique_lock<std::mutex>& lock) {
  for (int attempt = 0; attempt < 8; ++attempt) {
    if (lock.try_lock()) return true;
  }
  return false;
}

}  // namespace

AnswerCache::AnswerCache(std::size_t limit_bytes) : shard_limit_(limit_bytes / kShards) {}

void AnswerCache::Shard::erase(Entries::iterator entry) {
  const auto [begin, end] = by_serial.equal_range(entry->hash);
  by_serial.erase(std::find_if(begin, end, [entry](const auto& item) { return item.second == entry; }));
  bytes -= entry->bytes;
  oldest_first.erase(entry);
}

std::shared_ptr<const base::HttpContent> AnswerCache::find(const CertIdView& id, base::UnixTime now, Wait wait) {
  const std::uint64_t hash = hash_of(id.serial);
  Shard& shard = shard_of(hash);
  std::unique_lock lock(shard.mutex, std::defer_lock);
  if (wait == Wait::kIfBusy) {
    lock.lock();
  } else if (!try_for_a_moment(lock)) {
    return nullptr;
  }
  const auto [begin, end] = shard.by_serial.equal_range(hash);
  for (auto item = begin; item != end; ++item) {
    Entry& entry = *item->second;
    if (!base::equal(entry.answer.cert_id, id.der)) continue;
    if (entry.answer.renew_at <= now) return nullptr;
    entry.used = true;
    return entry.answer.content;
  }
  return nullptr;
}

void AnswerCache::insert(CachedAnswer answer, const std::function<bool()>& still_true) {
  const std::uint64_t hash = hash_of(answer.serial);
  const std::size_t bytes = bytes_of(answer);
  Shard& shard = shard_of(hash);
  const std::lock_guard lock(shard.mutex);
  if (!still_true()) return;
  const auto [begin, end] = shard.by_serial.equal_range(hash);
  const auto same = std::find_if(
      begin, end, [&answer](const auto& item) { return base::equal(item.second->answer.cert_id, answer.cert_id); });
  if (same != end) shard.erase(same->second);
  while (!shard.oldest_first.empty() && shard.bytes + bytes > shard_limit_) shard.erase(shard.oldest_first.begin());
  if (bytes > shard_limit_) return;
  shard.oldest_first.push_back({std::move(answer), bytes, hash, false});
  shard.by_serial.emplace(hash, std::prev(shard.oldest_first.end()));
  shard.bytes += bytes;
}

void AnswerCache::drop(std::int64_t authority, ByteView serial) {
  const std::uint64_t hash = hash_of(serial);
  Shard& shard = shard_of(hash);
  const std::lock_guard lock(shard.mutex);
  auto [item, end] = shard.by_serial.equal_range(hash);
  while (item != end) {
    const auto entry = (item++)->second;
    if (entry->answer.authority == authority && base::equal(entry->answer.serial, serial)) shard.erase(entry);
  }
}

void AnswerCache::drop_authority(std::int64_t authority) {
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    auto entry = shard.oldest_first.begin();
    while (entry != shard.oldest_first.end()) {
      const auto here = entry++;
      if (here->answer.authority == authority) shard.erase(here);
    }
  }
}

std::vector<Renewal> AnswerCache::take_due(base::UnixTime until, std::size_t limit) {
  std::vector<Renewal> due;
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    // Answers grow old in the order in which they came; one that is due earlier than those before it is simply signed
    // when it is asked for.
    auto next = shard.oldest_first.begin();
    while (next != shard.oldest_first.end() && next->answer.renew_at <= until && due.size() < limit) {
      const auto entry = next++;
      if (entry->used) {
        due.push_back({entry->answer.authority, entry->answer.serial, entry->answer.cert_id});
        entry->used = false;
      } else {
        shard.erase(entry);
      }
    }
  }
  return due;
}

std::size_t AnswerCache::size() const {
  std::size_t total = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    total += shard.oldest_first.size();
  }
  return total;
}

std::size_t AnswerCache::bytes() const {
  std::size_t total = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    total += shard.bytes;
  }
  return total;
}

}  // namespace yuxin::ocsp
