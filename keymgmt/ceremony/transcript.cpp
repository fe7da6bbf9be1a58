#include "yuxin/keymgmt/ceremony_transcript.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "yuxin/base/file.hpp"
#include "yuxin/evidence/canonical.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::fail_with;
using base::Result;

namespace {

constexpr std::size_t kLargest = 64U << 20U;

Result<CeremonyEvent> read_line(std::string_view line, std::size_t entry, const x509::Digest256& previous) {
  const auto malformed = [&] {
    return fail(Code::kMalformed, "Entry {} of the transcript is not in the one form that there is.", entry);
  };
  const auto value = base::parse_json(line);
  const auto* object = value ? value->if_object() : nullptr;
  if (object == nullptr) return malformed();
  CeremonyEvent event;
  const auto kind = event_named(base::json_string(*object, "event"));
  const auto time = base::parse_rfc3339(base::json_string(*object, "time"));
  const auto* data = object->if_contains("data");
  if (!kind || !time || data == nullptr || !data->is_object()) return malformed();
  event.kind = *kind;
  event.time = *time;
  event.data = data->get_object();
  if (const auto step = base::json_int(*object, "step", 0); step > 0) event.step = static_cast<std::size_t>(step - 1);
  const auto said = base::json_string(*object, "previous");
  if (said != base::hex(previous)) {
    return fail(Code::kIntegrity,
                "Entry {} of the transcript does not follow the one before: it names {}, which has {}.", entry, said,
                base::hex(previous));
  }
  TRY(const auto again, transcript_line(event, entry, previous));
  if (again != line) return malformed();
  return event;
}

Result<> write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const auto count = ::write(file, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0)
      return fail_with(Code::kUnavailable, base::system_error(), "The transcript could not be written. End here.");
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  if (::fsync(file) != 0)
    return fail_with(Code::kUnavailable, base::system_error(), "The transcript could not be written. End here.");
  return {};
}

void sync_folder(const std::string& path) {
  const auto parent = std::filesystem::absolute(path).parent_path();
  const int folder = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  ::fsync(folder);
  ::close(folder);
}

}  // namespace

Result<std::string> transcript_line(const CeremonyEvent& event, std::size_t entry, const x509::Digest256& previous) {
  base::Json step = nullptr;
  if (event.step) step = static_cast<std::int64_t>(*event.step + 1);
  return evidence::canonical_json(base::JsonObject{{"data", event.data},
                                                   {"entry", static_cast<std::int64_t>(entry)},
                                                   {"event", event_name(event.kind)},
                                                   {"previous", base::hex(previous)},
                                                   {"step", std::move(step)},
                                                   {"time", base::rfc3339(event.time)}});
}

Result<std::vector<CeremonyEvent>> read_transcript(std::string_view text, const x509::Digest256& plan) {
  if (text.size() > kLargest) return fail(Code::kMalformed, "The transcript is larger than 64 MiB.");
  std::vector<CeremonyEvent> events;
  auto previous = plan;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos)
      return fail(Code::kMalformed, "Entry {} of the transcript is cut off.", events.size() + 1);
    const auto line = text.substr(0, end);
    TRY(auto event, read_line(line, events.size() + 1, previous));
    events.push_back(std::move(event));
    previous = x509::sha256(base::as_bytes(line));
    text.remove_prefix(end + 1);
  }
  return events;
}

Result<Transcript> Transcript::open(const std::string& path, Ceremony& ceremony) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (file < 0)
    return fail_with(Code::kUnavailable, base::system_error(), "The transcript {} cannot be opened.", path);
  Transcript transcript(file);
  if (::flock(file, LOCK_EX | LOCK_NB) != 0)
    return fail(Code::kConflict, "Somebody else carries out the ceremony in {} right now.", path);
  sync_folder(path);
  TRY(const auto octets, base::read_file(path, kLargest));
  auto text = base::as_text(octets);
  const auto whole = text.find_last_of('\n');
  const auto kept = whole == std::string_view::npos ? 0 : whole + 1;
  if (kept != text.size() && ::ftruncate(file, static_cast<off_t>(kept)) != 0)
    return fail_with(Code::kUnavailable, base::system_error(), "The transcript {} cannot be opened.", path);
  text = text.substr(0, kept);
  TRY(const auto events, read_transcript(text, ceremony.plan().digest));
  for (std::size_t i = 0; i < events.size(); ++i) {
    auto taken = ceremony.apply(events[i]);
    if (!taken) return fail(taken.error().code, "Entry {} of the transcript: {}", i + 1, taken.error().detail);
  }
  transcript.text_ = text;
  transcript.entries_ = events.size();
  transcript.previous_ = ceremony.plan().digest;
  if (!events.empty()) {
    auto last = text.substr(0, text.size() - 1);
    if (const auto before = last.find_last_of('\n'); before != std::string_view::npos) last.remove_prefix(before + 1);
    transcript.previous_ = x509::sha256(base::as_bytes(last));
  }
  return transcript;
}

Result<> Transcript::add(Ceremony& ceremony, const CeremonyEvent& event) {
  if (failed_) return fail(Code::kUnavailable, "The transcript could not be written. End here.");
  TRY(auto line, transcript_line(event, entries_ + 1, previous_));
  auto next = ceremony;
  TRY(next.apply(event));
  const auto digest = x509::sha256(base::as_bytes(line));
  line += '\n';
  auto written = write_all(file_, line);
  failed_ = !written;
  TRY(std::move(written));
  ceremony = std::move(next);
  text_ += line;
  previous_ = digest;
  ++entries_;
  return {};
}

Transcript::Transcript(Transcript&& other) noexcept { *this = std::move(other); }

Transcript& Transcript::operator=(Transcript&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(failed_, other.failed_);
  std::swap(entries_, other.entries_);
  std::swap(previous_, other.previous_);
  std::swap(text_, other.text_);
  return *this;
}

Transcript::~Transcript() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace yuxin::keymgmt
