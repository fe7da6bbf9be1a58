#include "published_lists.hpp"

#include <map>
#include <optional>
#include <unordered_set>

#include "yuxin/base/file.hpp"
#include "yuxin/ca/newer_lists.hpp"
#include "yuxin/x509/crl.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::cli {

using base::Code;
using base::message;
using base::Result;

namespace {

constexpr std::size_t kLargestList = std::size_t{1} << 30U;

using Serials = std::unordered_set<std::string>;

// Told is what the newest list of an authority of this home says.
struct Told {
  std::string authority;
  store::CrlRow row;
  Serials serials;
};

std::string as_key(base::ByteView serial) { return std::string(base::as_text(serial)); }

// told_by reads a list that was signed here; nothing for one from elsewhere, which follows no changes of this home.
Result<std::optional<Told>> told_by(const std::string& home, const std::string& authority, const store::CrlRow& row) {
  if (row.status_sequence == 0) return std::optional<Told>();
  const auto octets = base::read_file(home + "/" + row.file, kLargestList);
  if (!octets || !base::equal(x509::sha256(*octets), row.sha256)) return std::optional<Told>();  // said elsewhere
  TRY(const auto list, x509::Crl::from_der(*octets));
  Told told{authority, row, {}};
  TRY(list.for_each_view([&](const x509::RevokedEntryView& entry) {
    told.serials.insert(as_key(entry.serial));
    return x509::Crl::Visit::kGoOn;
  }));
  return std::optional(std::move(told));
}

// A list that was made while the database lied lacks what was revoked before it, and nothing else tells.
Result<> check_completeness(store::Store& store, const std::map<std::int64_t, Told>& newest,
                            std::vector<std::string>& problems) {
  TRY(store.status().changes(0, [&](const store::StatusChange& change) {
    const auto told = newest.find(change.authority);
    if (told == newest.end() || change.status.state == store::CertificateState::kGood) return;
    const auto& row = told->second.row;
    if (change.sequence > row.status_sequence || change.not_after < row.this_update) return;
    if (told->second.serials.contains(as_key(change.serial))) return;
    problems.push_back(
        message("Revocation list {} of {}, the newest, does not name {}, which was not good any more when "
                "it was made.",
                row.number, told->second.authority, base::hex_upper(change.serial)));
  }));
  return {};
}

// The newest rows of one authority, the newest first.
Result<std::vector<store::CrlRow>> newest_two(store::Store& store, std::int64_t authority) {
  std::vector<store::CrlRow> rows;
  TRY(store.read([&](store::Reader& reader) {
    rows.clear();
    return reader.for_each_crl(authority, [&](const store::CrlRow& row) -> Result<> {
      rows.insert(rows.begin(), row);
      if (rows.size() > 2) rows.pop_back();
      return {};
    });
  }));
  return rows;
}

enum class State { kGood, kMissing, kOther };

Result<State> state_of(const std::string& home, const store::CrlRow& row) {
  const auto octets = base::read_file(home + "/" + row.file, kLargestList);
  if (!octets && octets.error().code == Code::kNotFound) return State::kMissing;
  if (!octets) return tl::unexpected(octets.error());
  return base::equal(x509::sha256(*octets), row.sha256) ? State::kGood : State::kOther;
}

}  // namespace

Result<std::size_t> check_published_lists(store::Store& store, const std::string& home,
                                          std::vector<std::string>& problems) {
  std::size_t read = 0;
  std::vector<store::AuthorityRow> authorities;
  TRY(store.read([&](store::Reader& reader) -> Result<> {
    TRY(authorities, reader.authorities());
    return {};
  }));
  std::map<std::int64_t, Told> newest;
  for (const auto& authority : authorities) {
    TRY(const auto rows, newest_two(store, authority.id));
    if (!rows.empty()) {
      TRY(auto told, told_by(home, authority.name, rows.front()));
      if (told) newest.emplace(authority.id, std::move(*told));
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      TRY(const auto state, state_of(home, rows[i]));
      if (state == State::kGood) ++read;
      if (state == State::kGood || (state == State::kMissing && i > 0)) continue;
      // Two newer ones may have been published since: then the file was tidied away.
      TRY(const auto later, newest_two(store, authority.id));
      if (!later.empty() && later.front().number > rows[i].number + 1) continue;
      problems.push_back(
          state == State::kMissing
              ? message("The file of revocation list {} of {}, {}, is missing.", rows[i].number, authority.name,
                        rows[i].file)
              : message("The file {} is not revocation list {} of {} as it was published: it was changed.",
                        rows[i].file, rows[i].number, authority.name));
    }
  }
  TRY(check_completeness(store, newest, problems));
  TRY(const auto older, ca::find_roll_backs(store, home));
  for (const auto& found : older) problems.push_back(ca::roll_back_text(found));
  return read;
}

}  // namespace yuxin::cli
