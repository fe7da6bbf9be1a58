// The cache of signed answers: what most clients ask for, ready to be sent.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/http_message.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/ocsp/request.hpp"

namespace yuxin::ocsp {

// CachedAnswer is a signed answer about one certificate under one exact CertID: clients differ in the digest and in
// whether they write its NULL parameters, and each must get its own octets back.
struct CachedAnswer {
  std::int64_t authority = 0;
  base::Bytes serial;
  base::Bytes cert_id;
  std::shared_ptr<const base::HttpContent> content;
  base::UnixTime renew_at;  // not served from then on
};

// Renewal names an answer that was asked for and is about to be too old.
struct Renewal {
  std::int64_t authority = 0;
  base::Bytes serial;
  base::Bytes cert_id;
};

// AnswerCache maps CertIDs to answers. Only answers about issued serials belong in it: an answer for whatever a
// stranger makes up would let strangers fill the memory. It is cut into shards by serial, so that threads seldom meet
// and all answers about one certificate fall together. Bounded: the oldest answers leave first. Thread-safe.
class AnswerCache {
 public:
  explicit AnswerCache(std::size_t limit_bytes);

  // find gives nothing for what is absent or due for renewal; with kNever also when the shard is busy for longer than
  // a moment, which the network thread rather leaves to the pool.
  enum class Wait { kNever, kIfBusy };
  [[nodiscard]] std::shared_ptr<const base::HttpContent> find(const CertIdView& id, base::UnixTime now, Wait wait);

  // insert replaces the answer under the same CertID, unless `still_true` says no. It is asked while the shard is
  // held, so that no drop can slip in between: whoever changes what answers rest on publishes the change first and
  // drops afterwards.
  void insert(CachedAnswer answer, const std::function<bool()>& still_true);
  void drop(std::int64_t authority, base::ByteView serial);
  void drop_authority(std::int64_t authority);

  // take_due lists at most `limit` answers that are due before `until` and were asked for since they were signed; due
  // ones that nobody asked for are forgotten.
  [[nodiscard]] std::vector<Renewal> take_due(base::UnixTime until, std::size_t limit);

  [[nodiscard]] std::size_t size() const;   // answers
  [[nodiscard]] std::size_t bytes() const;  // memory that they take, estimated

 private:
  struct Entry {
    CachedAnswer answer;
    std::size_t bytes = 0;
    std::uint64_t hash = 0;
    bool used = false;
  };
  using Entries = std::list<Entry>;
  struct Shard {
    mutable std::mutex mutex;
    Entries oldest_first;
    std::unordered_multimap<std::uint64_t, Entries::iterator> by_serial;
    std::size_t bytes = 0;
    void erase(Entries::iterator entry);
  };
  static constexpr std::size_t kShards = 64;
  [[nodiscard]] Shard& shard_of(std::uint64_t hash) { return shards_[hash >> 58U]; }

  std::size_t shard_limit_;
  std::array<Shard, kShards> shards_;
};

}  // namespace yuxin::ocsp
