// Whose business a certificate is that exists already.
#include "desk_town.hpp"
#include "yuxin/ca/revocation.hpp"

namespace {

using namespace yuxin;
using base::Code;
using test::check_refused;
using test::need;
using Town = test::DeskTown;

TEST_CASE("nobody ends another's certificate with a key of their own") {
  Town town;
  const auto id = town.approved(town.wei);
  need(town.desk->settle());
  ra::Application application;
  application.workflow = "certificate-revocation";
  application.organisation = need(evidence::OrgCode::parse("LRA-500103"));
  application.existing = ra::ExistingWish{*x509::Serial::parse(town.fact(id, "serial"))};
  application.form = {{"cause", "keyCompromise"}, {"reason", "lost"}};
  const auto step = need(town.desk->apply(application, ra::Desk::Number::kReserve));
  const auto stranger = town.city.person("Stranger");
  check_refused(town.take(step, stranger), Code::kNotAuthorised, "not with the key that is asked for");
  auto forged = step;
  forged.act.body["form"].as_object()["subject_key"] = base::hex(x509::sha256(stranger.certificate.tbs().spki));
  check_refused(town.take(forged, stranger), Code::kRefused, "names another key");
  auto swapped = step;
  swapped.act.body["form"].as_object()["serial"] = "01";
  check_refused(town.take(swapped, town.wei), Code::kRefused, "another certificate");
  // its holder may; it is suspended at once, and revoked when somebody else has looked
  const auto v = need(town.take(step, town.wei)).after.id;
  need(town.desk->settle());
  const auto serial = *x509::Serial::parse(town.fact(id, "serial"));
  CHECK(town.ca.row_of(serial).status.state == store::CertificateState::kOnHold);
  need(town.step(v, "approve", town.wang, "RA.REVIEW"));
  need(town.desk->settle());
  CHECK(town.ca.row_of(serial).status.state == store::CertificateState::kRevoked);
  CHECK(town.ca.row_of(serial).status.reason == static_cast<int>(x509::RevocationReason::kKeyCompromise));
}

TEST_CASE("that a key leaked is kept though its certificate was revoked for another reason meanwhile") {
  Town town;
  const auto id = town.approved(town.wei);
  need(town.desk->settle());
  const auto serial = *x509::Serial::parse(town.fact(id, "serial"));
  ra::Application application;
  application.workflow = "certificate-revocation";
  application.organisation = need(evidence::OrgCode::parse("LRA-500103"));
  application.existing = ra::ExistingWish{serial};
  application.form = {{"cause", "keyCompromise"}, {"reason", "lost"}};
  const auto step = need(town.desk->apply(application, ra::Desk::Number::kReserve));
  const auto v = need(town.take(step, town.wei)).after.id;
  need(town.desk->settle());
  const auto reason = [&] { return static_cast<x509::RevocationReason>(town.ca.row_of(serial).status.reason); };
  need(ca::revoke(*town.ca.store,
                  {town.ca.authority.id, "issuing", serial, x509::RevocationReason::kSuperseded, std::nullopt},
                  town.ca.clock, {"local:operator"}));
  REQUIRE(reason() == x509::RevocationReason::kSuperseded);
  need(town.step(v, "approve", town.wang, "RA.REVIEW"));
  const auto effected = need(town.desk->settle());
  REQUIRE(effected.size() == 1);
  CHECK(effected.front().status_changed);
  CHECK(reason() == x509::RevocationReason::kKeyCompromise);
}

TEST_CASE("a certificate is the business of its own registration point, of its holder, and of the city's officers") {
  Town town;
  const auto far = town.officer("Far", "RA.INPUT", "org:LRA-500112");
  const auto near = town.officer("Near", "RA.INPUT", "org:LRA-500103");
  const auto id = town.approved(town.wei);
  need(town.desk->settle());
  const auto serial = *x509::Serial::parse(town.fact(id, "serial"));
  const auto ask = [&](const char* workflow, const char* point, const x509::Serial& which) {
    ra::Application application;
    application.workflow = workflow;
    application.organisation = need(evidence::OrgCode::parse(point));
    application.role = test::role_code("RA.INPUT");
    if (std::string_view(workflow) == "leaver") {
      application.leaver = ra::LeaverWish{"CN=Wei"};
      application.form = {{"name", "Wei"}, {"change", "离职"}, {"last_day", "2026-11-30T00:00:00Z"}};
    } else {
      application.existing = ra::ExistingWish{which};
      application.form = {{"cause", "keyCompromise"}, {"reason", "lost"}};
    }
    return need(town.desk->apply(application, ra::Desk::Number::kReserve));
  };
  for (const char* workflow : {"certificate-revocation", "leaver"}) {
    CAPTURE(workflow);
    // far has a role at the point that far names, and the certificate came by way of another
    check_refused(town.take(ask(workflow, "LRA-500112", serial), far), Code::kRefused, "came by way of LRA-500103");
    check_refused(town.take(ask(workflow, "LRA-500103", serial), far), Code::kNotAuthorised, "");
  }
  // whoever is limited to no point brings one certificate to its point, too
  check_refused(town.take(ask("certificate-revocation", "LRA-500112", serial), town.li), Code::kRefused,
                "Apply there: --org LRA-500103");
  CHECK(town.ca.row_of(serial).status.state == store::CertificateState::kGood);
  need(town.take(ask("certificate-revocation", "LRA-500103", serial), near));
  need(town.desk->settle());
  CHECK(town.ca.row_of(serial).status.state == store::CertificateState::kOnHold);

  // one that the operator issued came by way of nobody
  const test::Applicant machine{{x509::KeyType::kP256, 256}};
  auto prepared = need(town.issuer->prepare(test::shipped("device"), machine.ask("CN=meter", {"dns:meter.city.test"}),
                                            {"local:test"}));
  const auto other = *need(town.issuer->issue(std::move(prepared))).certificate.serial();
  check_refused(town.take(ask("certificate-revocation", "LRA-500112", other), far), Code::kNotAuthorised,
                "limited to no registration point");
  check_refused(town.take(ask("certificate-revocation", "LRA-500103", other), near), Code::kNotAuthorised,
                "limited to no registration point");
  CHECK(town.ca.row_of(other).status.state == store::CertificateState::kGood);
  need(town.take(ask("certificate-revocation", "RA", other), town.li));
  need(town.desk->settle());
  CHECK(town.ca.row_of(other).status.state == store::CertificateState::kOnHold);
}

TEST_CASE("an application is drafted for those who may make it, and tells nobody else anything") {
  Town town;
  const auto id = town.approved(town.wei);
  need(town.desk->settle());
  const auto viewer = [&](const test::Person& person, std::string_view role, std::string_view scope) {
    ra::Viewer made;
    made.key = x509::sha256(person.certificate.tbs().spki);
    if (!role.empty()) made.roles.push_back({test::role_code(role), need(evidence::parse_scope(scope))});
    return made;
  };
  const auto fitted = [&](const ra::Viewer& by, const std::string& serial, const char* point = nullptr) {
    ra::Application application;
    application.workflow = "certificate-revocation";
    application.existing = ra::ExistingWish{*x509::Serial::parse(serial)};
    if (point != nullptr) application.organisation = need(evidence::OrgCode::parse(point));
    const auto done = town.desk->fit(by, application);
    if (!done) return done.error().detail;
    return application.organisation ? application.organisation->text() : std::string("nowhere");
  };
  const auto stranger = town.city.person("Device");
  const auto known = town.fact(id, "serial");
  // the same words for a certificate that is there and one that is not
  CHECK(fitted(viewer(stranger, "", ""), known, "RA") == fitted(viewer(stranger, "", ""), "0102030405", "RA"));
  CHECK(fitted(viewer(stranger, "", ""), known, "RA").starts_with("You may not open such a case at RA"));
  CHECK(fitted(viewer(town.li, "RA.REVIEW", ""), known, "RA").starts_with("You may not open such a case at RA"));
  CHECK(fitted(viewer(town.li, "RA.INPUT", "org:LRA-500112"), known).find("came by way of LRA-500103") !=
        std::string::npos);
  // it goes to its own point by itself, and its holder needs no role
  CHECK(fitted(viewer(town.li, "RA.INPUT", ""), known) == "LRA-500103");
  CHECK(fitted(viewer(town.wei, "", ""), known) == "LRA-500103");
}

TEST_CASE("what the home works by is suspended by no case") {
  Town town;
  const auto id = town.approved(town.wei);
  need(town.desk->settle());
  auto parts = town.desk_parts();
  parts.admit_change = [](const store::CertificateRow& row) -> base::Result<> {
    return base::fail(Code::kRefused, "{} serves the home", row.subject);
  };
  const auto desk = need(ra::Desk::open(std::move(parts)));
  ra::Application application;
  application.workflow = "certificate-revocation";
  application.organisation = need(evidence::OrgCode::parse("LRA-500103"));
  application.existing = ra::ExistingWish{*x509::Serial::parse(town.fact(id, "serial"))};
  application.form = {{"cause", "keyCompromise"}, {"reason", "lost"}};
  application.role = test::role_code("RA.INPUT");
  const auto step = need(desk->apply(application, ra::Desk::Number::kReserve));
  check_refused(desk->take(town.sign(step.act, town.li), step.files), Code::kRefused, "serves the home");
}

}  // namespace
