// Invitations at the desk: a code is answered once, guessed at five times at the most, and good for its time.
#include "yuxin/ra/invitation.hpp"

#include <doctest/doctest.h>

#include "small_ca.hpp"
#include "small_desk.hpp"
#include "yuxin/ra/automatic_desk.hpp"

namespace {

using namespace yuxin;
using base::Code;
using test::need;

constexpr std::string_view kLocator = "K3M9X2AB";

std::shared_ptr<const evidence::Organisation> city_organisation() {
  return need(evidence::Organisation::parse(*evidence::shipped_organisation("city"), "organisation.toml"));
}

// Town has a desk, an administrator who invites, and somebody who confirms.
class Town {
 public:
  Town() : admin(officer("Admin", "RA.BIZADM")), zhao(officer("Zhao", "RA.MAKE")) {
    ca.clock.set(city.clock.now());
    need(store::migrate(ca.store->database(), workflow::migrations()));
    need(store::migrate(ca.store->database(), ra::migrations()));
    issuer = need(ca::Issuer::open(ca.parts()));
    know(admin);
    ra::DeskParts parts{.store = ca.store,
                        .organisation = city_organisation(),
                        .calendar = test::desk_calendar(),
                        .policy = "2026",
                        .workflows = {},
                        .profiles = ca::ProfileSet::of({*test::shipped("officer"), *test::shipped("device")}),
                        .trust = city.trust(),
                        .clock = &ca.clock,
                        .authority = "issuing",
                        .issuer = [this]() -> base::Result<std::shared_ptr<ca::Issuer>> { return issuer; },
                        .actor = "local:test",
                        .admit_profile = {},
                        .admit = {}};
    for (const auto& shipped : workflow::shipped_workflows())
      parts.workflows.push_back(need(workflow::Workflow::parse(shipped.text, std::string(shipped.name))));
    desk = need(ra::Desk::open(std::move(parts)));
  }
  [[nodiscard]] test::Person officer(const std::string& name, std::string_view role) {
    auto person = city.person(name);
    city.grant(person, role, "");
    return person;
  }
  // An inviter must have a certificate of the home.
  void know(const test::Person& person) {
    need(ca.store->write([&](store::Writer& writer) -> base::Result<> {
      TRY(const auto authority, writer.authority("issuing"));
      store::CertificateRow row;
      row.authority = authority.id;
      row.serial = base::to_bytes(person.certificate.tbs().serial);
      row.subject = person.certificate.subject().text();
      row.profile = "officer";
      row.not_before = person.certificate.not_before();
      row.not_after = person.certificate.not_after();
      row.der = base::to_bytes(person.certificate.der());
      TRY(writer.insert_certificate(row));
      return {};
    }));
  }
  [[nodiscard]] evidence::VerifiedAct sign(evidence::Act act, const test::Person& by) {
    act.time = city.clock.now();
    need(ca.store->read([&](store::Reader& reader) -> base::Result<> {
      TRY(act.previous, evidence::last_act(reader, act.object));
      return {};
    }));
    return city.accepted(act, by);
  }
  base::Result<std::string> invite(const std::string& subject = "CN=Wang Fang", base::JsonObject form = {}) {
    ra::Application application;
    application.workflow = "officer-invitation";
    application.action = "invite";
    application.organisation = need(evidence::OrgCode::parse("LRA-500103"));
    application.invitation =
        ca::Invitation{"officer", need(x509::Name::parse(subject)), {}, {}, base::to_bytes(code.public_key().spki())};
    application.form = {{"name", "Wang Fang"}, {"locator", kLocator}, {"valid", "PT72H"}};
    for (const auto& [name, value] : form) application.form[name] = value;
    application.role = test::role_code("RA.BIZADM");
    TRY(const auto step, desk->apply(application, ra::Desk::Number::kReserve));
    TRY(const auto decision, desk->take(sign(step.act, admin), step.files));
    return decision.after.id;
  }
  // drafted is what an inviter hears before signing.
  [[nodiscard]] base::Result<ra::Step> drafted(const std::string& subject, const base::JsonObject& form = {},
                                               const std::vector<x509::GeneralName>& names = {},
                                               ra::Application::Again again = ra::Application::Again::kRefuse) {
    ra::Application application;
    application.workflow = "officer-invitation";
    application.action = "invite";
    application.organisation = need(evidence::OrgCode::parse("LRA-500103"));
    application.invitation = ca::Invitation{
        "officer", need(x509::Name::parse(subject)), names, {}, base::to_bytes(code.public_key().spki())};
    application.form = {{"name", "Somebody"}, {"locator", "K3M9X2AC"}, {"valid", "PT72H"}};
    for (const auto& [name, value] : form) application.form[name] = value;
    application.again = again;
    const ra::Viewer viewer{.roles = {{test::role_code("RA.BIZADM"), {}}},
                            .key = x509::sha256(admin.certificate.tbs().spki),
                            .subject = admin.certificate.subject()};
    return desk->draft(viewer, application, ra::Desk::Number::kNone);
  }
  [[nodiscard]] ra::InvitationAnswer answer(const test::Applicant& by, const x509::PrivateKey& signing,
                                            std::string_view locator = kLocator) const {
    ra::InvitationAnswer given{std::string(locator), base::to_bytes(by.ask("CN=anything").request.der()), {}};
    given.proof =
        need(need(signing.signer(x509::SignatureAlgorithm::kEd25519))->sign(ca::code_statement(given.request)));
    return given;
  }
  base::Result<workflow::Decision> confirm(const std::string& id, const ra::InvitationAnswer& answered,
                                           const std::string& subject = "CN=Wang Fang") {
    ca::Enrolment enrolment{.request = need(x509::CertificateRequest::from_der(answered.request)),
                            .subject = need(x509::Name::parse(subject)),
                            .alt_names = std::vector<x509::GeneralName>(),
                            .validity = {}};
    workflow::Draft draft{.action = "confirm", .form = {{"proof", base::base64(answered.proof)}}};
    draft.role = test::role_code("RA.MAKE");
    TRY(const auto step, desk->step(id, std::move(draft), ra::CertificateWish{std::move(enrolment), "officer"}));
    return desk->take(sign(step.act, zhao), step.files);
  }
  void pass(base::Seconds time) {
    city.clock.advance(time);
    ca.clock.set(city.clock.now());
  }

  test::ActCity city;
  test::SmallCa ca;
  std::shared_ptr<ca::Issuer> issuer;
  test::Person admin;
  test::Person zhao;
  test::Applicant wang{{x509::KeyType::kP256, 256}};
  test::Applicant thief{{x509::KeyType::kP256, 256}};
  x509::PrivateKey code = need(x509::PrivateKey::generate({x509::KeyType::kEd25519, 256}));
  x509::PrivateKey wrong = need(x509::PrivateKey::generate({x509::KeyType::kEd25519, 256}));
  std::shared_ptr<ra::Desk> desk;
};

template <typename T>
void check_refused(const base::Result<T>& result, Code code, std::string_view says) {
  REQUIRE_FALSE(result);
  CAPTURE(result.error().detail);
  CHECK(result.error().code == code);
  CHECK(result.error().detail.find(says) != std::string::npos);
}

TEST_CASE("an invitation is answered with its code, confirmed, and gives the certificate to whoever answered") {
  Town town;
  const auto id = need(town.invite());
  CHECK_FALSE(need(ra::answered_of(*town.ca.store, id)));
  const auto answer = town.answer(town.wang, town.code);
  check_refused(town.confirm(id, answer), Code::kConflict, "Nobody has answered");
  CHECK_FALSE(need(ra::answer_invitation(*town.desk, answer)).certificate);
  // another request with the right code comes too late, and cannot be confirmed
  const auto other = town.answer(town.thief, town.code);
  check_refused(ra::answer_invitation(*town.desk, other), Code::kConflict, "used already");
  check_refused(town.confirm(id, other), Code::kRefused, "not the one that was brought");
  check_refused(town.confirm(id, answer, "CN=Somebody Else"), Code::kRefused, "subject");
  need(town.confirm(id, answer));
  need(town.desk->settle());
  const auto state = need(ra::answer_invitation(*town.desk, answer));
  REQUIRE(state.certificate);
  CHECK(state.certificate->subject().text() == "CN=Wang Fang");
  CHECK(base::equal(state.certificate->tbs().spki, town.wang.public_key().spki()));
  CHECK_FALSE(state.chain.empty());
}

TEST_CASE("an unknown code and a wrong one are told the same, and five wrong ones close the invitation") {
  Town town;
  const auto id = need(town.invite());
  std::string told;
  for (int i = 0; i < 5; ++i) {
    const auto refused = ra::answer_invitation(*town.desk, town.answer(town.thief, town.wrong));
    check_refused(refused, Code::kNotAuthorised, "no invitation with this code");
    told = refused.error().detail;
  }
  for (const auto* locator : {"00000000", "", "k3m9x2ab", "' OR 1=1 "}) {
    const auto refused = ra::answer_invitation(*town.desk, town.answer(town.thief, town.code, locator));
    check_refused(refused, Code::kNotAuthorised, told);
  }
  check_refused(ra::answer_invitation(*town.desk, town.answer(town.wang, town.code)), Code::kRefused, "closed");
  check_refused(ra::answered_of(*town.ca.store, id), Code::kRefused, "5 wrong codes");
  CHECK(town.ca.records("invitation.closed").size() == 1);
}

TEST_CASE("four wrong codes and a right one are an answer, after which wrong ones do nothing") {
  Town town;
  const auto id = need(town.invite());
  for (int i = 0; i < 4; ++i) CHECK_FALSE(ra::answer_invitation(*town.desk, town.answer(town.thief, town.wrong)));
  const auto answer = town.answer(town.wang, town.code);
  need(ra::answer_invitation(*town.desk, answer));
  for (int i = 0; i < 9; ++i) CHECK_FALSE(ra::answer_invitation(*town.desk, town.answer(town.thief, town.wrong)));
  need(ra::answer_invitation(*town.desk, answer));
  need(town.confirm(id, answer));
}

TEST_CASE("an invitation ends with its time, and with whoever made it") {
  Town town;
  const auto id = need(town.invite());
  const auto answer = town.answer(town.wang, town.code);
  need(ra::answer_invitation(*town.desk, answer));
  town.pass(base::hours(73));
  check_refused(ra::answer_invitation(*town.desk, answer), Code::kRefused, "has ended");
  check_refused(town.confirm(id, answer), Code::kRefused, "has ended");
}

TEST_CASE("nobody is invited by a name that somebody has already, however it is written, unless it is meant") {
  Town town;
  need(town.drafted("C=CN, O=Test City, CN=Li"));
  town.know(town.zhao);
  for (const auto* name : {"C=CN, O=Test City, CN=Zhao", "CN=Zhao, O=Test City, C=CN", "C=CN, O=Test City, CN=ZHAO",
                           "O=Test City+CN=Zhao, C=CN", "C=CN, O=Test City, CN=\uff3ahao"}) {
    CAPTURE(name);
    check_refused(town.drafted(name), Code::kConflict, "has a good certificate already");
  }
  const auto step = need(town.drafted("CN=Zhao, O=Test City, C=CN", {}, {}, ra::Application::Again::kTake));
  const auto shown = need(town.desk->concerned(step));
  REQUIRE(shown.size() == 1);
  CHECK(base::equal(shown.front().row.der, town.zhao.certificate.der()));
  // composed and decomposed letters are the same name to people
  need(town.invite("CN=Zo\u00eb"));
  check_refused(town.drafted("CN=Zoe\u0308"), Code::kConflict, "already invited in");
  need(town.drafted("CN=Zoe\u0308", {}, {}, ra::Application::Again::kTake));
  check_refused(town.drafted("CN=Admin, C=CN, O=Test City"), Code::kRefused, "themselves");
}

TEST_CASE("an invitation that has ended, or was closed by wrong codes, is in nobody's way") {
  Town town;
  need(town.invite());
  check_refused(town.drafted("CN=Wang Fang"), Code::kConflict, "already invited in");
  SUBCASE("ended") { town.pass(base::hours(73)); }
  SUBCASE("closed") {
    for (int i = 0; i < 5; ++i) CHECK_FALSE(ra::answer_invitation(*town.desk, town.answer(town.thief, town.wrong)));
  }
  need(town.drafted("CN=Wang Fang"));
}

TEST_CASE("an invitation promises roles and places that can be granted, and names that the profile takes") {
  Town town;
  need(town.drafted("CN=Li", {{"roles", "RA.REVIEW RA.MAKE"}, {"scope", "org:LRA-500103"}}));
  check_refused(town.drafted("CN=Li", {{"roles", "RA.REVEIW"}}), Code::kNotFound, "no role RA.REVEIW");
  check_refused(town.drafted("CN=Li", {{"roles", "CA.SUPER"}}), Code::kRefused, "founding only");
  check_refused(town.drafted("CN=Li", {{"roles", "RA.REVIEW"}, {"scope", "org:NOPE"}}), Code::kNotFound, "NOPE");
  check_refused(town.drafted("CN=Li", {{"scope", "org:LRA-500103"}}), Code::kUsage, "no role is named");
  const auto host = need(x509::parse_general_name("dns:li.test"));
  check_refused(town.drafted("CN=Li", {}, {host}), Code::kRefused, "does not take");
}

TEST_CASE("what invites is what it says it is") {
  Town town;
  check_refused(town.invite("C=CN, O=Test City, CN=Admin"), Code::kRefused, "themselves");
  check_refused(town.invite("O=Nobody"), Code::kRefused, "lacks CN");
  check_refused(town.invite("CN=Wang", {{"locator", "lowercas"}}), Code::kRefused, "how the one-time code begins");
  const auto answer = town.answer(town.wang, town.code);
  check_refused(ra::answer_invitation(*town.desk, answer), Code::kNotAuthorised, "no invitation");
}

TEST_CASE("the key of an officer is nobody else's, and no one-time code's") {
  Town town;
  const auto id = need(town.invite());
  auto stolen = town.answer(town.thief, town.code);
  const auto theirs = town.ca.issue(test::shipped("device"), town.thief.ask("CN=m.test", {"dns:m.test"}));
  check_refused(ra::answer_invitation(*town.desk, stolen), Code::kRefused, theirs.certificate.subject().text());
  CHECK_FALSE(need(ra::answered_of(*town.ca.store, id)));
  // the words of a name are seen as they are
  check_refused(town.invite("CN=Wang  Fang"), Code::kRefused, "two together");
  check_refused(town.invite("CN=\\ Wang"), Code::kRefused, "blanks at an end");
  check_refused(town.invite("CN=Admin, O=Test City, C=CN"), Code::kRefused, "themselves");
}

}  // namespace
