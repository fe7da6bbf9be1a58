// The status index: every serial that was issued, in memory, as new as the last command that changed one.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <utility>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/snapshot.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/ocsp/authorities.hpp"
#include "yuxin/store/store.hpp"

namespace yuxin::ocsp {

// IndexedStatus is what the index knows of an issued serial.
struct IndexedStatus {
  store::CertificateState state = store::CertificateState::kGood;
  std::uint8_t reason = 0;  // CRLReason
  base::UnixTime revoked_at;
  std::optional<base::UnixTime> invalidity_date = std::nullopt;
  friend bool operator==(const IndexedStatus&, const IndexedStatus&) = default;
};

// StatusEntry is a row of the index, packed into 32 octets.
struct StatusEntry {
  std::uint32_t authority = 0;
  std::uint32_t revoked_low = 0;  // seconds since 1970, 40 bits
  std::uint8_t revoked_high = 0;
  std::uint8_t state = 0;   // store::CertificateState
  std::uint8_t reason = 0;  // the highest bit: there is an invalidity date, which stands in InvalidityDates
  std::uint8_t size = 0;    // octets of the serial; 0 marks an empty slot
  std::array<std::uint8_t, 20> serial{};
};

// StatusRun is an immutable hash table of entries, at most three quarters full: 43 octets a certificate.
class StatusRun {
 public:
  explicit StatusRun(const std::vector<StatusEntry>& entries);
  // Merges two: entries of `newer` win over those of `older` with the same authority and serial.
  StatusRun(const StatusRun& newer, const StatusRun& older);
  [[nodiscard]] const StatusEntry* find(std::int64_t authority, base::ByteView serial) const;
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  void make_room(std::size_t entries);
  void insert(const StatusEntry& entry);
  std::vector<StatusEntry> slots_;
  std::size_t size_ = 0;
};

// InvalidityDates are those of the revoked certificates that have one, which are few. Thread-safe.
class InvalidityDates {
 public:
  void set(std::uint32_t authority, base::ByteView serial, base::UnixTime date);
  [[nodiscard]] std::optional<base::UnixTime> find(std::uint32_t authority, base::ByteView serial) const;

 private:
  mutable std::shared_mutex mutex_;
  std::map<std::pair<std::uint32_t, base::Bytes>, base::UnixTime> dates_;
};

// StatusIndex follows the status history of the store (DESIGN section 5). Runs of growing size, newest last, are
// swapped together: a small one takes what is new, and is merged into the one below when that is less than four times
// as large, so the big base is rebuilt rarely. Readers never wait. Thread-safe.
//
// Immediacy: `current` compares the revision of the store (shared memory, one load) with the revision that the index
// was built at. The revision moves before a command that changed a status reports success, so an answer given while
// `current` holds is never older than such a command. New certificates do not move the revision: whoever misses a
// serial calls `refresh` before saying that it was never issued.
class StatusIndex {
 public:
  // `changed` is told of every serial that a refresh took up (not of those of the first), after the new state can be
  // found and before `current` holds again: whoever caches answers drops them there. `reader` must outlive the index.
  using Changed = std::function<void(std::int64_t authority, base::ByteView serial)>;
  StatusIndex(store::StatusReader& reader, Changed changed);

  // refresh returns after a reading of the store that began after the call. Those who call it at the same time share
  // one reading, so that a flood of serials that were never issued costs one query after the other and no more.
  // Errors: those of the store; the index is then as it was and `current` does not hold.
  [[nodiscard]] base::Result<> refresh();
  [[nodiscard]] bool current() const { return reader_.revision() == built_revision_.load(std::memory_order_acquire); }
  [[nodiscard]] std::optional<IndexedStatus> find(std::int64_t authority, base::ByteView serial) const;
  [[nodiscard]] std::size_t size() const;  // certificates, those that changed since counted twice until merged

  // reload_authorities reads the table of authorities again; `refresh` does not.
  [[nodiscard]] base::Result<> reload_authorities();
  [[nodiscard]] std::shared_ptr<const Authorities> authorities() const { return authorities_.get(); }

 private:
  using Runs = std::vector<std::shared_ptr<const StatusRun>>;
  [[nodiscard]] base::Result<> read_changes();

  store::StatusReader& reader_;
  Changed changed_;
  base::Snapshot<Authorities> authorities_;
  base::Snapshot<Runs> runs_;
  InvalidityDates dates_;  // has a date before an entry says so
  // No store has this revision, so that an index that was never filled is not current.
  std::atomic<std::uint64_t> built_revision_{~std::uint64_t{0}};

  // The single flight: a caller waits until a reading with a number above `started_` at its arrival has finished.
  std::mutex mutex_;
  std::condition_variable done_;
  std::uint64_t started_ = 0;
  std::uint64_t finished_ = 0;
  bool reading_ = false;
  base::Result<> outcome_;
  std::int64_t sequence_ = 0;  // touched by the one who reads only
};

}  // namespace yuxin::ocsp
