// The table of accepted acts. Their octets are attachments in the ledger.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "yuxin/evidence/act.hpp"

namespace yuxin::evidence::repository {

[[nodiscard]] base::Result<bool> has_act(store::Session& session, const Hash& digest);
// insert_act gives the id; `id` and `der` of the act are not looked at.
[[nodiscard]] base::Result<std::int64_t> insert_act(store::Session& session, const StoredAct& act);
// acts_of gives them in the order of acceptance; kIntegrity for a row whose digest is damaged.
[[nodiscard]] base::Result<std::vector<StoredAct>> acts_of(store::Session& session, std::string_view object);
// nth_act_after gives the id of the act `count` after this one, or of the last; `after` where there is none.
[[nodiscard]] base::Result<std::int64_t> nth_act_after(store::Session& session, std::int64_t after,
                                                       std::int64_t count);
// following_acts: ids above `after`, up to and with `last`, that have another on the same object before them.
[[nodiscard]] base::Result<std::vector<StoredAct>> following_acts(store::Session& session, std::int64_t after,
                                                                  std::int64_t last);
// ActRow is a row as it lies there; for_each_act visits all of them.
struct ActRow {
  std::int64_t ledger_sequence = 0;
  std::string_view object;
  std::string_view type;
  base::ByteView digest;
};
[[nodiscard]] base::Result<> for_each_act(store::Session& session,
                                          const std::function<base::Result<>(const ActRow&)>& visitor);
[[nodiscard]] base::Result<std::optional<Hash>> last_act(store::Session& session, std::string_view object);

}  // namespace yuxin::evidence::repository
