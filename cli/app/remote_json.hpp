// What a terminal sends to a registration authority, and the drafts that come back.
#pragma once

#include <optional>
#include <vector>

#include "desk_side.hpp"
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

// objects_in gives the objects of an array of a document; kMalformed for anything else.
[[nodiscard]] base::Result<std::vector<base::JsonObject>> objects_in(const base::JsonObject& document,
                                                                     const char* name);
// read_files and read_certificates read what a case document says of its files and certificates: kMalformed. What a
// certificate says is taken from its octets.
[[nodiscard]] base::Result<std::vector<FileNote>> read_files(const base::JsonObject& document);
[[nodiscard]] base::Result<std::vector<CertificateNote>> read_certificates(const base::JsonObject& document);
// read_roles reads them from a status document: kMalformed.
[[nodiscard]] base::Result<RolesSeen> read_roles(const base::JsonObject& status);

}  // namespace yuxin::cli
