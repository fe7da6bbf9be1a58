// A step before it is signed: whether it is open, and what it lacks that follows from who takes it.
#include <algorithm>

#include "yuxin/base/text.hpp"
#include "yuxin/ra/desk.hpp"

namespace yuxin::ra {

using base::Result;

Result<> check_open(const Item& item, std::string_view action) {
  const auto& definition = *item.standing.workflow;
  const auto& of = item.standing.of;
  for (const auto* step : definition.steps_from(of.state)) {
    if (step->action == action) return {};
  }
  return workflow::shut(definition, of, action);
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
  application.role = role_for(viewer, *definition, "", application.action, place);
  return {};
}

}  // namespace yuxin::ra
