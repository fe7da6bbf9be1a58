// Members of an event's data.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "yuxin/keymgmt/ceremony.hpp"

namespace yuxin::keymgmt {

// Each gives nothing where the member is missing or of another form.
[[nodiscard]] std::optional<x509::Digest256> digest_at(const base::JsonObject& data, std::string_view name);
[[nodiscard]] const base::JsonArray* array_at(const base::JsonObject& data, std::string_view name);
// outputs_of reads the outputs of an event; none where it names none, kMalformed for one that is not whole.
[[nodiscard]] base::Result<std::vector<CeremonyOutput>> outputs_of(const base::JsonObject& data);

}  // namespace yuxin::keymgmt
