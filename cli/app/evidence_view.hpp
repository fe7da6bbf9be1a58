// Acts and evidence bundles as people and programs read them.
#pragma once

#include <string_view>

#include "context.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/evidence/act.hpp"
#include "yuxin/evidence/bundle.hpp"

namespace yuxin::cli {

// looks_like_act says whether the content of a message is meant to be an act: a JSON object with the member "act".
[[nodiscard]] bool looks_like_act(base::ByteView content);
// looks_like_archive says whether octets are a tar archive, as evidence bundles are.
[[nodiscard]] bool looks_like_archive(base::ByteView octets);

// print_act describes an act that holds: what it says, who said it, in which role, when.
void print_act(const Context& context, const evidence::VerifiedAct& act);
[[nodiscard]] base::JsonObject act_json(const evidence::VerifiedAct& act);

// bundle_reason is "ok", "ledger-key-missing" (nothing is wrong, and nobody said whose key signs the ledger) or
// "evidence" (something does not hold).
[[nodiscard]] std::string_view bundle_reason(const evidence::BundleReport& report);
void print_bundle(const Context& context, const evidence::BundleReport& report);
[[nodiscard]] base::JsonObject bundle_json(const evidence::BundleReport& report);

}  // namespace yuxin::cli
