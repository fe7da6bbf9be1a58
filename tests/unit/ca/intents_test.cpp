// What becomes of intents whose process is gone, and of those whose process lives.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "ca/records.hpp"
#include "need.hpp"
#include "small_ca.hpp"

namespace ca = yuxin::ca;
namespace base = yuxin::base;
namespace store = yuxin::store;
namespace x509 = yuxin::x509;
namespace evidence = yuxin::evidence;
using base::Code;
using store::CertificateState;
using yuxin::test::error_of;
using yuxin::test::kAlice;
using yuxin::test::need;
using yuxin::test::SmallCa;

namespace {

std::shared_ptr<ca::IntentOwner> enter(const SmallCa& ca) {
  return need(ca::IntentOwner::enter(ca.folder.file("intents.lock")));
}

// Writes down an intent, as issuing does before it signs, and gives the serial number that is used up by it.
x509::Serial intend(const SmallCa& ca, const ca::IntentOwner& owner) {
  const auto serial = x509::Serial::random();
  const auto subject = need(x509::Name::parse("CN=officer-14"));
  const auto identifier = x509::scheme(ca.signer->algorithm()).identifier;
  const auto tbs = x509::make_tbs_certificate({.serial = serial,
                                               .signature_algorithm = identifier,
                                               .issuer = ca.certificate->tbs().subject,
                                               .not_before = ca.clock.now(),
                                               .not_after = ca.clock.now() + base::days(10),
                                               .subject = subject.der(),
                                               .spki = ca.key.public_key().spki(),
                                               .extensions = {}});
  yuxin::test::need(ca.store->write([&](store::Writer& writer) -> base::Result<> {
    TRY(ca::record_intent(writer,
                          {.authority = ca.authority.id,
                           .authority_name = "issuing",
                           .owner = owner.id(),
                           .serial = serial,
                           .profile = "tls-client",
                           .subject = "CN=officer-14",
                           .alt_names = {},
                           .not_before = ca.clock.now(),
                           .not_after = ca.clock.now() + base::days(10),
                           .actor = "local:alice",
                           .tbs = tbs,
                           .spki = ca.key.public_key().spki()},
                          ca.clock.now()));
    return {};
  }));
  return serial;
}

std::int64_t resolve(const SmallCa& ca, const ca::IntentOwner& owner) {
  return need(ca::resolve_intents(*ca.store, owner, ca.clock));
}

}  // namespace

TEST_CASE("an intent whose owner is gone becomes void: its serial counts as revoked, and the ledger says why") {
  const SmallCa ca;
  x509::Serial serial = x509::Serial::random();
  {
    const auto gone = enter(ca);
    serial = intend(ca, *gone);
  }
  CHECK(resolve(ca, *ca.owner) == 1);
  const auto row = ca.row_of(serial);
  CHECK(row.status.state == CertificateState::kVoid);
  CHECK(row.status.revoked_at == ca.clock.now());
  CHECK(row.subject == "CN=officer-14");
  CHECK(row.profile == "tls-client");
  CHECK(row.not_after == ca.clock.now() + base::days(10));
  CHECK(row.der.empty());
  const auto records = ca.records("certificate.void");
  REQUIRE(records.size() == 1);
  CHECK(records[0].find("interrupted") != std::string::npos);
  CHECK(records[0].find(serial.hex()) != std::string::npos);
  CHECK(ca.audit().problems.empty());
}

TEST_CASE("ending intents twice ends them once") {
  const SmallCa ca;
  intend(ca, *enter(ca));
  intend(ca, *enter(ca));
  CHECK(resolve(ca, *ca.owner) == 2);
  CHECK(resolve(ca, *ca.owner) == 0);
  CHECK(ca.count(CertificateState::kVoid) == 2);
}

TEST_CASE("an intent that is being carried out right now is left alone, and ended when its owner goes") {
  const SmallCa ca;
  auto busy = enter(ca);
  const auto begun = intend(ca, *busy);
  const auto abandoned = intend(ca, *enter(ca));
  CHECK(resolve(ca, *ca.owner) == 1);
  CHECK(ca.row_of(abandoned).status.state == CertificateState::kVoid);
  CHECK(ca.count(CertificateState::kVoid) == 1);
  busy.reset();
  // also one that lies before others which were ended already
  CHECK(resolve(ca, *ca.owner) == 1);
  CHECK(ca.row_of(begun).status.state == CertificateState::kVoid);
  CHECK(ca.audit().problems.empty());
}

TEST_CASE("its own intents a process leaves alone") {
  const SmallCa ca;
  intend(ca, *ca.owner);
  CHECK(resolve(ca, *ca.owner) == 0);
}

TEST_CASE("intents with their outcome are no business of anybody's") {
  const SmallCa ca;
  const yuxin::test::Applicant applicant({x509::KeyType::kP256, 256});
  const auto issued = ca.issue(yuxin::test::shipped("tls-client"), applicant.ask("C=CN, O=Test City, CN=officer-14"));
  const auto other = enter(ca);
  CHECK(resolve(ca, *other) == 0);
  CHECK(ca.row_of(*issued.certificate.serial()).status.state == CertificateState::kGood);
  CHECK(ca.count(CertificateState::kVoid) == 0);
}

TEST_CASE("owners know each other across processes, and a killed one is known to be gone") {
  const SmallCa ca;
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto owner = ca::IntentOwner::enter(ca.folder.file("intents.lock"));
    const std::int64_t id = owner ? (*owner)->id() : -1;
    if (::write(ready[1], &id, sizeof id) != sizeof id) std::_Exit(1);
    ::pause();
    std::_Exit(0);
  }
  std::int64_t id = 0;
  REQUIRE(::read(ready[0], &id, sizeof id) == sizeof id);
  CHECK(ca.owner->is_alive(id));
  CHECK(ca.owner->is_alive(ca.owner->id()));
  CHECK_FALSE(ca.owner->is_alive(id ^ 1));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  CHECK_FALSE(ca.owner->is_alive(id));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_CASE("an intent that cannot be read stops the ending and names the record") {
  const SmallCa ca;
  std::int64_t sequence = 0;
  yuxin::test::need(ca.store->write([&](store::Writer& writer) -> base::Result<> {
    TRY(sequence, evidence::append(writer, {.kind = "certificate.intent",
                                            .object = "issuing/01",
                                            .actor = "local:alice",
                                            .time = ca.clock.now(),
                                            .data = R"({"owner":"1","profile":"tls-client"})",
                                            .attachment = {0x30, 0x00}}));
    return {};
  }));
  const auto refused = ca::resolve_intents(*ca.store, *ca.owner, ca.clock);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::kIntegrity);
  CHECK(refused.error().detail.find(std::to_string(sequence)) != std::string::npos);
  CHECK(ca.count(CertificateState::kVoid) == 0);
}

TEST_CASE("without its lock file nobody owns an intent") {
  const yuxin::test::TemporaryFolder folder;
  CHECK(error_of(ca::IntentOwner::enter(folder.file("no/such/folder/lock"))).code == Code::kUnavailable);
  CHECK_FALSE(ca::IntentOwner::enter(folder.path().string()).has_value());
}
