// The tables of granted roles and of their lists. The SQL of granting is behind these functions.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "yuxin/evidence/authority.hpp"

namespace yuxin::evidence::grants {

using store::Session;

// Person is how a holder is looked up: SHA-256 of the DER subject and of the SubjectPublicKeyInfo.
struct Person {
  x509::Digest256 subject{};
  x509::Digest256 key{};
  friend bool operator==(const Person&, const Person&) = default;
};
[[nodiscard]] Person person_of(const x509::Certificate& certificate);

// insert gives the id. kConflict for a serial number that is there already.
[[nodiscard]] base::Result<std::int64_t> insert(Session& session, const GrantRow& row, const Person& holder);
// set_revoked: false when there is no such grant, or it is revoked already.
[[nodiscard]] base::Result<bool> set_revoked(Session& session, std::int64_t id, base::UnixTime at, int reason);
[[nodiscard]] base::Result<std::optional<GrantRow>> find(Session& session, base::ByteView serial);
// list looks at the role and the holder of the filter.
[[nodiscard]] base::Result<std::vector<GrantRow>> list(Session& session, const GrantFilter& filter);
// of_holder: the same subject and the same key, octet for octet. of_person: the one or the other, where subjects are
// compared as people read them (x509::equal_names), whatever they looked like when a grant was made.
[[nodiscard]] base::Result<std::vector<GrantRow>> of_holder(Session& session, const Person& holder);
[[nodiscard]] base::Result<std::vector<GrantRow>> of_person(Session& session, const x509::Certificate& person);
[[nodiscard]] base::Result<std::vector<GrantRow>> of_role(Session& session, std::string_view role);
// for_each visits every grant in the order of the ids, in constant memory; for_each_revoked those that are revoked
// and did not end before `still_valid_at`.
using Visitor = std::function<base::Result<>(const GrantRow&)>;
[[nodiscard]] base::Result<> for_each(Session& session, const Visitor& visitor);
[[nodiscard]] base::Result<> for_each_revoked(Session& session, base::UnixTime still_valid_at,
                                              const Visitor& visitor);

struct ListRow {
  std::int64_t number = 0;
  base::UnixTime this_update;
  base::UnixTime next_update;
  base::Bytes der;
};
[[nodiscard]] base::Result<> insert_list(Session& session, const ListRow& row);
[[nodiscard]] base::Result<std::optional<ListRow>> latest_list(Session& session);
[[nodiscard]] base::Result<> for_each_list(Session& session,
                                           const std::function<base::Result<>(const ListRow&)>& visitor);
// forget_lists removes those that were out of date before a time.
[[nodiscard]] base::Result<> forget_lists(Session& session, base::UnixTime before);

}  // namespace yuxin::evidence::grants
