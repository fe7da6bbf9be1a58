// Signing, accepting and keeping acts.
#include "yuxin/evidence/act.hpp"

#include <doctest/doctest.h>

#include "act_city.hpp"
#include "command.hpp"
#include "home.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::evidence;
using base::Result;
using test::ActCity;
using test::Home;
using test::need;

constexpr x509::KeyKind kRsa{x509::KeyType::kRsa, 2048};
constexpr x509::KeyKind kSm2{x509::KeyType::kSm2, 256};
constexpr x509::KeyKind kEd25519{x509::KeyType::kEd25519, 256};

TEST_CASE("an act is signed, accepted and verified with every kind of key") {
  for (const auto& kind : {test::kP256Key, kRsa, kSm2, kEd25519}) {
    CAPTURE(x509::print_key_kind(kind));
    ActCity city(kind);
    const auto wei = city.person("Wei");
    city.grant(wei, "RA.REVIEW", "profile:device");
    const auto fresh = city.sign(city.act("request.review", "R-1042", "RA.REVIEW"), wei);
    const auto accepted = accept_act(fresh, city, city.trust());
    if (!accepted) FAIL(accepted.error().detail);
    CHECK(accepted->moment() == test::kAtWork);
    CHECK(accepted->role()->scope.profiles == std::vector<std::string>{"device"});
    CHECK(verify_act(accepted->der(), city.trust()));
  }
}

TEST_CASE("openssl verifies the message of an act and gives its statement back") {
  ActCity city;
  const auto wei = city.person("Wei");
  city.grant(wei, "RA.REVIEW");
  const auto act = city.accepted(city.act("request.review", "R-1042", "RA.REVIEW"), wei);
  const test::TemporaryFolder folder;
  test::write_octets(folder.file("act.p7m"), base::to_bytes(act.der()));
  const auto pem = city.root.certificate().pem();
  test::write_octets(folder.file("root.pem"), {pem.begin(), pem.end()});
  const auto said = folder.run(
      "openssl cms -verify -binary -inform DER -in act.p7m -CAfile root.pem -purpose any -attime 1795341600 -out "
      "s.json");
  CHECK_MESSAGE(said.status == 0, said.output);
  CHECK(act_digest(test::read_octets(folder.file("s.json"))) == act.digest());
}

TEST_CASE("nothing is asked for an act whose signature does not hold") {
  ActCity city;
  const auto wei = city.person("Wei");
  auto fresh = city.sign(city.act(), wei);
  fresh.back() ^= 1U;
  const auto accepted = accept_act(fresh, city, city.trust());
  REQUIRE_FALSE(accepted);
  CHECK(accepted.error().code == base::Code::kBadSignature);
  CHECK(city.stamps == 0);
}

TEST_CASE(
    "a statement that was signed as a document is accepted as no act, and older acts without a mark stay good") {
  ActCity city;
  const auto wei = city.person("Wei");
  const auto text = need(statement(city.act(), wei.certificate));
  x509::CmsSignOptions options;
  options.signing_time = city.clock.now();
  options.chain = {city.issuing.certificate()};
  const auto document = need(x509::sign_message(base::as_bytes(text), {wei.cms()}, options));
  const auto accepted = accept_act(document, city, city.trust());
  REQUIRE_FALSE(accepted);
  CHECK(accepted.error().code == base::Code::kBadSignature);
  CHECK(accepted.error().detail.find("signed as a document") != std::string::npos);
  CHECK(city.stamps == 0);
  CHECK(verify_act(need(add_proofs(document, city.proofs(document, wei))), city.trust()));
  options.signed_attributes = {
      {x509::oid_from_dotted("2.25.160386230721243331123476633139246630112.4").value(), {{0x02, 0x01, 0x02}}}};
  CHECK_FALSE(accept_act(need(x509::sign_message(base::as_bytes(text), {wei.cms()}, options)), city, city.trust()));
}

TEST_CASE("an act that was completed before is not completed again") {
  ActCity city;
  const auto act = city.accepted(city.act(), city.person("Wei"));
  const auto again = accept_act(act.der(), city, city.trust());
  REQUIRE_FALSE(again);
  CHECK(again.error().code == base::Code::kConflict);
}

TEST_CASE("what the source cannot give, and what it says against an act, is told") {
  ActCity city;
  const auto wei = city.person("Wei");
  const auto refused = [&](const Act& act, const test::Person& actor) {
    const auto accepted = accept_act(city.sign(act, actor), city, city.trust());
    REQUIRE_FALSE(accepted);
    return accepted.error().code;
  };
  CHECK(refused(city.act("request.review", "R-1", "RA.REVIEW"), wei) == base::Code::kNotFound);  // no such grant
  city.revoke(city.grant(wei, "RA.REVIEW"));
  CHECK(refused(city.act("request.review", "R-1", "RA.REVIEW"), wei) == base::Code::kNotAuthorised);
  city.revoke(wei.certificate, x509::RevocationReason::kCertificateHold);
  CHECK(refused(city.act(), wei) == base::Code::kBadSignature);
  auto late = city.act();
  late.time = late.time - base::hours(1);
  CHECK(refused(late, city.person("Li")) == base::Code::kBadSignature);
}

TEST_CASE("an actor may bring the grant to act by, one of several") {
  ActCity city;
  const auto wei = city.person("Wei");
  city.grant(wei, "RA.REVIEW", "profile:device");
  const auto chosen = city.grant(wei, "RA.REVIEW", "profile:person-signing");
  ActProofs brought;
  brought.role = chosen;
  const auto fresh = city.sign(city.act("request.review", "R-1", "RA.REVIEW"), wei);
  const auto act = need(accept_act(need(add_proofs(fresh, brought)), city, city.trust()));
  CHECK(act.role()->scope.profiles == std::vector<std::string>{"person-signing"});
}

TEST_CASE("problems have stable names and codes") {
  CHECK(act_problem_name(ActProblem::kTimeStampMissing) == "time-stamp-missing");
  CHECK(act_problem_name(ActProblem::kOrder) == "order");
  CHECK(act_error({ActProblem::kRoleRevoked, "x"}).code == base::Code::kNotAuthorised);
  CHECK(act_error({ActProblem::kStatusMissing, "x"}).code == base::Code::kNotFound);
}

// The acts of a home, kept by a city's office.
struct Office {
  VerifiedAct sign(std::string_view object, const std::optional<Hash>& previous, std::string_view decision = "good") {
    auto act = city.act("request.review", object);
    act.body["decision"] = decision;
    act.previous = previous;
    return city.accepted(act, wei);
  }
  Result<StoredAct> store(const VerifiedAct& act) {
    Result<StoredAct> stored = base::fail(base::Code::kInternal, "not run");
    const auto done = home.try_write([&](store::Writer& writer) -> Result<> {
      stored = store_act(writer, act, city.clock.now());
      return stored ? Result<>{} : Result<>(base::Failure(stored.error()));
    });
    CHECK(done.has_value() == stored.has_value());
    return stored;
  }
  std::vector<StoredAct> kept(std::string_view object) {
    std::vector<StoredAct> acts;
    home.read([&](store::Reader& reader) -> Result<> {
      TRY(acts, acts_of(reader, object));
      return {};
    });
    return acts;
  }
  std::optional<Hash> last(std::string_view object) {
    std::optional<Hash> last;
    home.read([&](store::Reader& reader) -> Result<> {
      TRY(last, last_act(reader, object));
      return {};
    });
    return last;
  }

  ActCity city;
  test::Person wei = city.person("Wei");
  Home home;
};

TEST_CASE("an accepted act is kept with its proofs, once, in the ledger") {
  Office office;
  CHECK_FALSE(office.last("R-1"));
  const auto first = office.sign("R-1", std::nullopt);
  const auto stored = need(office.store(first));
  CHECK(office.last("R-1") == first.digest());
  const auto second = office.sign("R-1", first.digest());
  REQUIRE(office.store(second));
  const auto kept = office.kept("R-1");
  REQUIRE(kept.size() == 2);
  CHECK(kept[0].digest == first.digest());
  CHECK(base::equal(kept[0].der, first.der()));
  CHECK(kept[1].type == "request.review");
  CHECK(verify_act(kept[1].der, office.city.trust(), ExpectedPrevious(kept[0].digest)));
  CHECK(office.kept("R-2").empty());

  std::vector<StoredRecord> records;
  office.home.read([&](store::Reader& reader) {
    return for_each(reader, stored.ledger_sequence, stored.ledger_sequence + 1,
                    [&](const StoredRecord& record) -> Result<> {
                      records.push_back(record);
                      return {};
                    });
  });
  REQUIRE(records.size() == 1);
  CHECK(base::equal(records[0].attachment, first.der()));
  CHECK(records[0].text == "{\"actor\":\"C=CN, O=Test City, CN=Wei\",\"attachment\":\"" +
                               base::hex(x509::sha256(first.der())) + "\",\"data\":{\"act\":\"" +
                               base::hex(first.digest()) + "\",\"key\":\"" +
                               base::hex(x509::sha256(office.wei.certificate.tbs().spki)) +
                               "\",\"stamped\":\"2026-11-22T10:00:00Z\",\"type\":\"request.review\"},"
                               "\"kind\":\"act.accepted\",\"object\":\"R-1\",\"time\":\"2026-11-22T10:00:00Z\"}");
}

TEST_CASE("a replayed act is a conflict, also with other proofs around it") {
  Office office;
  const auto act = office.city.act("request.review", "R-1");
  const auto fresh = office.city.sign(act, office.wei);
  const auto first = need(accept_act(fresh, office.city, office.city.trust()));
  REQUIRE(office.store(first));
  for (const auto& again : {first, need(accept_act(fresh, office.city, office.city.trust()))}) {
    const auto stored = office.store(again);
    REQUIRE_FALSE(stored);
    CHECK(stored.error().code == base::Code::kConflict);
  }
  CHECK(office.kept("R-1").size() == 1);
}

TEST_CASE("an audit finds an act that was taken out of the table, changed or put in") {
  const auto problems_after = [](const std::string& sql) {
    Office office;
    const auto first = office.sign("R-1", std::nullopt);
    REQUIRE(office.store(first));
    REQUIRE(office.store(office.sign("R-1", first.digest())));
    if (!sql.empty()) office.home.tamper(sql);
    VerifyReport report;
    office.home.read([&](store::Reader& reader) -> Result<> {
      TRY(report, evidence::verify(reader));
      return {};
    });
    return report.problems;
  };
  using Problems = std::vector<std::string>;
  CHECK(problems_after("").empty());
  CHECK(problems_after("DELETE FROM acts WHERE id = 2") ==
        Problems{"Record 1 says that an act was accepted which is missing from the table."});
  CHECK(problems_after("UPDATE acts SET object = 'R-2' WHERE id = 2") ==
        Problems{"The act in the table is not the one that record 1 stands for."});
  CHECK(problems_after("UPDATE acts SET digest = zeroblob(32) WHERE id = 1") ==
        Problems{"The act in the table is not the one that record 0 stands for."});
  CHECK(problems_after(
            "INSERT INTO acts (object, type, digest, ledger_sequence) VALUES ('R-1', 'x', zeroblob(32), 9)") ==
        Problems{"An act in the table should stand in record 9, which is about something else."});
  CHECK(problems_after("UPDATE ledger SET attachment = zeroblob(9) WHERE sequence = 1").size() == 1);
}

TEST_CASE("of two acts that follow the same one the second is a conflict and changes nothing") {
  Office office;
  const auto first = office.sign("R-1", std::nullopt);
  REQUIRE(office.store(first));
  const auto one = office.sign("R-1", first.digest(), "good");
  const auto other = office.sign("R-1", first.digest(), "evil");
  REQUIRE(office.store(one));
  const auto late = office.store(other);
  REQUIRE_FALSE(late);
  CHECK(late.error().code == base::Code::kConflict);
  CHECK(office.kept("R-1").size() == 2);
  CHECK_FALSE(office.store(office.sign("R-1", std::nullopt, "new")));
  CHECK_FALSE(office.store(office.sign("R-2", first.digest())));
}

}  // namespace
