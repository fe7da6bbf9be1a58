// Telling a database that was rolled back by the lists that were signed after it.
#include "yuxin/ca/newer_lists.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <functional>
#include <map>

#include "records.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/folder.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/base/shell_word.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ca/revocation.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/crl.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::ca {

using base::Code;
using base::message;
using base::Result;

namespace {

constexpr const char* kFolder = "published/crl";
constexpr std::size_t kLargestList = std::size_t{1} << 30U;
constexpr std::size_t kNamed = 8;  // serials in a sentence

struct SignedList {
  ListFile place;
  std::int64_t number = 0;
  x509::Crl list;
};

// number_of reads "NAME-N.crl".
std::optional<std::int64_t> number_of(std::string_view file, std::string_view authority) {
  if (!file.starts_with(authority) || !file.ends_with(".crl")) return std::nullopt;
  file.remove_prefix(authority.size());
  file.remove_suffix(4);
  if (!file.starts_with('-')) return std::nullopt;
  file.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(file.data(), file.data() + file.size(), number);
  if (error != std::errc{} || end != file.data() + file.size() || number < 0) return std::nullopt;
  return number;
}

// signed_list gives the list of a file where it is one that the authority signed.
Result<std::optional<SignedList>> signed_list(const std::string& home, const ListFile& place,
                                              const x509::Certificate& certificate) {
  auto octets = base::read_file(home + "/" + place.file, kLargestList);
  if (!octets && octets.error().code == Code::kNotFound) return std::optional<SignedList>();  // tidied away
  if (!octets) return tl::unexpected(std::move(octets).error());
  auto list = x509::Crl::from_der(*octets);
  if (!list || !list->issuer().same(certificate.subject())) return std::optional<SignedList>();
  TRY(const auto key, certificate.public_key());
  if (!list->verify_signature(key)) return std::optional<SignedList>();
  const auto number = x509::der::parse_small_integer(list->number());
  if (!number) return std::optional<SignedList>();
  return std::optional(SignedList{place, *number, std::move(*list)});
}

Result<std::int64_t> latest_number(store::Reader& reader, std::int64_t authority) {
  const auto latest = reader.latest_crl(authority);
  if (latest) return latest->number;
  if (latest.error().code == Code::kNotFound) return 0;
  return tl::unexpected(latest.error());
}

// Released says when certificates were last released from hold, by the ledger; read only where it is asked.
class Released {
 public:
  explicit Released(store::Reader& reader) : reader_(reader) {}
  Result<bool> since(const std::string& object, base::UnixTime time) {
    if (!read_) TRY(read());
    const auto found = times_.find(object);
    return found != times_.end() && found->second >= time;
  }

 private:
  Result<> read() {
    TRY(const auto size, evidence::size(reader_));
    TRY(evidence::for_each(reader_, 0, size, [&](const evidence::StoredRecord& stored) -> Result<> {
      if (stored.text.find("certificate.released") == std::string::npos) return {};
      TRY(const auto record, base::parse_json(stored.text));
      const auto* object = record.if_object();
      if (object == nullptr || base::json_string(*object, "kind") != "certificate.released") return {};
      const auto time = base::parse_rfc3339(base::json_string(*object, "time"));
      if (time) times_[std::string(base::json_string(*object, "object"))] = *time;
      return {};
    }));
    read_ = true;
    return {};
  }
  store::Reader& reader_;
  bool read_ = false;
  std::map<std::string, base::UnixTime> times_;
};

// Said is an entry of a list and what the database says of its certificate; nothing where it does not know it.
struct Said {
  StatusOrder entry;
  base::UnixTime revoked_at;
  std::optional<store::CertificateRow> row;
};

// is_known: the database says of a certificate what an entry says, or more: revoked for good where the entry is, and
// that its key leaked, as early as there. What was issued while the copy was made is void here, and revoked so.
bool is_known(const store::CertificateStatus& status, const Said& said) {
  switch (status.state) {
    case store::CertificateState::kGood:
      return false;
    case store::CertificateState::kOnHold:
      return said.entry.reason == x509::RevocationReason::kCertificateHold && status.revoked_at <= said.revoked_at;
    case store::CertificateState::kRevoked:
      return !learns_more(status, said.entry) && status.revoked_at <= said.revoked_at;
    case store::CertificateState::kVoid:
      break;
  }
  return true;
}

// more_in gives what an entry says and the database does not.
Result<std::optional<Said>> more_in(const x509::RevokedEntryView& entry, store::Reader& reader, Released& released,
                                    const store::AuthorityRow& authority) {
  const auto serial = x509::Serial::from_der_content(entry.serial);
  if (!serial) return fail(Code::kMalformed, "A serial number in the list is malformed.");
  Said said{{authority.id, authority.name, *serial, entry.reason, entry.invalidity_date}, entry.revoked_at, {}};
  auto row = reader.find(authority.id, entry.serial, store::Reader::With::kRowOnly);
  if (!row && row.error().code != Code::kNotFound) return tl::unexpected(row.error());
  if (!row) return std::optional(std::move(said));
  if (is_known(row->status, said)) return std::optional<Said>();
  if (entry.reason == x509::RevocationReason::kCertificateHold) {
    TRY(const bool ended, released.since(object_name(authority.name, *serial), entry.revoked_at));
    if (ended) return std::optional<Said>();
  }
  said.row = std::move(*row);
  return std::optional(std::move(said));
}

// for_each_more calls for every entry that says more than the database.
Result<> for_each_more(store::Reader& reader, Released& released, const store::AuthorityRow& authority,
                       const x509::Crl& list,
                       const std::function<void(const x509::RevokedEntryView&, const Said&)>& call) {
  Result<> looked;
  TRY(list.for_each_view([&](const x509::RevokedEntryView& entry) {
    const auto more = more_in(entry, reader, released, authority);
    if (!more) {
      looked = tl::unexpected(more.error());
    } else if (*more) {
      call(entry, **more);
    }
    return looked ? x509::Crl::Visit::kGoOn : x509::Crl::Visit::kStop;
  }));
  return looked;
}

Result<std::optional<RollBack>> judge(store::Reader& reader, const std::string& home,
                                      const store::AuthorityRow& authority, const SignedList& newer) {
  TRY(auto news, news_in(reader, authority, newer.list));
  if (news.count == 0) return std::optional<RollBack>();
  return std::optional(RollBack{authority.name, newer.place.file, home, newer.number, std::move(news)});
}

// status_of is what the database is to say after an entry was taken in.
store::CertificateStatus status_of(const Said& said) {
  const bool is_hold = said.entry.reason == x509::RevocationReason::kCertificateHold;
  store::CertificateStatus status;
  status.state = is_hold ? store::CertificateState::kOnHold : store::CertificateState::kRevoked;
  status.reason = static_cast<int>(said.entry.reason);
  status.revoked_at = said.revoked_at;
  status.invalidity_date = said.entry.invalidity_date;
  if (!said.row && is_hold) {  // what is not here cannot be released either
    status.state = store::CertificateState::kRevoked;
    status.reason = static_cast<int>(x509::RevocationReason::kUnspecified);
  }
  // what is on hold here and was revoked later than that had been released in between: the date of the list counts
  if (!said.row || said.row->status.state != store::CertificateState::kRevoked) return status;
  const auto& before = said.row->status;
  status.state = before.state;
  if (!learns_more(before, said.entry)) status.reason = before.reason;
  status.revoked_at = std::min(status.revoked_at, before.revoked_at);
  if (before.invalidity_date)
    status.invalidity_date =
        std::min(*before.invalidity_date, status.invalidity_date.value_or(*before.invalidity_date));
  return status;
}

// Whoever takes in what a list says.
struct TakingIn {
  const store::AuthorityRow& authority;
  std::string list;            // its digest, in hex
  base::UnixTime stays_until;  // lists name what is not known here as long as it may be used
  base::UnixTime now;
  const std::string& actor;
};

// It is entered and revoked in one transaction, so that nobody ever sees it good.
Result<std::int64_t> enter(store::Writer& writer, const TakingIn& taking, const Said& said) {
  store::CertificateRow row;
  row.authority = taking.authority.id;
  row.serial = base::to_bytes(said.entry.serial.content());
  row.not_before = row.issued_at = taking.now;
  row.not_after = taking.stays_until;
  row.key_tag = 0;
  TRY(const auto id, writer.insert_certificate(row));
  TRY(record_entered(writer, object_name(taking.authority.name, said.entry.serial),
                     {.list = taking.list, .stays_until = row.not_after}, taking.actor, taking.now));
  return id;
}

Result<> take_in_one(store::Writer& writer, const TakingIn& taking, const Said& said) {
  const auto status = status_of(said);
  std::int64_t id = 0;
  if (said.row) {
    id = said.row->id;
  } else {
    TRY(id, enter(writer, taking, said));
  }
  TRY(writer.change_status(id, status));
  const auto action = status.state == store::CertificateState::kOnHold ? StatusAction::kHold : StatusAction::kRevoke;
  TRY(record_status(writer, object_name(taking.authority.name, said.entry.serial), action, status, taking.actor,
                    taking.now));
  return {};
}

}  // namespace

Result<ListNews> news_in(store::Reader& reader, const store::AuthorityRow& authority, const x509::Crl& list) {
  ListNews news;
  Released released(reader);
  TRY(for_each_more(reader, released, authority, list, [&](const x509::RevokedEntryView&, const Said& said) {
    ++news.count;
    if (news.serials.size() < kNamed) news.serials.push_back(said.entry.serial.hex());
  }));
  return news;
}

std::string serials_text(const ListNews& news) {
  const auto named = base::join(news.serials, message(", "));
  const auto more = news.count - news.serials.size();
  return more == 0 ? named : message("{} and {} more", named, more);
}

std::string list_file_name(std::string_view authority, std::int64_t number) {
  return fmt::format("{}/{}-{}.crl", kFolder, authority, number);
}

Result<std::vector<ListFile>> list_files(const std::string& home, std::string_view authority) {
  std::vector<ListFile> files;
  const std::string folder = home + "/" + kFolder;
  std::error_code error;
  std::filesystem::directory_iterator at(folder, error);
  for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
    const auto name = at->path().filename().string();
    const auto number = number_of(name, authority);
    if (number) files.push_back({*number, std::string(kFolder) + "/" + name});
  }
  if (error == std::errc::no_such_file_or_directory) return files;
  if (error) return base::folder_failure(error.value(), folder);
  std::ranges::sort(files, {}, &ListFile::number);
  return files;
}

Result<NewerLists> find_newer_lists(store::Store& store, const std::string& home,
                                    const store::AuthorityRow& authority) {
  NewerLists newer;
  if (authority.certificate.empty()) return newer;
  const bool is_own = !authority.key_name.empty();
  std::int64_t latest = 0;
  const auto read_latest = [&](store::Reader& reader) -> Result<> {
    TRY(latest, latest_number(reader, authority.id));
    return {};
  };
  TRY(store.read(read_latest));
  // The files first: what a list that is there says was in the database before.
  TRY(const auto files, list_files(home, authority.name));
  std::vector<SignedList> lists;
  for (const auto& file : files) {
    std::error_code error;  // where it cannot be told, reading says why
    const bool is_file = std::filesystem::is_regular_file(home + "/" + file.file, error) || error;
    if (file.number <= latest || !is_file) continue;
    TRY(const auto certificate, x509::Certificate::from_der(authority.certificate));
    TRY(auto list, signed_list(home, file, certificate));
    if (list) lists.push_back(std::move(*list));
  }
  if (lists.empty()) return newer;
  TRY(store.read([&](store::Reader& reader) -> Result<> {
    newer = {};
    TRY(read_latest(reader));
    std::erase_if(lists, [&](const SignedList& list) { return list.number <= latest; });  // published since
    if (lists.empty()) return {};
    for (const auto& list : lists) newer.unrecorded.push_back(list.place.file);
    // the highest has the last word: what those below it say may have ended since
    const auto& last = *std::ranges::max_element(lists, {}, &SignedList::number);
    newer.highest = last.number;
    if (!is_own) return {};  // of the certificates of others nothing is known here
    TRY(newer.roll_back, judge(reader, home, authority, last));
    return {};
  }));
  return newer;
}

Result<std::vector<RollBack>> find_roll_backs(store::Store& store, const std::string& home) {
  std::vector<RollBack> all;
  TRY(const auto authorities, store.status().authorities());
  for (const auto& authority : authorities) {
    TRY(auto newer, find_newer_lists(store, home, authority));
    if (newer.roll_back) all.push_back(std::move(*newer.roll_back));
  }
  return all;
}

std::string roll_back_text(const RollBack& found) {
  return message(
      "The database is an older copy: {}, list {} of {} and signed by it, says more of {} than the database.",
      found.file, found.number, found.authority, serials_text(found.news));
}

std::string roll_back_remedy(const RollBack& found) {
  return message(
      "restore the newest backup of the home; where this is the newest, take in what the list says: "
      "yuxin --home {} ca import-crl {} {}",
      base::shell_word(found.home), found.authority, base::shell_word(found.home + "/" + found.file));
}

Result<> take_in(store::Writer& writer, const store::AuthorityRow& authority, const x509::Crl& list,
                 base::UnixTime now, const Authorisation& authorisation) {
  TRY(const auto certificate, x509::Certificate::from_der(authority.certificate));
  // collected first: what is written must not meet what is being read
  std::vector<x509::RevokedEntryView> entries;
  Released released(writer);
  TRY(for_each_more(writer, released, authority, list,
                    [&](const x509::RevokedEntryView& entry, const Said&) { entries.push_back(entry); }));
  const TakingIn taking{authority, base::hex(x509::sha256(list.der())), certificate.not_after(), now,
                        authorisation.actor};
  for (const auto& entry : entries) {
    // asked again, for a serial number that the list names twice
    TRY(const auto said, more_in(entry, writer, released, authority));
    if (said) TRY(take_in_one(writer, taking, *said));
  }
  return {};
}

}  // namespace yuxin::ca
