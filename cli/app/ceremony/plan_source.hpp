// Where a plan comes from: a file, or the program itself.
#pragma once

#include <string>

#include "yuxin/base/result.hpp"
#include "yuxin/keymgmt/ceremony_plan.hpp"

namespace yuxin::cli {

struct PlanSource {
  keymgmt::CeremonyPlan plan;
  std::string folder;  // where the files lie that it names
};

// find_plan reads a file, or, where there is none of that name, the shipped plan that is called so. kNotFound names
// the nearest one.
[[nodiscard]] base::Result<PlanSource> find_plan(const std::string& name);

}  // namespace yuxin::cli
