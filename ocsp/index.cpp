#include "yuxin/ocsp/index.hpp"

#include <algorithm>
#include <cstring>
#include <ranges>

#include "yuxin/base/log.hpp"

namespace yuxin::ocsp {

namespace {

using base::ByteView;

static_assert(sizeof(StatusEntry) == 32, "the index must stay at 32 octets an entry");

// Serials are made by the authorities of this house, so the hash need not withstand an opponent: it spreads the
// counting numbers of an imported authority as well as random ones.
std::uint64_t hash(std::uint32_t authority, ByteView serial) {
  std::array<std::uint8_t, 24> padded{};
  std::memcpy(padded.data(), serial.data(), std::min<std::size_t>(serial.size(), 20));
  std::memcpy(padded.data() + 20, &authority, sizeof authority);
  std::array<std::uint64_t, 3> words{};
  std::memcpy(words.data(), padded.data(), sizeof words);
  std::uint64_t mixed = serial.size();
  for (const std::uint64_t word : words) {
    mixed = (mixed ^ word) * 0x9e3779b97f4a7c15ULL;
    mixed ^= mixed >> 32U;
  }
  return mixed * 0xd6e8feb86659fd93ULL;
}

constexpr std::uint8_t kHasInvalidityDate = 0x80;

ByteView serial_of(const StatusEntry& entry) { return {entry.serial.data(), entry.size}; }

// home is the slot where the search for an entry begins: the hash scaled to the number of slots.
std::size_t home(std::uint64_t hash, std::size_t slots) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::size_t>((static_cast<Wide>(hash) * slots) >> 64U);
}

StatusEntry pack(const store::StatusChange& change) {
  StatusEntry entry;
  const auto seconds = static_cast<std::uint64_t>(std::max<std::int64_t>(change.status.revoked_at.seconds, 0));
  entry.authority = static_cast<std::uint32_t>(change.authority);
  entry.revoked_low = static_cast<std::uint32_t>(seconds);
  entry.revoked_high = static_cast<std::uint8_t>(seconds >> 32U);
  entry.state = static_cast<std::uint8_t>(change.status.state);
  entry.reason = static_cast<std::uint8_t>(change.status.reason);
  if (change.status.invalidity_date) entry.reason |= kHasInvalidityDate;
  entry.size = static_cast<std::uint8_t>(change.serial.size());
  std::ranges::copy(change.serial, entry.serial.begin());
  return entry;
}

IndexedStatus unpack(const StatusEntry& entry) {
  const std::uint64_t seconds = std::uint64_t{entry.revoked_high} << 32U | entry.revoked_low;
  const auto reason = static_cast<std::uint8_t>(entry.reason & ~kHasInvalidityDate);
  return {static_cast<store::CertificateState>(entry.state), reason, {static_cast<std::int64_t>(seconds)}, {}};
}

// The store holds nothing else; a row that does not fit is damage that must not take down the answers for others.
bool fits(const store::StatusChange& change) {
  return !change.serial.empty() && change.serial.size() <= 20 && change.authority > 0 &&
         change.authority <= std::int64_t{0xffffffff};
}

}  // namespace

StatusRun::StatusRun(const std::vector<StatusEntry>& entries) {
  make_room(entries.size());
  for (const auto& entry : entries) insert(entry);
}

StatusRun::StatusRun(const StatusRun& newer, const StatusRun& older) {
  make_room(newer.size() + older.size());
  for (const auto& entry : newer.slots_) {
    if (entry.size != 0) insert(entry);
  }
  for (const auto& entry : older.slots_) {
    if (entry.size != 0 && newer.find(entry.authority, serial_of(entry)) == nullptr) insert(entry);
  }
}

void StatusRun::make_room(std::size_t entries) { slots_.resize(entries + entries / 3 + 1); }

void StatusRun::insert(const StatusEntry& entry) {
  std::size_t slot = home(hash(entry.authority, serial_of(entry)), slots_.size());
  while (slots_[slot].size != 0) slot = slot + 1 == slots_.size() ? 0 : slot + 1;
  slots_[slot] = entry;
  ++size_;
}

const StatusEntry* StatusRun::find(std::int64_t authority, ByteView serial) const {
  const auto id = static_cast<std::uint32_t>(authority);
  std::size_t slot = home(hash(id, serial), slots_.size());
  while (slots_[slot].size != 0) {
    const StatusEntry& entry = slots_[slot];
    if (entry.authority == id && base::equal(serial_of(entry), serial)) return &entry;
    slot = slot + 1 == slots_.size() ? 0 : slot + 1;
  }
  return nullptr;
}

void InvalidityDates::set(std::uint32_t authority, ByteView serial, base::UnixTime date) {
  const std::unique_lock lock(mutex_);
  dates_[{authority, base::to_bytes(serial)}] = date;
}

std::optional<base::UnixTime> InvalidityDates::find(std::uint32_t authority, ByteView serial) const {
  const std::shared_lock lock(mutex_);
  const auto found = dates_.find({authority, base::to_bytes(serial)});
  return found == dates_.end() ? std::nullopt : std::optional(found->second);
}

StatusIndex::StatusIndex(store::StatusReader& reader, Changed changed)
    : reader_(reader), changed_(std::move(changed)) {
  authorities_.set(std::make_shared<Authorities>());
  runs_.set(std::make_shared<Runs>());
}

base::Result<> StatusIndex::reload_authorities() {
  TRY(const auto rows, reader_.authorities());
  TRY(auto table, Authorities::from_rows(rows));
  authorities_.set(std::move(table));
  return {};
}

base::Result<> StatusIndex::refresh() {
  std::unique_lock lock(mutex_);
  const std::uint64_t wanted = started_ + 1;
  while (finished_ < wanted) {
    if (reading_) {
      done_.wait(lock);
      continue;
    }
    reading_ = true;
    ++started_;
    lock.unlock();
    auto outcome = read_changes();
    lock.lock();
    outcome_ = std::move(outcome);
    reading_ = false;
    finished_ = started_;
    done_.notify_all();
  }
  return outcome_;
}

base::Result<> StatusIndex::read_changes() {
  // Read before the changes: what is committed later moves the revision away from this value.
  const std::uint64_t revision = reader_.revision();
  std::vector<StatusEntry> fresh;
  TRY(const std::int64_t last, reader_.changes(sequence_, [&](const store::StatusChange& change) {
    if (fits(change)) {
      fresh.push_back(pack(change));
      if (const auto& date = change.status.invalidity_date) dates_.set(fresh.back().authority, change.serial, *date);
    } else {
      base::log_error("ocsp: a stored serial number has an impossible size; it is answered as never issued");
    }
  }));
  const bool first = sequence_ == 0;
  sequence_ = last;
  if (!fresh.empty()) {
    auto runs = std::make_shared<Runs>(*runs_.get());
    auto run = std::make_shared<const StatusRun>(fresh);
    while (!runs->empty() && runs->back()->size() < 4 * run->size()) {
      run = std::make_shared<const StatusRun>(*run, *runs->back());
      runs->pop_back();
    }
    runs->push_back(std::move(run));
    runs_.set(std::move(runs));
    if (!first && changed_) {
      for (const auto& entry : fresh) changed_(entry.authority, serial_of(entry));
    }
  }
  built_revision_.store(revision, std::memory_order_release);
  return {};
}

std::optional<IndexedStatus> StatusIndex::find(std::int64_t authority, ByteView serial) const {
  if (serial.empty() || serial.size() > 20) return std::nullopt;
  const auto runs = runs_.get();
  for (const auto& run : std::views::reverse(*runs)) {
    if (const StatusEntry* entry = run->find(authority, serial)) {
      auto status = unpack(*entry);
      if ((entry->reason & kHasInvalidityDate) != 0) status.invalidity_date = dates_.find(entry->authority, serial);
      return status;
    }
  }
  return std::nullopt;
}

std::size_t StatusIndex::size() const {
  std::size_t total = 0;
  for (const auto& run : *runs_.get()) total += run->size();
  return total;
}

}  // namespace yuxin::ocsp
