// Signing, importing and keeping revocation lists.
#include "yuxin/ca/crl_publication.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "yuxin/base/file.hpp"
#include "yuxin/base/folder.hpp"
#include "yuxin/ca/newer_lists.hpp"
#include "yuxin/evidence/clock_floor.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::ca {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr const char* kFolder = "published/crl";

// One process at a time numbers and writes the lists of a home.
class PublicationLock {
 public:
  [[nodiscard]] static Result<PublicationLock> take(const std::string& home) {
    const std::string path = home + "/" + kFolder + "/.lock";
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || ::flock(file, LOCK_EX) != 0) {
      const int number = errno;
      if (file >= 0) ::close(file);
      return base::folder_failure(number, home + "/" + kFolder);
    }
    return PublicationLock(file);
  }
  PublicationLock(PublicationLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  PublicationLock& operator=(PublicationLock&&) = delete;
  ~PublicationLock() {
    if (file_ >= 0) ::close(file_);
  }

 private:
  explicit PublicationLock(int file) : file_(file) {}
  int file_;
};

// A file that is written piece by piece and becomes visible only by `keep`.
class NewFile {
 public:
  [[nodiscard]] static Result<NewFile> create(std::string path) {
    const std::string temporary = path + ".new";
    const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) return unwritten(temporary);
    return NewFile(std::move(path), file);
  }
  NewFile(NewFile&& other) noexcept : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)) {}
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile() {
    if (file_ < 0) return;
    ::close(file_);
    ::unlink((path_ + ".new").c_str());
  }

  [[nodiscard]] Result<> write(base::ByteView data) {
    while (!data.empty()) {
      const auto written = ::write(file_, data.data(), data.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return unwritten(path_);
      data = data.subspan(static_cast<std::size_t>(written));
    }
    return {};
  }
  [[nodiscard]] Result<> keep() {
    if (::fsync(file_) != 0 || ::rename((path_ + ".new").c_str(), path_.c_str()) != 0) return unwritten(path_);
    ::close(std::exchange(file_, -1));
    const auto folder = std::filesystem::path(path_).parent_path();
    const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) {
      ::fsync(directory);
      ::close(directory);
    }
    return {};
  }

 private:
  NewFile(std::string path, int file) : path_(std::move(path)), file_(file) {}
  [[nodiscard]] static base::Failure unwritten(const std::string& path) {
    const int number = errno;
    if (number == EACCES || number == EPERM)
      return base::folder_failure(number, std::filesystem::path(path).parent_path().string());
    return base::fail_with(
        Code::kUnavailable, base::system_error(),
        "{} was not written, so the list published before stays in force. Free space on its disk, then try again.",
        path);
  }
  std::string path_;
  int file_;
};

Result<std::optional<store::CrlRow>> latest_list(store::Store& store, std::int64_t authority) {
  auto latest = store.status().latest_crl(authority);
  if (latest) return std::optional(std::move(*latest));
  if (latest.error().code == Code::kNotFound) return std::optional<store::CrlRow>();
  return tl::unexpected(std::move(latest).error());
}

Result<base::UnixTime> time_of_lists(store::Store& store, const base::Clock& clock) {
  base::UnixTime now;
  TRY(store.read([&](store::Reader& reader) -> Result<> {
    TRY(now, evidence::time_of_status(reader, clock));
    return {};
  }));
  return now;
}

// make_published records the list as the one to hand out; the one before stays on disk for readers that hold it.
Result<> make_published(store::Store& store, const store::AuthorityRow& authority, const store::CrlRow& row,
                        std::string_view kind, const base::Clock& clock, const Authorisation& authorisation,
                        const x509::Crl* taken_in = nullptr) {
  return store.write([&](store::Writer& writer) -> Result<> {
    if (taken_in != nullptr) TRY(take_in(writer, authority, *taken_in, clock.now(), authorisation));
    TRY(writer.insert_crl(row));
    TRY(evidence::append(
        writer, {.kind = std::string(kind),
                 .object = authority.name,
                 .actor = authorisation.actor,
                 .time = clock.now(),
                 .data = fmt::format(R"({{"crl":"{}","next_update":"{}","number":{}}})", base::hex(row.sha256),
                                     base::rfc3339(row.next_update), row.number),
                 .attachment = {}}));
    return {};
  });
}

// A file that was lost or changed may be brought again.
bool is_as_published(const std::string& home, const store::CrlRow& row) {
  const auto octets = base::read_file(home + "/" + row.file, std::size_t{1} << 30U);
  return octets && base::equal(x509::sha256(*octets), row.sha256);
}

// Readers have the newest list or the one before.
void forget_old_files(const std::string& home, const store::AuthorityRow& authority, std::int64_t before) {
  const auto files = list_files(home, authority.name);
  if (!files) return;
  for (const auto& old : *files) {
    if (old.number < before) ::unlink((home + "/" + old.file).c_str());
  }
}

// free_number never gives one that a list bears already, recorded or not (RFC 5280 section 5.2.3), nor one whose name
// some other file has.
std::int64_t free_number(const std::string& home, std::string_view authority, std::int64_t latest,
                         const NewerLists& newer) {
  auto number = std::max(latest, newer.highest) + 1;
  while (base::file_exists(home + "/" + list_file_name(authority, number))) ++number;
  return number;
}

Result<NewerLists> agreeing_lists(store::Store& store, const std::string& home,
                                  const store::AuthorityRow& authority) {
  TRY(auto newer, find_newer_lists(store, home, authority));
  if (!newer.roll_back) return newer;
  return fail(Code::kIntegrity, "No list of {} was published. {} To go on: {}", authority.name,
              roll_back_text(*newer.roll_back), roll_back_remedy(*newer.roll_back));
}

// write_entries gives the status sequence that the list tells, from the state of the store that it is made from.
Result<std::int64_t> write_entries(store::Store& store, const CrlOrder& order, const x509::CrlFields& fields,
                                   NewFile& file, x509::Sha256& digest) {
  std::int64_t sequence = 0;
  TRY(store.read([&](store::Reader& reader) -> Result<> {
    TRY(sequence, reader.status_sequence());
    const x509::EntrySource entries = [&](const std::function<Result<>(const x509::RevokedEntry&)>& sink) {
      // RFC 5280 section 3.3: an entry stays until one list after the certificate's expiry
      return reader.for_each_revoked(
          order.authority.id, fields.this_update - base::days(30),
          [&](base::ByteView serial, const store::CertificateStatus& status) -> Result<> {
            auto number = x509::Serial::from_der_content(serial);
            if (!number) return fail(Code::kIntegrity, "A stored serial number is malformed.");
            return sink({*number, status.revoked_at, static_cast<x509::RevocationReason>(status.reason),
                         status.invalidity_date});
          });
    };
    return x509::write_crl(fields, entries, *order.signer, [&](base::ByteView piece) {
      digest.update(piece);
      return file.write(piece);
    });
  }));
  return sequence;
}

Result<store::CrlRow> publish_locked(store::Store& store, const CrlOrder& order, const base::Clock& clock,
                                     const Authorisation& authorisation) {
  TRY(const auto newer, agreeing_lists(store, order.home, order.authority));
  TRY(const auto latest, latest_list(store, order.authority.id));
  TRY(const auto now, time_of_lists(store, clock));
  const auto before = latest ? latest->number : 0;
  auto key_identifier = order.certificate.subject_key_identifier();
  if (key_identifier.empty()) key_identifier = order.signer->public_key().identifier();
  const x509::CrlFields fields{.issuer = order.certificate.tbs().subject,
                               .this_update = now,
                               .next_update = base::add(now, order.valid_for),
                               .number = free_number(order.home, order.authority.name, before, newer),
                               .authority_key_identifier = key_identifier,
                               .delta_base = std::nullopt,
                               .extensions = {}};
  store::CrlRow row{order.authority.id,
                    fields.number,
                    fields.this_update,
                    fields.next_update,
                    list_file_name(order.authority.name, fields.number),
                    {},
                    0};
  const std::string path = order.home + "/" + row.file;
  TRY(auto file, NewFile::create(path));
  x509::Sha256 digest;
  TRY(row.status_sequence, write_entries(store, order, fields, file, digest));
  TRY(file.keep());
  row.sha256 = base::to_bytes(digest.finish());
  // the new list tells all that those do; now, so that they do not pile up while the database refuses
  for (const auto& left : newer.unrecorded) ::unlink((order.home + "/" + left).c_str());
  TRY(make_published(store, order.authority, row, "crl.published", clock, authorisation));
  forget_old_files(order.home, order.authority, before);
  return row;
}

}  // namespace

Result<store::CrlRow> publish_crl(store::Store& store, const CrlOrder& order, const base::Clock& clock,
                                  const Authorisation& authorisation) {
  TRY(auto lock, PublicationLock::take(order.home));
  return publish_locked(store, order, clock, authorisation);
}

Result<std::int64_t> next_crl_number(store::Store& store, const std::string& home,
                                     const store::AuthorityRow& authority) {
  TRY(const auto newer, agreeing_lists(store, home, authority));
  TRY(const auto latest, latest_list(store, authority.id));
  return free_number(home, authority.name, latest ? latest->number : 0, newer);
}

Result<std::optional<store::CrlRow>> publish_changes(store::Store& store, const CrlOrder& order,
                                                     const base::Clock& clock, const Authorisation& authorisation) {
  // asked again under the lock, because whoever made the change may be about to publish it
  TRY(auto lock, PublicationLock::take(order.home));
  TRY(auto lacks, lacks_changes(store, order.authority.id));
  if (!lacks) return std::optional<store::CrlRow>();
  TRY(auto row, publish_locked(store, order, clock, authorisation));
  return std::optional(std::move(row));
}

Result<bool> lacks_changes(store::Store& store, std::int64_t authority) {
  bool lacks = false;
  TRY(store.read([&](store::Reader& reader) -> Result<> {
    TRY(lacks, reader.lacks_changes(authority));
    return {};
  }));
  return lacks;
}

namespace {

// What is published is the list: of every certificate of the authority, for every reason, as whoever fetches it from
// the address in a certificate takes it (RFC 5280 sections 5.2 and 6.3.3).
Result<> check_scope(const store::AuthorityRow& authority, const x509::Crl& crl) {
  const auto& extensions = crl.extensions();
  for (auto at = extensions.begin(); at != extensions.end(); ++at) {
    if (x509::find_extension(extensions, at->oid) != &*at)
      return fail(Code::kRefused, "The list has the extension {} twice.", x509::oid_name(at->oid));
    const bool is_scope = base::equal(at->oid, x509::oid::kIssuingDistributionPoint);
    if (at->critical && !is_scope)
      return fail(Code::kRefused, "The list has the critical extension {}, which relying parties need not know.",
                  x509::oid_name(at->oid));
    if (!is_scope) continue;
    const auto scope = x509::read_issuing_distribution_point(at->value);
    if (!scope || scope->has_relative_name || scope->only_user_certificates || scope->only_ca_certificates ||
        scope->only_some_reasons || scope->indirect_crl || scope->only_attribute_certificates)
      return fail(Code::kRefused,
                  "The list is not for all certificates of {} and all reasons: its issuingDistributionPoint says so.",
                  authority.name);
  }
  return {};
}

// row_of_import is what would be published of a list that was signed elsewhere, after every refusal that needs no
// lock.
Result<store::CrlRow> row_of_import(store::Store& store, const store::AuthorityRow& authority,
                                    const x509::Certificate& certificate, const x509::Crl& crl,
                                    const base::Clock& clock) {
  if (!crl.issuer().same(certificate.subject())) {
    return fail(Code::kRefused, "The list is by {}, not by authority {} ({}).", crl.issuer().text(), authority.name,
                certificate.subject().text());
  }
  if (x509::find_extension(crl.extensions(), x509::oid::kDeltaCrlIndicator) != nullptr) {
    return fail(Code::kRefused, "This is a delta list; a full one is needed.");
  }
  TRY(check_scope(authority, crl));
  TRY(auto key, certificate.public_key());
  TRY(crl.verify_signature(key));
  const auto next_update = crl.next_update();
  if (!next_update)
    return fail(Code::kRefused, "The list does not say when the next one comes (RFC 5280 section 5.1.2.5).");
  // an own list is taken in for what it says, and the next one is made here
  if (*next_update <= clock.now() && authority.key_name.empty()) {
    return fail(Code::kRefused, "The list expired at {}. Make a new one where the key of {} is.",
                base::rfc3339(*next_update), authority.name);
  }
  TRY(const auto now, time_of_lists(store, clock));
  if (crl.this_update() > now + base::minutes(5)) {
    return fail(Code::kRefused, "The list is from the future ({}). Check the clocks of both machines.",
                base::rfc3339(crl.this_update()));
  }
  const auto number = x509::der::parse_small_integer(crl.number());
  if (!number || *number < 0) return fail(Code::kRefused, "The list has no usable number (RFC 5280 section 5.2.3).");
  return store::CrlRow{authority.id,
                       *number,
                       crl.this_update(),
                       *next_update,
                       list_file_name(authority.name, *number),
                       x509::digest(x509::DigestAlgorithm::kSha256, crl.der()),
                       0};
}

// needs_its_file says whether a list that is published lost its file; kConflict for one that is not newer.
Result<bool> needs_its_file(const std::optional<store::CrlRow>& latest, const store::CrlRow& row,
                            const store::AuthorityRow& authority, const std::string& home) {
  if (latest && latest->number == row.number && base::equal(latest->sha256, row.sha256) &&
      !is_as_published(home, *latest))
    return true;
  const auto previous = latest ? latest->number : 0;
  if (row.number > previous) return false;
  return fail(Code::kConflict, "List {} of {} is not newer than list {}, which is published. Nothing was changed.",
              row.number, authority.name, previous);
}

// What an own list says may have ended by the next one.
Result<> check_last_word(store::Store& store, const std::string& home, const store::CrlRow& row,
                         const store::AuthorityRow& authority) {
  TRY(const auto newer, find_newer_lists(store, home, authority));
  if (authority.key_name.empty() || newer.highest <= row.number) return {};
  return fail(Code::kConflict,
              "List {} of {} is not the newest: {}/{} is here, and has the last word. Nothing was changed. Take that "
              "in.",
              row.number, authority.name, home, list_file_name(authority.name, newer.highest));
}

// Two lists of one number are two that somebody takes for the same: the first that is here stays.
Result<> check_same_or_none(const std::string& home, const store::CrlRow& row, const store::AuthorityRow& authority,
                            const x509::Certificate& certificate) {
  const auto octets = base::read_file(home + "/" + row.file, std::size_t{1} << 30U);
  if (!octets || base::equal(x509::sha256(*octets), row.sha256)) return {};
  const auto other = x509::Crl::from_der(*octets);
  if (!other || !other->issuer().same(certificate.subject())) return {};
  if (x509::der::parse_small_integer(other->number()) != row.number) return {};  // another list under a wrong name
  TRY(const auto key, certificate.public_key());
  if (!other->verify_signature(key)) return {};
  return fail(
      Code::kIntegrity,
      "{} lies here already, is signed by {} too and is another list of the same number. Nothing was changed. "
      "Find out which of the two is right where the key of {} is.",
      row.file, authority.name, authority.name);
}

}  // namespace

Result<> may_import_crl(store::Store& store, const store::AuthorityRow& authority,
                        const x509::Certificate& certificate, const x509::Crl& crl, const std::string& home,
                        const base::Clock& clock) {
  TRY(const auto row, row_of_import(store, authority, certificate, crl, clock));
  TRY(const auto latest, latest_list(store, authority.id));
  TRY(const bool again, needs_its_file(latest, row, authority, home));
  TRY(check_last_word(store, home, row, authority));
  return again ? Result<>() : check_same_or_none(home, row, authority, certificate);
}

Result<store::CrlRow> import_crl(store::Store& store, const store::AuthorityRow& authority,
                                 const x509::Certificate& certificate, const x509::Crl& crl, const std::string& home,
                                 const base::Clock& clock, const Authorisation& authorisation) {
  TRY(auto row, row_of_import(store, authority, certificate, crl, clock));
  TRY(auto lock, PublicationLock::take(home));
  TRY(auto latest, latest_list(store, authority.id));
  TRY(const bool again, needs_its_file(latest, row, authority, home));
  TRY(check_last_word(store, home, row, authority));
  if (!again) TRY(check_same_or_none(home, row, authority, certificate));
  TRY(base::write_file(home + "/" + row.file, crl.der(), base::Existing::kReplace, base::Permissions::kPublic));
  if (again) return std::move(*latest);
  const bool is_own = !authority.key_name.empty();
  TRY(make_published(store, authority, row, "crl.imported", clock, authorisation, is_own ? &crl : nullptr));
  return row;
}

}  // namespace yuxin::ca
