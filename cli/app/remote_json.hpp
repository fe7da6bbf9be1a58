// What a terminal sends to a registration authority, and the drafts that come back.
#pragma once

#include <optional>
#include <vector>

#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/ra/desk.hpp"
#include "yuxin/ra/invitation.hpp"

namespace yuxin::cli {

[[nodiscard]] base::JsonObject wish_json(const ra::CertificateWish& wish);
[[nodiscard]] base::JsonObject invitation_json(const ca::Invitation& invitation);
// read_answered reads what was brought with the code of an invitation; kMalformed.
[[nodiscard]] base::Result<std::optional<ra::Answered>> read_answered(const base::JsonObject& json);
// read_act reads a draft; kMalformed for what holds no act. Whether it is the one that was asked for, check_draft
// says.
[[nodiscard]] base::Result<evidence::Act> read_act(const base::JsonObject& draft);

}  // namespace yuxin::cli
