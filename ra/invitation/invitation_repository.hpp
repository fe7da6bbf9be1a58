// The table of invitations.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/store/database.hpp"

namespace yuxin::ra::invitations {

// The row of codes that are none of ours: it is counted in, and never closed or answered.
inline constexpr std::int64_t kNobody = 0;

struct InvitationRow {
  std::int64_t id = kNobody;
  std::string case_id;
  std::string code_key;  // hexadecimal
  std::int64_t wrong = 0;
  std::optional<base::UnixTime> closed_at;
  base::Bytes request;  // empty until somebody has joined
  base::Bytes proof;
  base::UnixTime joined_at;
};
// insert: kConflict where the locator is there.
[[nodiscard]] base::Result<> insert(store::Session& session, std::string_view locator, std::string_view case_id,
                                    std::string_view code_key);
// find gives the row of kNobody where there is no such locator.
[[nodiscard]] base::Result<InvitationRow> find(store::Session& session, std::string_view locator);
[[nodiscard]] base::Result<std::optional<InvitationRow>> find_case(store::Session& session, std::string_view case_id);
// count_wrong gives how many there are with this one.
[[nodiscard]] base::Result<std::int64_t> count_wrong(store::Session& session, std::int64_t id);
[[nodiscard]] base::Result<> close(store::Session& session, std::int64_t id, base::UnixTime now);
// join: kConflict where somebody else was quicker, or it was closed meanwhile.
struct Joining {
  base::ByteView request;
  base::ByteView proof;
};
[[nodiscard]] base::Result<> join(store::Session& session, std::int64_t id, const Joining& joining,
                                  base::UnixTime now);

}  // namespace yuxin::ra::invitations
