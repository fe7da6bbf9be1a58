// What lists that the database does not know say of it: left by a killed process, or signed after a copy was made.
#include "yuxin/ca/newer_lists.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "small_ca.hpp"

namespace ca = yuxin::ca;
namespace base = yuxin::base;
namespace store = yuxin::store;
namespace test = yuxin::test;
namespace x509 = yuxin::x509;
using base::Code;
using test::kAlice;
using test::need;
using test::SmallCa;
using x509::RevocationReason;

namespace {

// Scene is an authority whose database is put back to an older copy.
class Scene {
 public:
  Scene() : ca({x509::KeyType::kP256, 256}, need(store::open_sqlite({.path = folder_.file("now.db")}))) {}

  [[nodiscard]] x509::Certificate issue() const {
    return ca.issue(test::shipped("tls-client"), test::Applicant({x509::KeyType::kP256, 256}).ask("CN=officer-14"))
        .certificate;
  }
  [[nodiscard]] base::Result<store::CrlRow> publish() const {
    return ca::publish_crl(*ca.store, ca.crl_order(), ca.clock, kAlice);
  }
  void keep_copy() const { need(store::copy_sqlite(folder_.file("now.db"), folder_.file("older.db"))); }
  void put_copy_back() {
    ca.store = need(store::Store::over(need(store::open_sqlite({.path = folder_.file("older.db")})), ""));
  }
  [[nodiscard]] ca::NewerLists newer() const {
    return need(ca::find_newer_lists(*ca.store, ca.folder.path().string(), ca.authority));
  }
  [[nodiscard]] std::string list_file(std::int64_t number) const {
    return ca.folder.file(ca::list_file_name("issuing", number));
  }
  [[nodiscard]] base::Result<store::CrlRow> import(std::int64_t number) const {
    const auto list = need(x509::Crl::from_bytes(test::read_octets(list_file(number))));
    return ca::import_crl(*ca.store, ca.authority, *ca.certificate, list, ca.folder.path().string(), ca.clock,
                          kAlice);
  }
  void take_in(std::int64_t number) const { CHECK(need(import(number)).number == number); }
  void change(decltype(&ca::hold) how, const x509::Certificate& certificate) const {
    need(how(*ca.store, ca.order(certificate, RevocationReason::kKeyCompromise), ca.clock, kAlice));
  }

 private:
  test::TemporaryFolder folder_;

 public:
  SmallCa ca;
};

}  // namespace

TEST_CASE("a list that a killed process left agrees with the database, and its number is not used again") {
  Scene scene;
  scene.change(ca::revoke, scene.issue());
  REQUIRE(need(scene.publish()).number == 1);
  scene.keep_copy();
  REQUIRE(need(scene.publish()).number == 2);
  scene.put_copy_back();
  const auto newer = scene.newer();
  CHECK(newer.highest == 2);
  CHECK(newer.unrecorded.size() == 1);
  CHECK_FALSE(newer.roll_back);
  CHECK(need(ca::next_crl_number(*scene.ca.store, scene.ca.folder.path().string(), scene.ca.authority)) == 3);
  CHECK(need(scene.publish()).number == 3);
  CHECK(std::filesystem::exists(scene.list_file(1)));
  CHECK_FALSE(std::filesystem::exists(scene.list_file(2)));
  CHECK(scene.newer().highest == 0);
  CHECK(need(scene.publish()).number == 4);
  CHECK_FALSE(std::filesystem::exists(scene.list_file(1)));
}

TEST_CASE("a database that was rolled back publishes nothing until it revokes again what its newest list does") {
  Scene scene;
  const auto first = scene.issue();
  const auto second = scene.issue();
  REQUIRE(scene.publish());
  scene.keep_copy();
  scene.change(ca::revoke, first);
  scene.change(ca::hold, second);
  REQUIRE(need(scene.publish()).number == 2);
  const auto octets = test::read_octets(scene.list_file(2));
  scene.put_copy_back();
  const auto newer = scene.newer();
  REQUIRE(newer.roll_back);
  CHECK(newer.roll_back->number == 2);
  CHECK(newer.roll_back->news.count == 2);
  const auto remedy = ca::roll_back_remedy(*newer.roll_back);
  CHECK(remedy.find("yuxin --home " + scene.ca.folder.path().string() + " ca import-crl issuing " +
                    scene.list_file(2)) != std::string::npos);
  for (const auto& refused : {scene.publish(), scene.publish()}) {
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::kIntegrity);
    CHECK(refused.error().detail.find(first.serial()->hex()) != std::string::npos);
  }
  CHECK(test::read_octets(scene.list_file(2)) == octets);
  CHECK_FALSE(std::filesystem::exists(scene.list_file(3)));
  scene.change(ca::revoke, first);
  CHECK_FALSE(scene.publish());
  CHECK_FALSE(ca::publish_changes(*scene.ca.store, scene.ca.crl_order(), scene.ca.clock, kAlice));
  scene.change(ca::hold, second);
  CHECK(need(scene.publish()).number == 3);
}

TEST_CASE("a list that is taken in makes the database say all that it says, since when it says it") {
  Scene scene;
  const auto kept = scene.issue();
  const auto first = scene.issue();
  const auto held = scene.issue();
  const auto leaked = scene.issue();
  const auto half = scene.issue();
  scene.change(ca::hold, half);
  need(ca::revoke(*scene.ca.store, scene.ca.order(leaked, RevocationReason::kSuperseded), scene.ca.clock, kAlice));
  REQUIRE(scene.publish());
  scene.keep_copy();
  const auto unknown = scene.issue();
  const auto lost = scene.issue();
  const auto then = scene.ca.clock.now();
  for (const auto& one : {first, leaked, half, unknown}) scene.change(ca::revoke, one);
  for (const auto& one : {held, lost}) scene.change(ca::hold, one);
  REQUIRE(need(scene.publish()).number == 2);
  scene.put_copy_back();
  CHECK_FALSE(scene.publish());
  REQUIRE(scene.newer().roll_back);
  CHECK(scene.newer().roll_back->news.count == 6);

  scene.ca.clock.set(base::UnixTime{then.seconds + 3600});
  scene.take_in(2);
  CHECK(scene.newer().highest == 0);
  const auto status = [&](const x509::Certificate& one) { return scene.ca.row_of(*one.serial()).status; };
  CHECK(status(kept).state == store::CertificateState::kGood);
  for (const auto& one : {first, leaked, half, unknown}) {
    CHECK(status(one).state == store::CertificateState::kRevoked);
    CHECK(status(one).reason == static_cast<int>(RevocationReason::kKeyCompromise));
    CHECK(status(one).revoked_at == then);
  }
  CHECK(status(held).state == store::CertificateState::kOnHold);
  CHECK(status(held).revoked_at == then);
  // nobody has it here, so nobody can release it
  CHECK(status(lost).state == store::CertificateState::kRevoked);
  CHECK_FALSE(
      ca::release(*scene.ca.store, scene.ca.order(lost, RevocationReason::kUnspecified), scene.ca.clock, kAlice));

  const auto next = need(scene.publish());
  CHECK(next.number == 3);
  const auto published = need(x509::Crl::from_bytes(test::read_octets(scene.list_file(3))));
  std::size_t entries = 0;
  need(published.for_each_view([&](const x509::RevokedEntryView&) {
    ++entries;
    return x509::Crl::Visit::kGoOn;
  }));
  CHECK(entries == 6);
}

TEST_CASE("what a newer list revokes and the database does not know at all is told") {
  Scene scene;
  REQUIRE(scene.publish());
  scene.keep_copy();
  const auto issued = scene.issue();
  scene.change(ca::revoke, issued);
  REQUIRE(scene.publish());
  scene.put_copy_back();
  const auto newer = scene.newer();
  REQUIRE(newer.roll_back);
  REQUIRE(newer.roll_back->news.serials.size() == 1);
  CHECK(newer.roll_back->news.serials.front() == issued.serial()->hex());
  CHECK(need(ca::find_roll_backs(*scene.ca.store, scene.ca.folder.path().string())).size() == 1);
}

TEST_CASE("a release after a list that a killed process left is no roll-back, and one before it is") {
  Scene scene;
  const auto certificate = scene.issue();
  scene.change(ca::hold, certificate);
  REQUIRE(scene.publish());
  scene.keep_copy();
  REQUIRE(scene.publish());
  scene.put_copy_back();
  scene.ca.clock.advance(base::Seconds{60});
  scene.change(ca::release, certificate);
  CHECK_FALSE(scene.newer().roll_back);
  CHECK(need(scene.publish()).number == 3);

  Scene other;
  const auto held = other.issue();
  other.change(ca::hold, held);
  other.change(ca::release, held);
  REQUIRE(other.publish());
  other.keep_copy();
  other.ca.clock.advance(base::Seconds{60});
  other.change(ca::hold, held);
  REQUIRE(other.publish());
  other.put_copy_back();
  CHECK(other.newer().roll_back);
}

TEST_CASE("what expired since is told too, and taken in: its key may have leaked") {
  Scene scene;
  const auto certificate = scene.issue();
  REQUIRE(scene.publish());
  scene.keep_copy();
  scene.change(ca::revoke, certificate);
  REQUIRE(scene.publish());
  scene.put_copy_back();
  scene.ca.clock.advance((certificate.not_after() + base::Seconds{1}) - scene.ca.clock.now());
  CHECK(scene.newer().roll_back);
  scene.take_in(2);
  CHECK_FALSE(scene.newer().roll_back);
  const auto status = scene.ca.row_of(*certificate.serial()).status;
  CHECK(status.reason == static_cast<int>(RevocationReason::kKeyCompromise));
}

TEST_CASE("revoking by hand what the list revokes is too late by the time between, and that is told") {
  Scene scene;
  const auto leaked = scene.issue();
  const auto held = scene.issue();
  REQUIRE(scene.publish());
  scene.keep_copy();
  const auto then = scene.ca.clock.now();
  scene.change(ca::revoke, leaked);
  scene.change(ca::hold, held);
  REQUIRE(scene.publish());
  scene.put_copy_back();
  scene.ca.clock.advance(base::Seconds{60});
  scene.change(ca::revoke, leaked);
  scene.change(ca::revoke, held);
  REQUIRE(scene.newer().roll_back);
  CHECK(scene.newer().roll_back->news.count == 2);
  scene.take_in(2);
  for (const auto& one : {leaked, held}) {
    const auto status = scene.ca.row_of(*one.serial()).status;
    CHECK(status.state == store::CertificateState::kRevoked);
    CHECK(status.reason == static_cast<int>(RevocationReason::kKeyCompromise));
    CHECK(status.revoked_at == then);
  }
}

TEST_CASE("what is on hold in the copy was released before it was revoked later, and is revoked since then") {
  Scene scene;
  const auto certificate = scene.issue();
  scene.change(ca::hold, certificate);
  REQUIRE(scene.publish());
  scene.keep_copy();
  scene.change(ca::release, certificate);
  scene.ca.clock.advance(base::Seconds{60});
  scene.change(ca::revoke, certificate);
  const auto then = scene.ca.clock.now();
  REQUIRE(scene.publish());
  scene.put_copy_back();
  scene.take_in(2);
  CHECK(scene.ca.row_of(*certificate.serial()).status.revoked_at == then);
}

TEST_CASE("the highest list has the last word: what one below it holds and it does not was released") {
  Scene scene;
  const auto certificate = scene.issue();
  REQUIRE(scene.publish());
  scene.keep_copy();
  const auto unknown = scene.issue();
  scene.change(ca::hold, unknown);
  scene.change(ca::revoke, certificate);
  REQUIRE(need(scene.publish()).number == 2);
  scene.change(ca::release, unknown);
  REQUIRE(need(scene.publish()).number == 3);
  scene.put_copy_back();
  REQUIRE(scene.newer().roll_back);
  CHECK(scene.newer().roll_back->number == 3);
  CHECK(scene.newer().roll_back->news.count == 1);
  const auto refused = scene.import(2);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::kConflict);
  CHECK(refused.error().detail.find("published/crl/issuing-3.crl") != std::string::npos);
  scene.take_in(3);
  CHECK(scene.newer().highest == 0);
  CHECK(need(scene.publish()).number == 4);
  const auto nobody =
      ca::release(*scene.ca.store, scene.ca.order(unknown, RevocationReason::kUnspecified), scene.ca.clock, kAlice);
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error().code == Code::kNotFound);
}

TEST_CASE("a file that the authority did not sign says nothing, and is not overwritten") {
  Scene scene;
  REQUIRE(need(scene.publish()).number == 1);
  SmallCa stranger;
  const auto foreign = need(ca::publish_crl(*stranger.store, stranger.crl_order(), stranger.clock, kAlice));
  std::filesystem::copy_file(stranger.folder.path() / foreign.file, scene.list_file(2));
  test::write_octets(scene.list_file(3), {'x'});
  std::filesystem::create_directory(scene.list_file(7));
  CHECK(scene.newer().highest == 0);
  CHECK(need(scene.publish()).number == 4);
  CHECK(test::read_octets(scene.list_file(3)) == std::vector<std::uint8_t>{'x'});
  CHECK(std::filesystem::exists(scene.list_file(2)));
}
