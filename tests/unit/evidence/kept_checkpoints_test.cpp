// Checkpoints with what came to them later, and lists and authorities held against their records.
#include <fmt/format.h>

#include "home.hpp"
#include "need.hpp"
#include "yuxin/evidence/cosignature.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::test;
using evidence::KeptCheckpoint;

struct Kept {
  Home home;
  x509::PrivateKey key = x509::PrivateKey::generate({x509::KeyType::kEd25519, 256}).value();
  std::shared_ptr<const x509::Signer> signer = key.signer(x509::SignatureAlgorithm::kEd25519).value();

  std::string sign() {
    const evidence::Checkpoint checkpoint{"yuxin.example/ledger/1", home.head()};
    auto note = evidence::sign_checkpoint(checkpoint, *signer).value();
    home.write([&](Writer& writer) { return evidence::store_checkpoint(writer, checkpoint, note); });
    return note;
  }
  std::optional<KeptCheckpoint> find(std::optional<std::int64_t> size = {}) {
    std::optional<KeptCheckpoint> found;
    home.read([&](Reader& reader) -> Result<> {
      TRY(found, evidence::kept_checkpoint(reader, size));
      return {};
    });
    return found;
  }
  Result<> add(const KeptCheckpoint& checkpoint, const std::string& line) {
    return home.try_write([&](Writer& writer) { return evidence::add_cosignature(writer, checkpoint, line); });
  }
  [[nodiscard]] std::string problems() {
    std::string all;
    for (const auto& problem : home.verify().problems) all += problem + "\n";
    return all;
  }
};

}  // namespace

TEST_CASE("co-signatures and a time stamp are kept with their own checkpoint") {
  Kept kept;
  CHECK_FALSE(kept.find());
  kept.home.append("k", "1", "{}");
  const auto first = kept.sign();
  kept.home.append("k", "2", "{}");
  const auto second = kept.sign();
  const auto one = kept.find(1);
  REQUIRE(one);
  CHECK(one->note == first);
  CHECK(kept.find()->note == second);
  CHECK_FALSE(kept.find(3));

  const auto line = evidence::make_cosignature(first, "w1", *kept.signer, {1'700'000'000}).value().line;
  const auto other = evidence::make_cosignature(first, "w2", *kept.signer, {1'700'000'000}).value().line;
  REQUIRE(kept.add(*one, line));
  REQUIRE(kept.add(*one, other));
  REQUIRE(kept.add(*one, line));
  CHECK(kept.find(1)->note == first + line + other);
  CHECK(kept.find(2)->note == second);

  const base::Bytes token{0x30, 0x00};
  const auto stamp = [&] {
    return kept.home.try_write([&](Writer& writer) { return evidence::add_time_stamp(writer, *one, token); });
  };
  REQUIRE(stamp());
  CHECK(kept.find(1)->time_stamp == token);
  CHECK(kept.find(2)->time_stamp.empty());
  CHECK(yuxin::test::error_of(stamp()).code == Code::kConflict);

  kept.home.read([&](Reader& reader) -> Result<> {
    TRY(const auto notes, evidence::checkpoints(reader));
    CHECK(notes == std::vector<std::string>{first + line + other, second});
    TRY(const auto all, evidence::kept_checkpoints(reader));
    REQUIRE(all.size() == 2);
    CHECK(all[0].time_stamp == token);
    CHECK(all[1].size == 2);
    return {};
  });
  CHECK(kept.problems().empty());
  CHECK(evidence::checkpoint_body(first + line).value() == first.substr(0, first.find("\n\n") + 1));
}

TEST_CASE("a checkpoint takes no more signatures than a note can hold, and none that is not kept takes any") {
  Kept kept;
  kept.home.append("k", "1", "{}");
  const auto note = kept.sign();
  const auto one = *kept.find();
  for (int i = 0; i < 99; ++i) REQUIRE(kept.add(one, fmt::format("\xe2\x80\x94 w{} AAAAAAEC\n", i)));
  CHECK(yuxin::test::error_of(kept.add(one, "\xe2\x80\x94 w AAAAAAEC\n")).code == Code::kConflict);
  CHECK(yuxin::test::error_of(kept.add({99, 1, note, {}}, "\xe2\x80\x94 w AAAAAAEC\n")).code == Code::kNotFound);
}

TEST_CASE("lists are held against their records") {
  Kept kept;
  kept.home.publish_list(1);
  kept.home.publish_list(2, 0x22);
  REQUIRE(kept.problems().empty());
  const auto finds = [&](const char* part) {
    const auto problems = kept.problems();
    CAPTURE(problems);
    CHECK(problems.find(part) != std::string::npos);
  };
  SUBCASE("another digest") {
    kept.home.tamper("UPDATE crls SET sha256 = x'33' WHERE number = 2");
    finds("Revocation list 2 of issuing in the table is not the one that record 1 stands for.");
  }
  SUBCASE("valid for longer") {
    kept.home.tamper("UPDATE crls SET next_update = next_update + 86400 WHERE number = 1");
    finds("Revocation list 1 of issuing in the table is not the one that record 0 stands for.");
  }
  SUBCASE("the newest taken away, so that the one before is handed out") {
    kept.home.tamper("DELETE FROM crls WHERE number = 2");
    finds("Record 1 says that revocation list 2 of issuing was published; it is missing from the table.");
  }
  SUBCASE("one put in") {
    kept.home.tamper(
        "INSERT INTO crls SELECT authority, 3, this_update, next_update, file, sha256, status_sequence FROM crls "
        "WHERE number = 2");
    finds("Revocation list 3 of issuing is in the table, but no record says that it was published.");
  }
  SUBCASE("recorded twice") {
    kept.home.append("crl.published", "issuing", R"({"crl":"1111","next_update":"2023-11-15T22:13:20Z","number":1})");
    finds("Record 2 says once more that revocation list 1 of issuing was published.");
  }
}

TEST_CASE("certificates of authorities and of services are held against what was issued and imported") {
  Kept kept;
  kept.home.issue(1);
  const auto finds = [&](const char* part) {
    const auto problems = kept.problems();
    CAPTURE(problems);
    CHECK(problems.find(part) != std::string::npos);
  };
  kept.home.tamper("UPDATE authorities SET certificate = x'3000'");
  finds("The certificate of authority issuing in the table is in no record.");
  const base::Bytes octets{0x30, 0x00};
  const std::string data = R"({"certificate":")" + base::hex(x509::sha256(octets)) + "\"}";
  kept.home.append("authority.certified", "issuing", data);
  CHECK(kept.problems().empty());
  kept.home.tamper("UPDATE authorities SET certificate = x''");
  finds("Record 2 is about authority issuing, which is missing from the table or has no certificate there.");
  kept.home.tamper("UPDATE authorities SET certificate = x'3000'");

  kept.home.tamper(
      "INSERT INTO service_certificates SELECT c.authority, 'ledger', 'k', b.der, c.not_after FROM certificates c "
      "JOIN "
      "certificate_bodies b ON b.id = c.id");
  CHECK(kept.problems().empty());
  kept.home.tamper("UPDATE service_certificates SET not_after = not_after - 1");
  finds("The certificate in service for \"ledger\" is one for something else, or its row says another end");
  kept.home.tamper("UPDATE service_certificates SET not_after = not_after + 1, purpose = 'ocsp'");
  finds("The certificate in service for \"ocsp\" is one for something else, or its row says another end");
  kept.home.tamper("UPDATE service_certificates SET certificate = x'3000'");
  finds("The certificate in service for \"ocsp\" was not issued by the authority that it stands under.");
}

TEST_CASE("rules in the database, and records before the first, are named") {
  Kept kept;
  kept.home.append("k", "o", "{}");
  kept.sign();
  REQUIRE(kept.problems().empty());
  SUBCASE("a trigger") {
    kept.home.write([](Writer& writer) -> Result<> {
      TRY(writer.session().execute("CREATE TRIGGER quiet AFTER INSERT ON ledger BEGIN SELECT 1; END"));
      return {};
    });
    CHECK(kept.problems() == "The database holds the rule \"quiet\", which yuxin did not make.\n");
  }
  SUBCASE("a negative number") {
    kept.home.tamper("INSERT INTO ledger SELECT -5, text, attachment, leaf FROM ledger");
    CHECK(kept.problems() == "There is a record -5; records are numbered from 0, so this one was put in.\n");
  }
  SUBCASE("a checkpoint filed under another size") {
    kept.home.tamper("UPDATE ledger_checkpoints SET size = 9");
    CHECK(kept.problems() == "The stored checkpoint of 1 records is filed under 9: its row was changed.\n");
  }
}
