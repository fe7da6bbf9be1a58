// What an act that came from another host is believed for.
#pragma once

#include <string_view>
#include <vector>

#include "yuxin/evidence/act.hpp"
#include "yuxin/ra/desk.hpp"

namespace yuxin::ra {

// The role of registration services.
inline constexpr std::string_view kServiceRole = "RA.SERVICE";
[[nodiscard]] bool is_by_service(const evidence::VerifiedAct& act);

// verified_act believes nothing that came with an act: kBadSignature for what was signed as a document; errors of
// act_error and of ca::refuse_withdrawn.
[[nodiscard]] base::Result<evidence::VerifiedAct> verified_act(const Desk& desk, base::ByteView der);
[[nodiscard]] base::Result<std::vector<evidence::VerifiedAct>> verified_acts(const Desk& desk,
                                                                             const std::vector<base::Bytes>& ders);

}  // namespace yuxin::ra
