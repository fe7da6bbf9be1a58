// Intents and the processes that carry them out.
#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <map>

#include "records.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/ca/issuer.hpp"
#include "yuxin/evidence/clock_floor.hpp"
#include "yuxin/evidence/ledger.hpp"

namespace yuxin::ca {

using base::Code;
using base::Result;

namespace {

constexpr const char* kResolvedThrough = "intents.resolved_through";
constexpr std::int64_t kOwnerMask = 0x3fff'ffff'ffff'ffff;

struct flock lock_of(std::int64_t owner, short type) {
  struct flock lock{};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = owner;
  lock.l_len = 1;
  return lock;
}

std::int64_t to_integer(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// An intent for which no outcome was seen yet.
struct OpenIntent {
  std::string object;
  std::string actor;
  std::string profile;
  std::int64_t owner = 0;
  base::Bytes tbs;
};

// collect_open walks the ledger from `from` and keeps the intents that have no outcome.
Result<std::map<std::int64_t, OpenIntent>> collect_open(store::Reader& reader, std::int64_t from, std::int64_t to) {
  std::map<std::int64_t, OpenIntent> open;
  TRY(evidence::for_each(reader, from, to, [&](const evidence::StoredRecord& record) -> Result<> {
    if (record.text.find("\"kind\":\"certificate.") == std::string::npos) return {};
    TRY(auto json, base::parse_json(record.text));
    const auto& object = json.as_object();
    const auto kind = base::json_string(object, "kind");
    const auto& data = object.at("data").as_object();
    if (kind == "certificate.intent") {
      open[record.sequence] = {base::json_string(object, "object"), base::json_string(object, "actor"),
                               base::json_string(data, "profile"), to_integer(base::json_string(data, "owner")),
                               record.attachment};
    } else if (kind == "certificate.issued" || kind == "certificate.void") {
      open.erase(base::json_int(data, "intent", -1));
    }
    return {};
  }));
  return open;
}

Result<> void_intent(store::Writer& writer, std::int64_t sequence, const OpenIntent& intent, base::UnixTime now) {
  const auto tbs = x509::parse_tbs_certificate(intent.tbs);
  const auto slash = intent.object.find('/');
  if (!tbs || slash == std::string::npos) {
    return base::fail(Code::kIntegrity, "Ledger record {} is an intent that cannot be read.", sequence);
  }
  const auto serial = x509::Serial::from_der_content(tbs->serial);
  if (!serial)
    return base::fail(Code::kIntegrity, "Ledger record {} is an intent without a serial number.", sequence);
  TRY(auto authority, writer.authority(intent.object.substr(0, slash)));
  TRY(auto subject, x509::Name::from_der(tbs->subject));
  const std::string subject_text = subject.text();
  const IssuanceFacts facts{.authority = authority.id,
                            .authority_name = authority.name,
                            .owner = intent.owner,
                            .serial = *serial,
                            .profile = intent.profile,
                            .subject = subject_text,
                            .alt_names = {},
                            .not_before = tbs->not_before,
                            .not_after = tbs->not_after,
                            .actor = intent.actor,
                            .tbs = intent.tbs,
                            .spki = {}};
  return record_void(writer, facts, sequence, "interrupted", now);
}

}  // namespace

Result<std::shared_ptr<IntentOwner>> IntentOwner::enter(const std::string& lock_file) {
  const int file = ::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    const bool denied = errno == EACCES || errno == EROFS || errno == EPERM;
    return base::fail_with(denied ? Code::kNotAuthorised : Code::kUnavailable, base::system_error(),
                           "The lock file {} cannot be opened for writing.", lock_file);
  }
  for (int attempt = 0; attempt < 8; ++attempt) {
    std::int64_t id = 0;
    base::random_bytes({reinterpret_cast<std::uint8_t*>(&id), sizeof id});
    id &= kOwnerMask;
    auto lock = lock_of(id, F_WRLCK);
    if (::fcntl(file, F_OFD_SETLK, &lock) == 0) return std::shared_ptr<IntentOwner>(new IntentOwner(file, id));
  }
  auto error = base::system_error();
  ::close(file);
  return base::fail_with(Code::kUnavailable, std::move(error), "The lock file {} cannot be locked.", lock_file);
}

IntentOwner::~IntentOwner() { ::close(file_); }

bool IntentOwner::is_alive(std::int64_t owner) const {
  if (owner == id_) return true;
  auto lock = lock_of(owner, F_WRLCK);
  // when in doubt the owner lives: an intent left alone does no harm, one ended too early would
  return ::fcntl(file_, F_OFD_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}

Result<std::int64_t> resolve_intents(store::Store& store, const IntentOwner& owner, const base::Clock& clock) {
  std::int64_t ended = 0;
  std::int64_t from = 0;
  std::int64_t size = 0;
  TRY(store.read([&](store::Reader& reader) -> Result<> {
    TRY(auto text, reader.setting(kResolvedThrough));
    from = to_integer(text);
    TRY(size, evidence::size(reader));
    return {};
  }));
  if (from == size) return 0;
  TRY(store.write([&](store::Writer& writer) -> Result<> {
    ended = 0;
    TRY(auto text, writer.setting(kResolvedThrough));
    from = to_integer(text);
    TRY(size, evidence::size(writer));
    TRY(auto open, collect_open(writer, from, size));
    std::int64_t resolved_through = size;
    for (const auto& [sequence, intent] : open) {
      if (owner.is_alive(intent.owner)) {
        resolved_through = std::min(resolved_through, sequence);
        continue;
      }
      TRY(const auto now, evidence::time_of_status(writer, clock));
      TRY(void_intent(writer, sequence, intent, now));
      ++ended;
    }
    return writer.set_setting(kResolvedThrough, std::to_string(resolved_through));
  }));
  return ended;
}

}  // namespace yuxin::ca
