// The table of acts that follow others.
#pragma once

#include <optional>

#include "yuxin/evidence/ledger.hpp"
#include "yuxin/store/database.hpp"

namespace yuxin::ca::repository {

// follower_of gives the act that follows this one; nothing where none is known.
[[nodiscard]] base::Result<std::optional<evidence::Hash>> follower_of(store::Session& session,
                                                                      const evidence::Hash& act);
[[nodiscard]] base::Result<> insert_follower(store::Session& session, const evidence::Hash& act,
                                             const evidence::Hash& follower, base::UnixTime now);

}  // namespace yuxin::ca::repository
