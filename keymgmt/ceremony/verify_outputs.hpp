// What the outputs of a ceremony must be, beyond having their digests.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "yuxin/keymgmt/ceremony_record.hpp"

namespace yuxin::keymgmt {

// verify_outputs compares certificates and lists with the plan and with what the witnesses agreed to before they were
// signed.
[[nodiscard]] std::vector<RecordProblem> verify_outputs(
    const CeremonyPlan& plan, const std::vector<CeremonyEvent>& events, CeremonyMode mode,
    const std::map<std::string, base::Bytes, std::less<>>& outputs);

}  // namespace yuxin::keymgmt
