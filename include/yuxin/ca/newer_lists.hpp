// Lists that lie in a home and are newer than any that its database knows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/ca/enrolment.hpp"
#include "yuxin/store/store.hpp"
#include "yuxin/x509/crl.hpp"

namespace yuxin::ca {

// ListNews is what a list says and the database does not: that certificates are revoked, on hold, leaked, or that
// they were so earlier.
struct ListNews {
  std::vector<std::string> serials;  // upper-case hex; the first of those of which the list says more
  std::size_t count = 0;             // of all of them
};
// serials_text names the first and counts the others.
[[nodiscard]] std::string serials_text(const ListNews& news);

// RollBack is a list that an authority signed, newer than any that the database knows, that says more of
// certificates: the database is an older copy of the one that the list was made from.
struct RollBack {
  std::string authority;
  std::string file;  // in the home
  std::string home;
  std::int64_t number = 0;
  ListNews news;
};

// NewerLists is what lies beside the lists that the database knows. A process that was killed between writing a list
// and recording it leaves one that says nothing but what the database says: that is no roll-back, and its number is
// used up (RFC 5280 section 5.2.3: numbers only grow).
struct NewerLists {
  std::int64_t highest = 0;             // number of the highest; 0: there is none
  std::vector<std::string> unrecorded;  // files in the home: without a roll-back, what a killed process left
  std::optional<RollBack> roll_back;    // by the highest, which has the last word
};

// find_newer_lists looks at the files of one authority. Where its key is elsewhere nobody here knows its
// certificates: all its newer lists are unrecorded, and taking them in once more puts right whatever it was. A server
// that publishes meanwhile does no harm. Errors: those of reading the files (but not that one is gone or is none of
// the authority's lists) and the database.
[[nodiscard]] base::Result<NewerLists> find_newer_lists(store::Store& store, const std::string& home,
                                                        const store::AuthorityRow& authority);
// find_roll_backs looks at every authority.
[[nodiscard]] base::Result<std::vector<RollBack>> find_roll_backs(store::Store& store, const std::string& home);
// roll_back_text is the finding in one sentence, roll_back_remedy what to do about it.
[[nodiscard]] std::string roll_back_text(const RollBack& found);
[[nodiscard]] std::string roll_back_remedy(const RollBack& found);

// news_in looks at a list of the authority's own.
[[nodiscard]] base::Result<ListNews> news_in(store::Reader& reader, const store::AuthorityRow& authority,
                                             const x509::Crl& list);
// take_in makes the database say what a newer list of the authority's own says and it does not: revoked, on hold,
// leaked, since when. A certificate that it does not know is entered as revoked, without the certificate itself, so
// that lists go on naming it; nobody can release it. In the caller's transaction; each entry has its record in the
// ledger.
[[nodiscard]] base::Result<> take_in(store::Writer& writer, const store::AuthorityRow& authority,
                                     const x509::Crl& list, base::UnixTime now, const Authorisation& authorisation);

// next_crl_number is the number that publish_crl (crl_publication.hpp) would take; kIntegrity where it would refuse.
[[nodiscard]] base::Result<std::int64_t> next_crl_number(store::Store& store, const std::string& home,
                                                         const store::AuthorityRow& authority);

// ListFile is a file of the folder of lists by the authority and the number in its name, whatever it holds.
struct ListFile {
  std::int64_t number = 0;
  std::string file;  // in the home
};
// list_files gives those of an authority by their numbers.
[[nodiscard]] base::Result<std::vector<ListFile>> list_files(const std::string& home, std::string_view authority);
// list_file_name is where a list of an authority lies in a home.
[[nodiscard]] std::string list_file_name(std::string_view authority, std::int64_t number);

}  // namespace yuxin::ca
