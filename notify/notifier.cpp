#include "yuxin/notify/notifier.hpp"

#include <algorithm>

#include "repository.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/base/translation.hpp"
#include "yuxin/evidence/canonical.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/notify/delivery.hpp"

namespace yuxin::notify {

using base::Result;
using base::Seconds;
using base::UnixTime;

namespace {

constexpr std::int64_t kChunk = 256;  // records that one look at a target reads
constexpr base::Seconds kFirstBackOff{10};
constexpr base::Seconds kLongestBackOff = base::hours(1);

// A clock that was set back must not stop the attempts until it has caught up.
bool must_wait(const targets::Row& row, UnixTime now) {
  const UnixTime retry{row.retry_at};
  return row.failures > 0 && now < retry && retry - now <= back_off(row.failures);
}

// When a record became old enough to be passed over: neither a server that was off, nor a target that has just begun
// to fail, makes it so at once.
bool is_overdue(const Notice& notice, UnixTime failing_since, UnixTime now) {
  const auto made = base::parse_rfc3339(notice.time).value_or(failing_since);
  return now - std::max(made, failing_since) >= kGiveUpAfter;
}

}  // namespace

Seconds back_off(std::int64_t failures) {
  auto span = kFirstBackOff;
  for (std::int64_t i = 1; i < failures && span < kLongestBackOff; ++i) span.count *= 2;
  return std::min(span, kLongestBackOff);
}

// Batch is what stands next for a target.
struct Notifier::Batch {
  targets::Row row;
  std::vector<Notice> notices;  // that it wants, of what was read
  targets::Reason failure;      // of this attempt
  std::int64_t read_to = 0;     // records below this number were looked at
  std::int64_t ledger_size = 0;

  // after gives the number to go on with when so many notices are done with.
  [[nodiscard]] std::int64_t after(std::size_t count) const {
    return count == notices.size() ? read_to : *notices[count].index;
  }
};

Result<std::vector<Standing>> standings(store::Reader& reader, const Settings& settings) {
  TRY(const auto size, evidence::size(reader));
  std::vector<Standing> all;
  for (const auto& target : settings.all()) {
    Standing standing;
    standing.name = target.name;
    TRY(const auto row, targets::find(reader.session(), target.name));
    if (row) {
      standing.begun = true;
      standing.failures = row->failures;
      standing.failing_since = {row->failing_since};
      standing.retry_at = {row->retry_at};
      standing.reason = row->reason.text();
      const auto end = std::min(size, row->next + Standing::kMostCounted);
      TRY(evidence::for_each(reader, row->next, end, [&](const evidence::StoredRecord& record) -> Result<> {
        if (target.wants(notice_of(record).kind)) ++standing.waiting;
        return {};
      }));
    }
    all.push_back(std::move(standing));
  }
  return all;
}

Result<std::vector<std::string>> Notifier::targets() {
  std::vector<std::string> names;
  const auto settings = parts_.settings();
  if (!settings) return names;
  if (settings != taken()) TRY(take_over(settings));
  for (const auto& target : settings->all()) names.push_back(target.name);
  return names;
}

Result<bool> Notifier::look_at(const std::string& target, const std::stop_token& stop) {
  const auto settings = taken();
  const auto* found = settings ? settings->find(target) : nullptr;
  if (found == nullptr || stop.stop_requested()) return false;
  return look_after(*found, stop);
}

Result<bool> Notifier::look(const std::stop_token& stop) {
  TRY(const auto names, targets());
  bool more = false;
  for (const auto& name : names) {
    TRY(const bool again, look_at(name, stop));
    more = more || again;
  }
  return more && !stop.stop_requested();
}

std::shared_ptr<const Settings> Notifier::taken() const {
  const std::lock_guard lock(mutex_);
  return settings_;
}

std::map<std::string, Tally> Notifier::tallies() const {
  const std::lock_guard lock(mutex_);
  return tallies_;
}

Result<> Notifier::take_over(const std::shared_ptr<const Settings>& settings) {
  TRY(parts_.store->write([&](store::Writer& writer) -> Result<> {
    auto& session = writer.session();
    TRY(const auto size, evidence::size(writer));
    TRY(const auto known, targets::names(session));
    for (const auto& name : known) {
      if (settings->find(name) == nullptr) TRY(targets::remove(session, name));
    }
    for (const auto& target : settings->all()) {
      if (std::ranges::find(known, target.name) == known.end()) TRY(targets::insert(session, target.name, size));
    }
    return {};
  }));
  const std::lock_guard lock(mutex_);
  std::map<std::string, Tally> kept;
  at_once_.clear();
  for (const auto& target : settings->all()) {
    kept[target.name] = tallies_[target.name];
    at_once_.insert(target.name);
  }
  tallies_ = std::move(kept);
  settings_ = settings;
  return {};
}

Result<bool> Notifier::look_after(const Target& target, const std::stop_token& stop) {
  Batch batch;
  bool gone = false;
  TRY(parts_.store->read([&](store::Reader& reader) -> Result<> {
    batch = {};
    TRY(auto row, targets::find(reader.session(), target.name));
    gone = !row;
    if (gone) return {};
    batch.row = std::move(*row);
    TRY(batch.ledger_size, evidence::size(reader));
    batch.read_to = std::min(batch.ledger_size, batch.row.next + kChunk);
    return evidence::for_each(reader, batch.row.next, batch.read_to,
                              [&](const evidence::StoredRecord& record) -> Result<> {
                                auto notice = notice_of(record);
                                if (target.wants(notice.kind)) batch.notices.push_back(std::move(notice));
                                return {};
                              });
  }));
  if (gone) {  // another process has other settings
    const std::lock_guard lock(mutex_);
    settings_.reset();
    return false;
  }
  if (batch.notices.empty()) {
    if (batch.read_to > batch.row.next) TRY(note_success(target, batch, 0));
    return batch.read_to < batch.ledger_size;
  }
  {
    const std::lock_guard lock(mutex_);
    const bool at_once = at_once_.contains(target.name);
    if (!at_once && must_wait(batch.row, parts_.clock->now())) return false;
    at_once_.erase(target.name);
  }
  const auto count = std::min(batch.notices.size(), most_at_once(target));
  bool told = false;
  {
    const base::BothLanguages languages;
    const auto done = parts_.deliver(target, std::span(batch.notices).first(count), stop);
    told = done.has_value();
    if (!told) batch.failure = {done.error().detail, languages.in(base::Language::kChinese, done.error().detail)};
  }
  if (told) {
    TRY(note_success(target, batch, count));
    return batch.after(count) < batch.ledger_size;
  }
  // an attempt that was cut short says nothing about the target
  if (!stop.stop_requested()) TRY(note_failure(target, batch));
  return false;
}

Result<> Notifier::note_success(const Target& target, const Batch& batch, std::size_t sent) {
  // where nothing was said, a failing target still fails
  auto after = sent > 0 ? targets::Row() : batch.row;
  after.next = batch.after(sent);
  TRY(parts_.store->write([&](store::Writer& writer) -> Result<> {
    TRY(targets::set(writer.session(), target.name, batch.row.next, after));
    return {};
  }));
  if (sent > 0 && batch.row.failures > 0)
    base::log_info(base::message("Notifications to {} arrive again.", target.name));
  const std::lock_guard lock(mutex_);
  tallies_[target.name].sent += sent;
  return {};
}

Result<> Notifier::note_failure(const Target& target, const Batch& batch) {
  const auto now = parts_.clock->now();
  const auto& reason = batch.failure.text();
  auto row = batch.row;
  if (row.failures == 0 || row.failing_since > now.seconds) row.failing_since = now.seconds;
  ++row.failures;
  row.retry_at = (now + back_off(row.failures)).seconds;
  row.reason = batch.failure;
  base::JsonArray overdue;
  for (const auto& notice : batch.notices) {
    if (!is_overdue(notice, {row.failing_since}, now)) break;
    overdue.emplace_back(*notice.index);
  }
  row.next = overdue.empty() ? batch.row.next : batch.after(overdue.size());
  TRY(const auto data,
      evidence::canonical_json(base::JsonObject{{"reason", batch.failure.english}, {"records", overdue}}));
  TRY(parts_.store->write([&](store::Writer& writer) -> Result<> {
    TRY(const bool ours, targets::set(writer.session(), target.name, batch.row.next, row));
    if (!ours || overdue.empty()) return {};
    TRY(evidence::append(writer, {.kind = "notification.given-up",
                                  .object = "notifications/" + target.name,
                                  .actor = parts_.actor,
                                  .time = now,
                                  .data = data,
                                  .attachment = {}}));
    return {};
  }));
  if (batch.row.failures == 0)
    base::log_warning(
        base::message("Notifications to {} do not arrive; they are tried again: {}", target.name, reason));
  if (!overdue.empty())
    base::log_error(base::message("{} records were not told to {} in seven days and are given up: {}", overdue.size(),
                                  target.name, reason));
  const std::lock_guard lock(mutex_);
  auto& tally = tallies_[target.name];
  ++tally.failures;
  tally.given_up += overdue.size();
  return {};
}

}  // namespace yuxin::notify
