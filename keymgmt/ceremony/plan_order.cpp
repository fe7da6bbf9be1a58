#include "ceremony/plan_order.hpp"

#include <algorithm>

#include "yuxin/base/language.hpp"

namespace yuxin::keymgmt {

using base::message;

namespace {

// What needs a home stands behind the step that makes or opens it; shares that are proved were split before.
std::optional<std::string> broken_homes(const CeremonyPlan& plan) {
  bool home = false;
  bool shares = false;
  for (const auto& step : plan.steps) {
    const auto& spec = action_spec(step.action);
    switch (step.action) {
      case CeremonyAction::kCreateHome:
      case CeremonyAction::kOpenHome:
        if (home) return message("A ceremony makes or opens one home, not two.");
        home = true;
        break;
      case CeremonyAction::kSplit:
      case CeremonyAction::kCreateRoot:
      case CeremonyAction::kSignRequest:
      case CeremonyAction::kSignList:
      case CeremonyAction::kMigrateKey:
      case CeremonyAction::kDestroyKey:
      case CeremonyAction::kVerifyHome:
        if (!home)
          return message("The step \"{}\" needs a home: put \"create-home\" or \"open-home\" before it.", spec.name);
        shares = shares || step.action == CeremonyAction::kSplit;
        break;
      case CeremonyAction::kReshare:
        if (!home && step.value("secret") == "new")
          return message("The step \"{}\" needs a home: put \"create-home\" or \"open-home\" before it.", spec.name);
        shares = true;
        break;
      case CeremonyAction::kProveShares:
        if (!shares && !step.values.contains("register"))
          return message("Which shares are proved? Name their \"register\", or split before.");
        if (!home && step.value("passphrase") == "remove")
          return message("The step \"{}\" needs a home: put \"create-home\" or \"open-home\" before it.", spec.name);
        break;
      default:
        break;
    }
  }
  return std::nullopt;
}

}  // namespace

// The order that every ceremony has: the machine first, then the persons, in the end the signatures.
std::optional<std::string> broken_order(const CeremonyPlan& plan) {
  const auto is = [&](std::size_t at, CeremonyAction action) {
    return at < plan.steps.size() && plan.steps[at].action == action;
  };
  if (!is(0, CeremonyAction::kCheckEnvironment)) return message("The first step is do = \"check-environment\".");
  if (!is(1, CeremonyAction::kEnrol)) return message("The second step is do = \"enrol\".");
  if (!is(plan.steps.size() - 1, CeremonyAction::kClose)) return message("The last step is do = \"close\".");
  for (const auto once : {CeremonyAction::kCheckEnvironment, CeremonyAction::kEnrol, CeremonyAction::kClose,
                          CeremonyAction::kCreateHome, CeremonyAction::kOpenHome, CeremonyAction::kSplit}) {
    if (std::ranges::count(plan.steps, once, &CeremonyStep::action) > 1)
      return message("There is more than one step \"{}\".", action_spec(once).name);
  }
  const auto sets = std::ranges::count_if(plan.steps, [](const CeremonyStep& step) {
    return step.action == CeremonyAction::kSplit || step.action == CeremonyAction::kReshare;
  });
  if (sets > 1) return message("A ceremony makes one set of shares, not {}.", sets);
  return broken_homes(plan);
}

}  // namespace yuxin::keymgmt
