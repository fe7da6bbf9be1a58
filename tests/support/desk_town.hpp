// A small town for tests of the desk: an authority that judges by itself, officers, and a subscriber.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "small_ca.hpp"
#include "small_desk.hpp"
#include "yuxin/ca/approval.hpp"
#include "yuxin/ra/desk.hpp"

namespace yuxin::test {

inline constexpr std::string_view kDeskTownPolicy = R"(
[[approval]]
name = "desk"
profiles = ["person-signing", "tls-server"]
valid_for = "P30D"
needs = [
  { name = "accept", acts = ["certificate-request.accept"], roles = ["RA.INPUT"] },
  { name = "review", acts = ["certificate-request.review"], roles = ["RA.REVIEW"], not_same_person_as = ["accept"] },
  { name = "make", acts = ["certificate-request.approve"], roles = ["RA.MAKE"], not_same_person_as = ["accept"] },
]
[[service]]
name = "portal"
role = "RA.SERVICE"
acts = ["certificate-request.enrol"]
profiles = ["tls-server"]
names_under = ["city.test"]
per_day = 10
)";

// DeskTown has a desk, an authority that judges by itself, and officers.
class DeskTown {
 public:
  DeskTown() : li(officer("Li", "RA.INPUT")), wang(officer("Wang", "RA.REVIEW")), zhao(officer("Zhao", "RA.MAKE")) {
    ca.clock.set(city.clock.now());
    need(store::migrate(ca.store->database(), workflow::migrations()));
    auto parts = ca.parts();
    parts.court = std::make_shared<const ca::ApprovalCourt>(ca::ApprovalCourt{
        need(ca::ApprovalPolicy::parse(kDeskTownPolicy, "approvals.toml")), desk_organisation(), city.trust()});
    issuer = need(ca::Issuer::open(std::move(parts)));
    desk = need(ra::Desk::open(desk_parts()));
  }
  [[nodiscard]] Person officer(const std::string& name, std::string_view role, std::string_view scope = "") {
    auto person = city.person(name);
    city.grant(person, role, scope);
    return person;
  }
  [[nodiscard]] ra::DeskParts desk_parts() {
    ra::DeskParts parts{
        .store = ca.store,
        .organisation = desk_organisation(),
        .calendar = desk_calendar(),
        .policy = "2026",
        .workflows = {},
        .profiles = ca::ProfileSet::of({*shipped("person-signing"), *shipped("device"), *shipped("tls-server")}),
        .trust = city.trust(),
        .clock = &ca.clock,
        .authority = "issuing",
        .issuer = [this]() -> base::Result<std::shared_ptr<ca::Issuer>> {
          if (offline) return base::fail(base::Code::kUnavailable, "the token is not there");
          return issuer;
        },
        .actor = "local:test",
        .admit_profile = {},
        .admit = {}};
    for (const auto& shipped : workflow::shipped_workflows())
      parts.workflows.push_back(need(workflow::Workflow::parse(shipped.text, std::string(shipped.name))));
    return parts;
  }
  [[nodiscard]] ra::Application wish(const Person& subscriber, const std::string& name = "Wei") const {
    const auto der = need(x509::make_request(need(x509::Name::parse("CN=" + name)), {}, *subscriber.signer));
    ra::Application application;
    application.workflow = "certificate-request";
    application.organisation = need(evidence::OrgCode::parse("LRA-500103"));
    application.certificate = ra::CertificateWish{
        {.request = need(x509::CertificateRequest::from_der(der)), .subject = {}, .alt_names = {}, .validity = {}},
        "person-signing"};
    application.form = {{"name", name}, {"classification", "公开"}, {"id_type", "护照"}, {"id_no", "X1"}};
    application.files = {{"identity", "id.pdf", {1, 2, 3}}};
    application.role = role_code("RA.INPUT");
    return application;
  }
  [[nodiscard]] evidence::VerifiedAct sign(evidence::Act act, const Person& by) {
    act.time = city.clock.now();
    need(ca.store->read([&](store::Reader& reader) -> base::Result<> {
      TRY(act.previous, evidence::last_act(reader, act.object));
      return {};
    }));
    return city.accepted(act, by);
  }
  base::Result<workflow::Decision> take(const ra::Step& step, const Person& by) {
    return desk->take(sign(step.act, by), step.files);
  }
  base::Result<workflow::Decision> step(const std::string& id, const std::string& action, const Person& by,
                                        std::string_view role, base::JsonObject form = {}) {
    workflow::Draft draft{.action = action, .form = std::move(form)};
    if (!role.empty()) draft.role = role_code(role);
    return take(need(desk->step(id, std::move(draft))), by);
  }
  std::string submitted(const Person& subscriber) {
    const auto step = need(desk->apply(wish(subscriber), ra::Desk::Number::kReserve));
    return need(take(step, li)).after.id;
  }
  std::string approved(const Person& subscriber) {
    const auto id = submitted(subscriber);
    need(step(id, "accept", li, "RA.INPUT"));
    need(step(id, "review", wang, "RA.REVIEW"));
    need(step(id, "approve", zhao, "RA.MAKE"));
    return id;
  }
  [[nodiscard]] std::string fact(const std::string& id, const char* name) {
    return base::json_string(need(desk->cases().find(id)).of.facts, name);
  }

  ActCity city;
  SmallCa ca;
  std::shared_ptr<ca::Issuer> issuer;
  bool offline = false;
  Person li;
  Person wang;
  Person zhao;
  Person wei = city.person("Wei");
  std::shared_ptr<ra::Desk> desk;
};

inline void check_refused(const base::Result<workflow::Decision>& decision, base::Code code, std::string_view says) {
  REQUIRE_FALSE(decision);
  CAPTURE(decision.error().detail);
  CHECK(decision.error().code == code);
  CHECK(decision.error().detail.find(says) != std::string::npos);
}

}  // namespace yuxin::test
