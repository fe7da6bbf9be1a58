#include "case_course_repository.hpp"

#include <algorithm>

namespace yuxin::ca::repository {

using base::Code;
using base::fail;
using base::Result;
using evidence::Hash;
using store::Next;
using store::Row;

Result<std::optional<Hash>> follower_of(store::Session& session, const Hash& act) {
  std::optional<Hash> follower;
  TRY(session.query("SELECT act FROM acts_followed WHERE previous = $1", {base::ByteView(act)},
                    [&](const Row& row) -> Result<Next> {
                      const auto octets = row.blob(0);
                      if (octets.size() != Hash{}.size())
                        return fail(Code::kIntegrity, "What is kept of the course of cases is damaged.");
                      std::ranges::copy(octets, follower.emplace().begin());
                      return Next::kStop;
                    }));
  return follower;
}

Result<> insert_follower(store::Session& session, const Hash& act, const Hash& follower, base::UnixTime now) {
  TRY(session.execute("INSERT INTO acts_followed (previous, act, seen_at) VALUES ($1, $2, $3)",
                      {base::ByteView(act), base::ByteView(follower), now.seconds}));
  return {};
}

}  // namespace yuxin::ca::repository
