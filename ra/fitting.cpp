// A step before it is signed: whether it is open, and what it lacks that follows from who takes it.
#include <algorithm>

#include "yuxin/base/text.hpp"
#include "yuxin/ra/desk.hpp"

namespace yuxin::ra {

using base::Code;
using base::fail;
using base::Result;

Result<> check_open(const Item& item, std::string_view action) {
  const auto& definition = *item.standing.workflow;
  const auto& of = item.standing.of;
  std::vector<std::string> open;
  for (const auto* step : definition.steps_from(of.state)) {
    if (step->action == action) return {};
    if (std::ranges::find(open, step->action) == open.end()) open.push_back(step->action);
  }
  const auto* state = definition.state(of.state);
  const auto title = state == nullptr ? of.state : state->title.text();
  if (open.empty()) return fail(Code::kConflict, "Case {} is {}; nothing more is done to it.", of.id, title);
  return fail(Code::kConflict, "Case {} is {}; \"{}\" is not done then. What is: {}", of.id, title, action,
              base::join(open, ", "));
}

Result<> Desk::fit(const Viewer& viewer, Application& application) const {
  for (const auto& held : viewer.roles) {
    const auto& organisations = held.scope.organisations;
    if (application.organisation) break;
    if (organisations.size() == 1 && organisations.front().reach == evidence::Scope::Reach::kOnly)
      application.organisation = organisations.front().organisation;
  }
  if (application.role) return {};
  TRY(const auto definition, workflow(application.workflow));
  evidence::Place place;
  place.organisation = application.organisation;
  if (place.organisation) {
    if (const auto* unit = parts_.organisation->find(*place.organisation)) place.district = unit->district;
  }
  if (application.certificate) place.profile = application.certificate->profile;
  if (application.invitation) place.profile = application.invitation->profile;
  application.role = role_for(viewer, *definition, "", application.action, place);
  return {};
}

}  // namespace yuxin::ra
