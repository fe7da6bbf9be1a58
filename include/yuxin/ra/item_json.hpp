// Cases as JSON documents: what `--json` prints, what the REST interface gives, and what a terminal reads back.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/ra/desk.hpp"

namespace yuxin::ra {

// print_item writes one case, with its steps where they are given. The names of the members are stable.
[[nodiscard]] base::JsonObject print_item(const Item& item);
[[nodiscard]] base::JsonObject print_item(const Item& item, const std::vector<workflow::StepRow>& steps);
[[nodiscard]] base::JsonObject print_effected(const Effected& effected);
// print_files names files without their octets.
[[nodiscard]] base::JsonArray print_files(const std::vector<workflow::File>& files);

// read_item reads a case that another host has printed; `definition` is the workflow that it names by its digest.
// kMalformed for what print_item does not write. What it says is the other host's word. Of deadlines the warnings
// that were given are not known here, and of the case not which step brought it into its state.
[[nodiscard]] base::Result<Item> read_item(const base::JsonObject& json,
                                           std::shared_ptr<const workflow::Workflow> definition);
[[nodiscard]] base::Result<std::vector<workflow::StepRow>> read_steps(const base::JsonObject& json);
[[nodiscard]] base::Result<Effected> read_effected(const base::Json& json);

// read_hash reads 64 hexadecimal digits; kMalformed names what was to be read.
[[nodiscard]] base::Result<evidence::Hash> read_hash(std::string_view text, std::string_view what);

}  // namespace yuxin::ra
