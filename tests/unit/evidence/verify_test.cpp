// Whatever somebody who holds the database does to it, an audit names it.
#include "home.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::test;
using store::CertificateState;

// Records 0-1 first, 2-3 second, 4 held, 5 released, 6-7 third, 8 revoked, 9-10 a void one.
struct Story {
  Home home;
  Issued good = home.issue(1);
  Issued held = home.issue(2);
  Issued revoked;
  Story() {
    home.set_status(held, CertificateState::kOnHold);
    home.set_status(held, CertificateState::kGood);
    revoked = home.issue(3);
    home.set_status(revoked, CertificateState::kRevoked);
    home.make_void(4);
    home.publish_list(1);
  }
  [[nodiscard]] std::string problems() {
    std::string all;
    for (const auto& problem : home.verify().problems) all += problem + "\n";
    return all;
  }
};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("an untouched ledger has no problems and no remarks") {
  Story story;
  story.home.remember();
  const auto report = story.home.verify();
  for (const auto& problem : report.problems) MESSAGE(problem);
  CHECK(report.problems.empty());
  CHECK(report.remarks.empty());
  CHECK(report.records == 12);
  CHECK(report.head == story.home.head());
}

TEST_CASE("an empty ledger is a good one") {
  Home home;
  const auto report = home.verify();
  CHECK(report.problems.empty());
  CHECK(report.records == 0);
}

TEST_CASE("an intent without outcome is a remark, for another process may be at work") {
  Home home;
  home.append("certificate.intent", "issuing/4055", "{}", {1});
  const auto report = home.verify();
  CHECK(report.problems.empty());
  REQUIRE(report.remarks.size() == 1);
  CHECK(contains(report.remarks[0], "issuing/4055"));
}

TEST_CASE("changes to records are found and name the record") {
  Story story;
  story.home.remember();
  SUBCASE("edited text") {
    story.home.tamper("UPDATE ledger SET text = replace(text, 'local:root', 'local:ruut') WHERE sequence = 4");
    CHECK(contains(story.problems(), "Record 4 was changed"));
  }
  SUBCASE("edited text that is no JSON any more") {
    story.home.tamper("UPDATE ledger SET text = 'x' WHERE sequence = 11");
    CHECK(contains(story.problems(), "Record 11 was changed"));
    CHECK(contains(story.problems(), "Record 11 is not in the form"));
  }
  SUBCASE("edited attachment") {
    story.home.tamper("UPDATE ledger SET attachment = x'3099' WHERE sequence = 2");
    CHECK(contains(story.problems(), "attached to record 2"));
  }
  SUBCASE("removed attachment") {
    story.home.tamper("UPDATE ledger SET attachment = NULL WHERE sequence = 2");
    CHECK(contains(story.problems(), "attached to record 2"));
  }
  SUBCASE("added attachment") {
    story.home.tamper("UPDATE ledger SET attachment = x'3099' WHERE sequence = 4");
    CHECK(contains(story.problems(), "attached to record 4"));
  }
  SUBCASE("a leaf of the wrong size") {
    story.home.tamper("UPDATE ledger SET leaf = x'00' WHERE sequence = 5");
    CHECK(contains(story.problems(), "Record 5 was changed"));
  }
  SUBCASE("a record removed from the middle") {
    story.home.tamper("DELETE FROM ledger WHERE sequence = 5");
    CHECK(contains(story.problems(), "Record 5 is missing"));
  }
  SUBCASE("several removed from the start") {
    story.home.tamper("DELETE FROM ledger WHERE sequence < 3");
    CHECK(contains(story.problems(), "Records 0 to 2 are missing"));
  }
  SUBCASE("the tail cut off") {
    story.home.tamper("DELETE FROM ledger WHERE sequence = 11");
    CHECK(contains(story.problems(), "cut off: it had 12 records"));
  }
  SUBCASE("two exchanged, hashes and all") {
    story.home.tamper("UPDATE ledger SET sequence = -1 WHERE sequence = 4");
    story.home.tamper("UPDATE ledger SET sequence = 4 WHERE sequence = 11");
    story.home.tamper("UPDATE ledger SET sequence = 11 WHERE sequence = -1");
    CHECK(contains(story.problems(), "The first 12 records are not the ones"));
  }
  SUBCASE("one rewritten, hash and all") {
    const std::string text =
        R"({"actor":"nobody","data":{"crl":"00","number":1},"kind":"crl.published","object":"issuing","time":"2023-11-14T22:13:20Z"})";
    const auto leaf = base::hex(evidence::leaf_hash(base::as_bytes(text)));
    story.home.tamper("UPDATE ledger SET text = '" + text + "', leaf = x'" + leaf + "' WHERE sequence = 11");
    CHECK(contains(story.problems(), "The first 12 records are not the ones"));
  }
  SUBCASE("a damaged frontier") {
    story.home.tamper("UPDATE ledger_frontier SET hashes = x'00'");
    CHECK_FALSE(story.home.verify().problems.empty());
  }
}

TEST_CASE("a tail that was cut off is missed by the tables, even when nothing was remembered") {
  Story story;
  story.home.tamper("DELETE FROM ledger WHERE sequence >= 7");
  const auto problems = story.problems();
  CHECK(contains(problems, "Certificate issuing/4003 is in the table, but no record says that it was issued"));
  CHECK(contains(problems, "Certificate issuing/4004 is in the table, but no record"));
}

TEST_CASE("changes to the tables are found and name the certificate") {
  Story story;
  SUBCASE("other octets in place of the certificate") {
    story.home.tamper(
        "UPDATE certificate_bodies SET der = (SELECT der FROM certificate_bodies WHERE id = 2) WHERE id = 1");
    CHECK(contains(story.problems(), "Certificate issuing/4001 in the table is not the one"));
  }
  SUBCASE("the certificate removed, its row kept") {
    story.home.tamper("DELETE FROM certificate_bodies WHERE id = 1");
    CHECK(contains(story.problems(), "issuing/4001 are missing or are not a certificate"));
  }
  SUBCASE("un-revoked") {
    story.home.tamper("UPDATE certificates SET state = 0, revoked_at = 0, reason = 0 WHERE id = " +
                      std::to_string(story.revoked.id));
    CHECK(contains(story.problems(), "The status of certificate issuing/4003"));
  }
  SUBCASE("revoked without a record") {
    story.home.tamper("UPDATE certificates SET state = 1, revoked_at = 5 WHERE id = " +
                      std::to_string(story.good.id));
    CHECK(contains(story.problems(), "The status of certificate issuing/4001"));
  }
  SUBCASE("revoked at another time") {
    story.home.tamper("UPDATE certificates SET revoked_at = revoked_at + 1 WHERE id = " +
                      std::to_string(story.revoked.id));
    CHECK(contains(story.problems(), "The status of certificate issuing/4003"));
  }
  SUBCASE("revoked for another reason") {
    story.home.tamper("UPDATE certificates SET reason = 4 WHERE id = " + std::to_string(story.revoked.id));
    CHECK(contains(story.problems(), "The status of certificate issuing/4003"));
  }
  SUBCASE("an expiry that takes it out of the revocation list") {
    story.home.tamper("UPDATE certificates SET not_after = 1 WHERE id = " + std::to_string(story.revoked.id));
    CHECK(contains(story.problems(), "The row of certificate issuing/4003 says another"));
  }
  SUBCASE("another subject") {
    story.home.tamper("UPDATE certificates SET subject = 'CN=hidden' WHERE id = 1");
    CHECK(contains(story.problems(), "The row of certificate issuing/4001 says another"));
  }
  SUBCASE("another serial") {
    story.home.tamper("UPDATE certificates SET serial = x'4077' WHERE id = 1");
    CHECK(contains(story.problems(), "Record 1 is about certificate issuing/4001, which is missing from the table"));
    CHECK(contains(story.problems(), "Certificate issuing/4077 is in the table, but no record"));
  }
  SUBCASE("a row removed") {
    story.home.tamper("DELETE FROM certificate_bodies WHERE id = 1");
    story.home.tamper("DELETE FROM certificates WHERE id = 1");
    CHECK(contains(story.problems(), "issuing/4001, which is missing from the table"));
  }
  SUBCASE("a void serial made good") {
    story.home.tamper("UPDATE certificates SET state = 0 WHERE id = 4");
    CHECK_FALSE(story.home.verify().problems.empty());
  }
}

TEST_CASE("records that contradict each other are found") {
  Story story;
  SUBCASE("issued twice") {
    story.home.append("certificate.issued", story.good.object, R"({"certificate":"00","intent":0})");
    CHECK(contains(story.problems(), "Record 12 says once more"));
    CHECK(contains(story.problems(), "Record 12 is a second outcome of record 0"));
  }
  SUBCASE("the outcome of nothing") {
    story.home.append("certificate.void", "issuing/4009", R"({"intent":11,"reason":"x"})");
    CHECK(contains(story.problems(), "Record 12 is the outcome of an intent that is not in the ledger"));
  }
  SUBCASE("the outcome of another intent") {
    story.home.append("certificate.intent", "issuing/4008", "{}", {1});
    story.home.append("certificate.void", "issuing/4009", R"({"intent":12,"reason":"x"})");
    CHECK(contains(story.problems(), "Record 13 is about issuing/4009, but says"));
  }
  SUBCASE("a status of what was never issued") {
    story.home.append("certificate.revoked", "issuing/40FF",
                      R"({"at":"2023-11-14T22:13:20Z","reason":"keyCompromise"})");
    CHECK(contains(story.problems(), "issuing/40FF"));
  }
}

TEST_CASE("a flood of problems does not fill the memory") {
  Home home;
  home.write([](Writer& writer) -> Result<> {
    for (int i = 0; i < 1500; ++i) TRY(evidence::append(writer, {"k", "o", "a", {0}, "{}", {}}));
    return {};
  });
  home.tamper("UPDATE ledger SET leaf = x'00'");
  const auto report = home.verify();
  CHECK(report.problems.size() == 1001);
  CHECK(report.problems.back() == "and 500 more");
}
