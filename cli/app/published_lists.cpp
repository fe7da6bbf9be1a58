#include "published_lists.hpp"

#include "yuxin/base/file.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::cli {

using base::Code;
using base::message;
using base::Result;

namespace {

constexpr std::size_t kLargestList = std::size_t{1} << 30U;

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
  for (const auto& authority : authorities) {
    TRY(const auto rows, newest_two(store, authority.id));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      TRY(const auto state, state_of(home, rows[i]));
      if (state == State::kGood) ++read;
      if (state == State::kGood || (state == State::kMissing && i > 0)) continue;
      // Two newer ones may have been published since: then the file was tidied away.
      TRY(const auto now, newest_two(store, authority.id));
      if (!now.empty() && now.front().number > rows[i].number + 1) continue;
      problems.push_back(
          state == State::kMissing
              ? message("The file of revocation list {} of {}, {}, is missing.", rows[i].number, authority.name,
                        rows[i].file)
              : message("The file {} is not revocation list {} of {} as it was published: it was changed.",
                        rows[i].file, rows[i].number, authority.name));
    }
  }
  return read;
}

}  // namespace yuxin::cli
