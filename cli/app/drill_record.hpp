// The record of a drill: who proved which share, when, and whether they would have been enough.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/keymgmt/share_set.hpp"

namespace yuxin::cli {

struct DrillProof {
  base::UnixTime at;
  std::string custodian;   // as the register says, or, of a share that failed, as its file does; may be empty
  std::string group;       // empty for a share that failed
  std::string commitment;  // hexadecimal, likewise
  std::optional<base::Error> failure;  // why it is not good
};

struct DrillRecord {
  base::UnixTime began;
  base::UnixTime ended;
  std::string operator_name;
  std::vector<DrillProof> proofs;
  enum class Outcome { kMet, kNotMet } outcome = Outcome::kNotMet;
};

// drill_document is the record as JSON, of the format yuxin-share-drill-1.
[[nodiscard]] base::JsonObject drill_document(const keymgmt::ShareRegister& shares, const DrillRecord& record);

}  // namespace yuxin::cli
