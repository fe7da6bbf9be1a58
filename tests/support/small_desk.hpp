// A small city with a registration office: an organisation, a workflow, officers, and the acts by which they work.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "act_city.hpp"
#include "need.hpp"
#include "yuxin/workflow/cases.hpp"
#include "yuxin/workflow/machine.hpp"

namespace yuxin::test {

inline constexpr std::string_view kDeskOrganisation = R"(
[[unit]]
code = "RA"
name = { en = "Registration office", zh = "注册中心" }
[[unit]]
code = "LRA-500103"
name = { en = "Registration point Yuzhong", zh = "渝中受理点" }
parent = "RA"
district = "500103"
[[unit]]
code = "LRA-500112"
name = { en = "Registration point Yubei", zh = "渝北受理点" }
parent = "RA"
district = "500112"
[[unit]]
code = "LRA-OLD"
name = { en = "A point that was" }
parent = "RA"
until = "2011-10-22"

[[role]]
roles = ["RA.INPUT", "RA.REVIEW", "RA.MAKE", "RA.BIZADM", "RA.SERVICE"]
title = { en = "Registration", zh = "注册" }
[[role]]
roles = ["CGO:OFF", "PSB:DUTY"]
title = { en = "Others" }

[[exclusion]]
name = "own-input"
one = ["RA.INPUT"]
other = ["RA.REVIEW"]
reach = "object"
reason = { en = "nobody reviews what they entered", zh = "不得审核本人录入的申请" }
)";

inline std::shared_ptr<const evidence::Organisation> desk_organisation() {
  static const auto kOrganisation = need(evidence::Organisation::parse(kDeskOrganisation, "organisation.toml"));
  return kOrganisation;
}
inline std::shared_ptr<const workflow::Calendar> desk_calendar() {
  static const auto kCalendar = [] {
    std::vector<workflow::Calendar::Source> sources;
    for (const auto& one : workflow::shipped_calendars())
      sources.push_back({std::string(one.name), std::string(one.text)});
    return need(workflow::Calendar::load(sources));
  }();
  return kCalendar;
}
inline std::shared_ptr<const workflow::Workflow> workflow_of(std::string_view text) {
  return need(workflow::Workflow::parse(text, "test.toml"));
}

inline evidence::Place place_of(std::string_view organisation, std::string_view profile = "") {
  evidence::Place place;
  place.organisation = need(evidence::OrgCode::parse(organisation));
  if (const auto* unit = desk_organisation()->find(*place.organisation)) place.district = unit->district;
  place.profile = profile;
  return place;
}

// DeskScene is one case on its way, in memory: acts are made, judged, and remembered when they are good.
class DeskScene {
 public:
  explicit DeskScene(std::shared_ptr<const workflow::Workflow> definition) : workflow(std::move(definition)) {}

  // officer has a certificate and a role.
  Person& officer(const std::string& name, std::string_view role = "", std::string_view scope = "") {
    auto [found, is_new] = people_.try_emplace(name, std::nullopt);
    if (is_new) found->second = city.person(name);
    if (!role.empty()) city.grant(*found->second, role, scope);
    return *found->second;
  }

  [[nodiscard]] evidence::Act draft(const workflow::Draft& draft) const {
    auto act = current ? workflow::Cases::step({0, *current, workflow}, draft)
                       : workflow::Cases::opening(*workflow, "T-1", place, draft);
    act.time = city.clock.now();
    if (!acts.empty()) act.previous = acts.back().digest();
    return act;
  }
  // judged is what comes of an act, without remembering it.
  [[nodiscard]] base::Result<workflow::Decision> judged(const evidence::Act& act, const Person& by) {
    const auto verified = city.accepted(act, by);
    return workflow::advance(circumstances(), current, verified, acts);
  }
  base::Result<workflow::Decision> take(const evidence::Act& act, const Person& by) {
    const auto verified = city.accepted(act, by);
    auto decision = workflow::advance(circumstances(), current, verified, acts);
    if (decision) {
      current = decision->after;
      acts.push_back(verified);
    }
    return decision;
  }
  base::Result<workflow::Decision> take(const workflow::Draft& what, const Person& by) {
    return take(draft(what), by);
  }
  [[nodiscard]] workflow::Circumstances circumstances() const {
    return {*workflow, *organisation, *desk_calendar(), policy};
  }

  ActCity city;
  std::shared_ptr<const workflow::Workflow> workflow;
  evidence::Place place = place_of("LRA-500103", "device");
  std::string policy = "2026";
  std::shared_ptr<const evidence::Organisation> organisation = desk_organisation();
  std::optional<workflow::Case> current;
  std::vector<evidence::VerifiedAct> acts;

 private:
  std::map<std::string, std::optional<Person>> people_;
};

}  // namespace yuxin::test
