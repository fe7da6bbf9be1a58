#include "yuxin/evidence/clock_floor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "clock_floor_memory.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/evidence/canonical.hpp"
#include "yuxin/evidence/ledger.hpp"

namespace yuxin::evidence {

using base::Result;
using base::UnixTime;

namespace {

constexpr const char* kSetting = "ledger.latest_time";
constexpr std::string_view kAccepted = "clock.accepted";
constexpr std::int64_t kManyRecords = 256;

// Floor is the latest time of the first `size` records.
struct Floor {
  std::int64_t size = 0;
  UnixTime latest{0};
};

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// What cannot be read counts as never stored: the ledger says it all again.
Floor parse_floor(std::string_view text) {
  const auto parts = base::split(text, ' ');
  if (parts.size() != 2) return {};
  const auto size = number(parts[0]);
  const auto latest = number(parts[1]);
  if (!size || !latest || *size < 0) return {};
  return {*size, {*latest}};
}

// A record that bears no time says nothing here; an audit names it.
UnixTime after(const StoredRecord& record, UnixTime latest) {
  // the canonical form ends in the time, and few records speak of the clock: most need no reading
  constexpr std::string_view kMember = R"("time":")";
  constexpr std::size_t kTime = 20;  // 2026-11-22T10:04:11Z
  const std::string_view text = record.text;
  const bool speaks_of_clock = text.find(kAccepted) != std::string_view::npos;
  if (!speaks_of_clock && text.size() > kMember.size() + kTime + 2) {
    const auto tail = text.substr(text.size() - kMember.size() - kTime - 2);
    const auto time = base::parse_rfc3339(tail.substr(kMember.size(), kTime));
    if (time && tail.starts_with(kMember)) return std::max(latest, *time);
  }
  const auto json = base::parse_json(text);
  if (!json || !json->is_object()) return latest;
  const auto time = base::parse_rfc3339(base::json_string(json->get_object(), "time"));
  if (!time) return latest;
  return base::json_string(json->get_object(), "kind") == kAccepted ? *time : std::max(latest, *time);
}

// read_on goes on from a floor to the end of the ledger.
Result<Floor> read_on(store::Reader& reader, Floor floor) {
  TRY(const auto count, size(reader));
  if (floor.size > count) floor = {};
  TRY(for_each(reader, floor.size, count, [&](const StoredRecord& record) -> Result<> {
    floor.latest = after(record, floor.latest);
    return {};
  }));
  floor.size = count;
  return floor;
}

Result<Floor> read_floor(store::Reader& reader) {
  TRY(const auto text, reader.setting(kSetting));
  return read_on(reader, parse_floor(text));
}

Result<> write_floor(store::Writer& writer, const Floor& floor) {
  return writer.set_setting(kSetting, fmt::format("{} {}", floor.size, floor.latest.seconds));
}

}  // namespace

Result<UnixTime> latest_time(store::Reader& reader) {
  TRY(const auto floor, read_floor(reader));
  return floor.latest;
}

Result<UnixTime> ClockFloor::latest_time(store::Reader& reader) {
  const std::lock_guard lock(mutex_);
  TRY(const auto floor, read_ == 0 ? read_floor(reader) : read_on(reader, {read_, latest_}));
  read_ = floor.size;
  latest_ = floor.latest;
  return latest_;
}

Result<UnixTime> time_of_status(store::Reader& reader, const base::Clock& clock) {
  TRY(const auto latest, latest_time(reader));
  return std::max(clock.now(), latest);
}

Result<UnixTime> time_of_status(store::Writer& writer, const base::Clock& clock) {
  TRY(const auto text, writer.setting(kSetting));
  TRY(const auto floor, read_floor(writer));
  if (floor.size - parse_floor(text).size > kManyRecords) TRY(write_floor(writer, floor));
  return std::max(clock.now(), floor.latest);
}

Result<std::int64_t> accept_clock(store::Writer& writer, const std::string& actor, UnixTime now) {
  TRY(const auto before, latest_time(writer));
  ObjectWriter data;
  data.add("latest_before", base::rfc3339(before));
  return append(writer, {.kind = std::string(kAccepted),
                         .object = "clock",
                         .actor = actor,
                         .time = now,
                         .data = data.finish(),
                         .attachment = {}});
}

Result<FloorCheck> FloorCheck::begin(store::Reader& reader) {
  TRY(const auto text, reader.setting(kSetting));
  const auto floor = parse_floor(text);
  FloorCheck check;
  check.size_ = floor.size;
  check.stored_ = floor.latest;
  check.holds_ = floor.size != 0 || floor.latest == UnixTime{0};
  return check;
}

void FloorCheck::take(const StoredRecord& record) {
  latest_ = after(record, latest_);
  if (++taken_ == size_) holds_ = latest_ == stored_;
}

Result<> remember_latest_time(store::Writer& writer) {
  TRY(const auto floor, read_floor(writer));
  return write_floor(writer, floor);
}

}  // namespace yuxin::evidence
