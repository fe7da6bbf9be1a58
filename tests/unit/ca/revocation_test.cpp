#include "yuxin/ca/revocation.hpp"

#include <doctest/doctest.h>

#include "small_ca.hpp"

namespace ca = yuxin::ca;
namespace base = yuxin::base;
namespace store = yuxin::store;
namespace x509 = yuxin::x509;
using base::Code;
using x509::RevocationReason;
using yuxin::test::Applicant;
using yuxin::test::error_of;
using yuxin::test::kAlice;
using yuxin::test::kMorning;
using yuxin::test::need;
using yuxin::test::shipped;
using yuxin::test::SmallCa;

namespace {

x509::Certificate issue(const SmallCa& ca) {
  return ca.issue(shipped("tls-client"), Applicant({x509::KeyType::kP256, 256}).ask("CN=officer-14")).certificate;
}

}  // namespace

TEST_CASE("every change of status is allowed or refused as the table says, and a refusal changes nothing") {
  using Change = base::Result<ca::StatusOutcome> (*)(store::Store&, const ca::StatusOrder&, const base::Clock&,
                                                     const ca::Authorisation&);
  struct Row {
    std::vector<Change> before;
    Change change;
    bool allowed;
  };
  const std::vector<Row> table = {
      {{}, ca::revoke, true},
      {{}, ca::hold, true},
      {{}, ca::release, false},
      {{ca::hold}, ca::hold, false},
      {{ca::hold}, ca::release, true},
      {{ca::hold}, ca::revoke, true},
      {{ca::revoke}, ca::revoke, false},
      {{ca::revoke}, ca::hold, false},
      {{ca::revoke}, ca::release, false},
      {{ca::hold, ca::release}, ca::revoke, true},
      {{ca::hold, ca::revoke}, ca::release, false},
  };
  for (const auto& row : table) {
    const SmallCa ca;
    const auto certificate = issue(ca);
    const auto order = ca.order(certificate, RevocationReason::kKeyCompromise);
    for (const auto& step : row.before) REQUIRE(step(*ca.store, order, ca.clock, kAlice).has_value());
    const auto before = ca.row_of(order.serial);
    const auto outcome = row.change(*ca.store, order, ca.clock, kAlice);
    CHECK(outcome.has_value() == row.allowed);
    if (!outcome) {
      CHECK(outcome.error().code == Code::kConflict);
      CHECK(ca.row_of(order.serial).status_sequence == before.status_sequence);
    }
    CHECK(ca.audit().problems.empty());
  }
}

TEST_CASE("a serial that was never issued cannot be revoked") {
  const SmallCa ca;
  auto order = ca.order(*ca.certificate, RevocationReason::kKeyCompromise);
  order.serial = *x509::Serial::parse("00DEADBEEF");
  const auto outcome = ca::revoke(*ca.store, order, ca.clock, kAlice);
  REQUIRE_FALSE(outcome.has_value());
  CHECK(outcome.error().code == Code::kNotFound);
  CHECK(ca.records("certificate.revoked").empty());
}

TEST_CASE("hold and removeFromCRL are no reasons to revoke, and a key cannot leak tomorrow") {
  const SmallCa ca;
  const auto certificate = issue(ca);
  for (const auto reason : {RevocationReason::kCertificateHold, RevocationReason::kRemoveFromCrl}) {
    const auto outcome = ca::revoke(*ca.store, ca.order(certificate, reason), ca.clock, kAlice);
    REQUIRE_FALSE(outcome.has_value());
    CHECK(outcome.error().code == Code::kUsage);
  }
  auto order = ca.order(certificate, RevocationReason::kKeyCompromise);
  order.invalidity_date = kMorning + base::Seconds{1};
  CHECK_FALSE(ca::revoke(*ca.store, order, ca.clock, kAlice).has_value());
  order.invalidity_date = kMorning - base::days(2);
  CHECK(ca::revoke(*ca.store, order, ca.clock, kAlice).has_value());
}

TEST_CASE("a certificate that was on hold is revoked since it was put on hold") {
  SmallCa ca;
  const auto certificate = issue(ca);
  const auto order = ca.order(certificate, RevocationReason::kKeyCompromise);
  REQUIRE(ca::hold(*ca.store, order, ca.clock, kAlice).has_value());
  ca.clock.set(kMorning + base::days(3));
  CHECK(need(ca::revoke(*ca.store, order, ca.clock, kAlice)).after.revoked_at == kMorning);
  // not so where it was released in between
  const auto another = issue(ca);
  const auto later = ca.order(another, RevocationReason::kKeyCompromise);
  REQUIRE(ca::hold(*ca.store, later, ca.clock, kAlice).has_value());
  REQUIRE(ca::release(*ca.store, later, ca.clock, kAlice).has_value());
  ca.clock.set(kMorning + base::days(5));
  CHECK(need(ca::revoke(*ca.store, later, ca.clock, kAlice)).after.revoked_at == kMorning + base::days(5));
}

TEST_CASE("that a key has leaked, or leaked earlier, may come to light after a revocation; nothing else may") {
  SmallCa ca;
  const auto certificate = issue(ca);
  const auto change = [&](RevocationReason reason, std::optional<base::UnixTime> since) {
    auto order = ca.order(certificate, reason);
    order.invalidity_date = since;
    return ca::revoke(*ca.store, order, ca.clock, kAlice);
  };
  REQUIRE(change(RevocationReason::kSuperseded, std::nullopt).has_value());
  ca.clock.set(kMorning + base::days(3));
  CHECK_FALSE(change(RevocationReason::kCessationOfOperation, std::nullopt).has_value());
  const auto leaked = need(change(RevocationReason::kKeyCompromise, kMorning - base::days(1)));
  CHECK(leaked.after.revoked_at == kMorning);
  CHECK(leaked.after.invalidity_date == kMorning - base::days(1));
  CHECK(ca::is_compromise(leaked.after));
  CHECK_FALSE(change(RevocationReason::kKeyCompromise, std::nullopt).has_value());
  CHECK_FALSE(change(RevocationReason::kKeyCompromise, kMorning).has_value());
  CHECK_FALSE(change(RevocationReason::kSuperseded, kMorning - base::days(9)).has_value());
  const auto earlier = need(change(RevocationReason::kKeyCompromise, kMorning - base::days(9)));
  CHECK(earlier.after.invalidity_date == kMorning - base::days(9));
  CHECK(earlier.after.revoked_at == kMorning);
  CHECK(ca.records("certificate.revoked").size() == 3);
  CHECK(ca.audit().problems.empty());
}

TEST_CASE("the published list holds what is revoked and on hold, and openssl reads it") {
  SmallCa ca;
  const auto leaked = issue(ca);
  const auto suspended = issue(ca);
  const auto good = issue(ca);
  REQUIRE(ca::revoke(*ca.store, ca.order(leaked, RevocationReason::kKeyCompromise), ca.clock, kAlice).has_value());
  REQUIRE(ca::hold(*ca.store, ca.order(suspended, RevocationReason::kUnspecified), ca.clock, kAlice).has_value());
  const auto first = need(ca::publish_crl(*ca.store, ca.crl_order(), ca.clock, kAlice));
  CHECK(first.number == 1);
  std::ofstream(ca.folder.file("root.pem")) << ca.certificate->pem();
  const auto text =
      ca.folder.run("openssl crl -inform DER -in " + first.file + " -CAfile root.pem -noout -text 2>&1").output;
  CHECK(text.find("verify OK") != std::string::npos);
  CHECK(text.find(leaked.serial()->hex()) != std::string::npos);
  CHECK(text.find("Key Compromise") != std::string::npos);
  CHECK(text.find(suspended.serial()->hex()) != std::string::npos);
  CHECK(text.find("Certificate Hold") != std::string::npos);
  CHECK(text.find(good.serial()->hex()) == std::string::npos);

  REQUIRE(ca::release(*ca.store, ca.order(suspended, RevocationReason::kUnspecified), ca.clock, kAlice).has_value());
  const auto second = need(ca::publish_crl(*ca.store, ca.crl_order(), ca.clock, kAlice));
  CHECK(second.number == 2);
  const auto after = ca.folder.run("openssl crl -inform DER -in " + second.file + " -noout -text 2>&1").output;
  CHECK(after.find(suspended.serial()->hex()) == std::string::npos);
}

TEST_CASE(
    "an imported list must be the authority's, newer than the one before, and in force where its key is elsewhere") {
  SmallCa ca;
  const SmallCa other;
  const auto published = need(ca::publish_crl(*ca.store, ca.crl_order(), ca.clock, kAlice));
  const auto list = need(x509::Crl::from_der(yuxin::test::read_octets(ca.folder.path() / published.file)));
  const auto import = [&](SmallCa& into, const x509::Certificate& certificate) {
    return ca::import_crl(*into.store, into.authority, certificate, list, into.folder.path().string(), into.clock,
                          kAlice);
  };
  CHECK(error_of(import(ca, *ca.certificate)).code == Code::kConflict);  // the same number again
  SmallCa elsewhere;
  CHECK(import(elsewhere, *ca.certificate).has_value());  // the certificate is known, the key is not
  SmallCa stranger;
  CHECK(error_of(import(stranger, *stranger.certificate)).code == Code::kBadSignature);  // same name, another key
  SmallCa late;
  late.clock.advance(base::days(8));
  late.authority.key_name.clear();
  CHECK(error_of(import(late, *ca.certificate)).code == Code::kRefused);
  SmallCa own;  // one that has the key makes the next list itself
  own.clock.advance(base::days(8));
  CHECK(import(own, *ca.certificate).has_value());
}
