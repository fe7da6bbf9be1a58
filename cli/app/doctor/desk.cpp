// What the doctor looks at of the desk: approvals.toml, clients.toml, workflows, calendars, and cases that wait for
// somebody.
#include <set>

#include "app/client_secret.hpp"
#include "app/desk_home.hpp"
#include "app/doctor/doctor.hpp"
#include "app/registration_desk.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {

using base::message;
using base::Result;

namespace {

// A rule for a profile that is not there was meant for another one.
void check_approvals(const Patient& patient, Checklist& list) {
  const auto policy = patient.home.approvals();
  if (!policy) {
    list.fail(policy.error().detail,
              message("correct the file; docs/desk.md has every key. Nothing is issued until then"));
    return;
  }
  const auto profiles = patient.home.profiles();
  if (!profiles) return;  // said elsewhere
  for (const auto& rule : (*policy)->rules()) {
    for (const auto& name : rule.profiles) {
      if (!profiles->find(name))
        list.warn(message("approvals.toml demands \"{}\" for a profile {}, which is not there", rule.name, name),
                  message("correct the name: yuxin profile list"));
    }
  }
}

// Whoever could make an officer by two hands should not be able to do it by one any more.
void check_officers(const Patient& patient, Checklist& list) {
  const auto policy = patient.home.approvals();
  const auto profiles = patient.home.profiles();
  if (!policy || !profiles) return;  // said elsewhere
  const auto officer = profiles->find("officer");
  if (!officer) return;
  const auto demand = (*policy)->demand_of(**officer);
  if (!demand || *demand != nullptr) return;
  std::set<base::Bytes> inviting;
  std::set<base::Bytes> confirming;
  const auto read = patient.home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(const auto grants, evidence::list_grants(reader, {.role = {}, .holder = {}, .in_force_at = patient.now}));
    for (const auto& grant : grants) {
      if (grant.role == "RA.BIZADM") inviting.insert(grant.holder_key);
      if (grant.role == "RA.BIZADM" || grant.role == "RA.REVIEW" || grant.role == "RA.MAKE")
        confirming.insert(grant.holder_key);
    }
    return {};
  });
  if (!read || inviting.empty() || confirming.size() < 2) return;
  list.warn(message("one operator alone can make an officer, though there are others who could confirm it"),
            patient.home.config().kind == HomeKind::kRegistration
                ? message("demand the approval \"officer\" in the authority's approvals.toml: docs/officers.md")
                : message("demand the approval \"officer\" in approvals.toml: docs/officers.md"));
}

void check_clients(const Patient& patient, Checklist& list) {
  const auto clients = read_clients(patient.home);
  if (!clients) {
    list.fail(clients.error().detail, message("correct the file; docs/machines.md has every key"));
    return;
  }
  for (const auto& client : (*clients)->all()) {
    if (needs_secret(client) && !has_client_secret(patient.home, client.name))
      list.warn(message("client {} speaks CMP, and its secret is not kept", client.name),
                message("remove it and add it anew: yuxin client add {} --protocol cmp …", client.name));
  }
  for (const auto& name : orphaned_secrets(patient.home, **clients)) {
    if ((*clients)->find(name) == nullptr) {
      list.warn(message("a sealed secret of client {} is kept, and there is no such client", name),
                message("destroy it: yuxin client remove {}", name));
    } else {
      list.warn(message("a sealed secret of client {} is kept, though it does not speak CMP", name),
                message("remove the client, which destroys it, and add it anew: yuxin client remove {}", name));
    }
  }
}

void check_definitions(const Patient& patient, Checklist& list) {
  const auto definitions = definitions_of(patient.home);
  if (!definitions) {
    list.fail(definitions.error().detail, message("correct the file; docs/workflows.md has every key"));
    return;
  }
  const auto organisation = patient.home.organisation();
  if (!organisation) return;  // said elsewhere
  for (const auto& definition : *definitions) {
    if (auto fits = workflow::check_workflow(*definition, **organisation, ra::known_effects()); !fits)
      list.warn(fits.error().detail,
                message("describe the role in organisation.toml, or take it out of the workflow"));
  }
}

struct Waiting {
  std::size_t open = 0;
  std::size_t late = 0;
  std::size_t orders = 0;
};

Result<Waiting> waiting(const Patient& patient, std::shared_ptr<const workflow::Calendar> calendar) {
  constexpr std::int64_t kMost = 100'000;
  TRY(auto organisation, patient.home.organisation());
  workflow::Cases cases({patient.home.shared_store(), std::move(organisation), std::move(calendar),
                         patient.home.config().workflow_policy});
  workflow::CaseFilter filter;
  filter.limit = kMost;
  TRY(const auto open, cases.list(filter));
  TRY(const auto orders, cases.pending());
  Waiting waiting{open.size(), 0, orders.size()};
  for (const auto& standing : open) {
    for (const auto& timer : standing.of.timers) {
      if (timer.ended || timer.stopped || timer.due >= patient.now) continue;
      ++waiting.late;
      break;
    }
  }
  return waiting;
}

std::string years_text(const workflow::Calendar& calendar) {
  std::vector<std::string> years;
  for (const int year : calendar.years()) years.push_back(std::to_string(year));
  return base::join(years, message(", "));
}

}  // namespace

std::vector<Check> check_desk(const Patient& patient) {
  Checklist list("desk");
  if (patient.home.config().kind == HomeKind::kOfflineRoot)
    return std::move(list).finish(message("none; an offline root takes no applications"));
  check_approvals(patient, list);
  check_officers(patient, list);
  check_clients(patient, list);
  check_definitions(patient, list);
  const auto calendar = calendar_of(patient.home);
  if (!calendar) {
    list.fail(calendar.error().detail, message("correct the file; docs/workflows.md has every key"));
    return std::move(list).finish({});
  }
  const auto cases = waiting(patient, *calendar);
  if (!cases) return std::move(list).finish(message("its cases were not looked at"));
  if (cases->orders > 0)
    list.warn(message("{} orders of the desk were not carried out", cases->orders),
              message("carry them out: yuxin case deadlines --settle"));
  if (cases->late > 0)
    list.warn(message("{} cases are late", cases->late), message("see what they wait for: yuxin case deadlines"));
  const auto soon = patient.now + base::days(30);
  if (cases->open > 0 && !(*calendar)->knows(soon)) {
    const auto year = base::civil(soon).year;
    list.warn(
        message("the holidays of {} are not known, so that limits in working days end early", year),
        message("write what the State Council announced into {}/calendars/{}.toml; docs/workflows.md has the form",
                patient.home.path(), year));
  }
  return std::move(list).finish(
      message("{} open cases; working days known for {}", cases->open, years_text(**calendar)));
}

}  // namespace yuxin::cli
