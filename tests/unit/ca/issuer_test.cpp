#include "yuxin/ca/issuer.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <set>

#include "small_ca.hpp"

namespace ca = yuxin::ca;
namespace base = yuxin::base;
namespace store = yuxin::store;
namespace x509 = yuxin::x509;
using base::Code;
using yuxin::test::Applicant;
using yuxin::test::kAlice;
using yuxin::test::need;
using yuxin::test::profile_of;
using yuxin::test::shipped;
using yuxin::test::SmallCa;

namespace {

const x509::KeyKind kEc{x509::KeyType::kP256, 256};
const std::string kPortal = "C=CN, O=Test City, CN=portal.city.test";

// Signs `left` times, then refuses.
class TiredSigner final : public x509::Signer {
 public:
  TiredSigner(std::shared_ptr<const x509::Signer> real, int left) : real_(std::move(real)), left_(left) {}
  [[nodiscard]] const x509::PublicKey& public_key() const override { return real_->public_key(); }
  [[nodiscard]] x509::SignatureAlgorithm algorithm() const override { return real_->algorithm(); }
  [[nodiscard]] base::Result<base::Bytes> sign(base::ByteView tbs) const override {
    if (left_-- > 0) return real_->sign(tbs);
    return base::fail(Code::kSigner, "The key refuses.");
  }
  [[nodiscard]] base::Result<base::Bytes> sign_digest(base::ByteView digest) const override {
    return real_->sign_digest(digest);
  }

 private:
  std::shared_ptr<const x509::Signer> real_;
  mutable std::atomic<int> left_;
};

std::string judge(const SmallCa& ca, const x509::Certificate& certificate) {
  std::ofstream(ca.folder.file("root.pem")) << ca.certificate->pem();
  std::ofstream(ca.folder.file("leaf.pem")) << certificate.pem();
  return ca.folder.run("openssl verify -x509_strict -CAfile root.pem leaf.pem 2>&1").output;
}

}  // namespace

TEST_CASE("openssl accepts what an authority of every kind of key issues for every kind of key") {
  using x509::KeyType;
  const std::vector<x509::KeyKind> kinds = {{KeyType::kRsa, 3072}, {KeyType::kRsaPss, 3072}, {KeyType::kP256, 256},
                                            {KeyType::kP384, 384}, {KeyType::kP521, 521},    {KeyType::kEd25519, 256},
                                            {KeyType::kEd448, 448}};
  const auto profile = shipped("tls-client");
  for (const auto& authority_kind : kinds) {
    const SmallCa ca(authority_kind);
    for (const auto& kind : kinds) {
      if (kind.type == KeyType::kRsaPss) continue;  // tls-client does not take it
      const Applicant applicant(kind);
      const auto issued = ca.issue(profile, applicant.ask("C=CN, O=Test City, CN=officer-14"));
      const auto verdict = judge(ca, issued.certificate);
      CHECK_MESSAGE(verdict.find("leaf.pem: OK") != std::string::npos,
                    x509::print_key_kind(authority_kind) << " for " << x509::print_key_kind(kind) << ": " << verdict);
    }
    CHECK(ca.audit().problems.empty());
  }
}

TEST_CASE("an SM2 authority issues with SM3 and the standard identifier") {
  const SmallCa ca({x509::KeyType::kSm2, 256});
  const Applicant applicant({x509::KeyType::kSm2, 256});
  const auto issued = ca.issue(shipped("person-encryption"), applicant.ask("C=CN, O=Test City, CN=officer-14"));
  std::ofstream(ca.folder.file("root.pem")) << ca.certificate->pem();
  std::ofstream(ca.folder.file("leaf.pem")) << issued.certificate.pem();
  const auto verdict =
      ca.folder.run("openssl verify -vfyopt distid:1234567812345678 -CAfile root.pem leaf.pem 2>&1").output;
  CHECK_MESSAGE(verdict.find("leaf.pem: OK") != std::string::npos, verdict);
  const auto usage = ca.folder.run("openssl x509 -in leaf.pem -noout -ext keyUsage").output;
  CHECK(usage.find("Key Encipherment, Data Encipherment, Key Agreement") != std::string::npos);  // GB/T 20518: 0x38
}

TEST_CASE("what was prepared can be redeemed once, and only by the issuer that prepared it") {
  const SmallCa ca;
  const SmallCa other;
  const Applicant applicant(kEc);
  const auto profile = shipped("tls-client");
  auto prepared = need(ca.issuer->prepare(profile, applicant.ask("CN=officer-14"), kAlice));
  CHECK_FALSE(other.issuer->issue(std::move(prepared)).has_value());
  CHECK(other.count() == 1);  // the root itself
  auto again = need(ca.issuer->prepare(profile, applicant.ask("CN=officer-14"), kAlice));
  CHECK(ca.issuer->issue(std::move(again)).has_value());
  CHECK_FALSE(ca.issuer->issue(std::move(again)).has_value());
  CHECK(ca.count() == 2);
}

TEST_CASE("the certificate that was shown is the one that is signed") {
  const SmallCa ca;
  const Applicant applicant(kEc);
  auto prepared =
      need(ca.issuer->prepare(shipped("tls-server"), applicant.ask(kPortal, {"dns:portal.city.test"}), kAlice));
  const auto tbs = base::to_bytes(prepared.tbs());
  const auto serial = prepared.serial();
  const auto issued = need(ca.issuer->issue(std::move(prepared)));
  CHECK(base::equal(issued.certificate.tbs().der, tbs));
  CHECK(*issued.certificate.serial() == serial);
  CHECK(ca.records("certificate.intent").size() == 2);  // the root's and this one's
  CHECK(ca.records("certificate.issued").size() == 2);
}

TEST_CASE("a request is refused for what the profile does not take, and nothing is stored") {
  const SmallCa ca;
  const Applicant applicant(kEc);
  const auto refused = [&](const char* profile, const ca::Enrolment& enrolment, Code code) {
    const auto prepared = ca.issuer->prepare(shipped(profile), enrolment, kAlice);
    REQUIRE_FALSE(prepared.has_value());
    CHECK_MESSAGE(prepared.error().code == code, prepared.error().detail);
  };
  refused("tls-server", applicant.ask(kPortal), Code::kRefused);                           // no name
  refused("tls-server", applicant.ask(kPortal, {"dns:other.city.test"}), Code::kRefused);  // CN not among them
  refused("tls-server", applicant.ask(kPortal, {"dns:portal.city.test", "email:a@city.test"}), Code::kRefused);
  refused("tls-client", applicant.ask("O=Test City"), Code::kRefused);    // no CN
  refused("tls-client", applicant.ask("DC=test, CN=x"), Code::kRefused);  // DC is not listed
  refused("tls-client", applicant.ask("CN=x", {"ip:192.0.2.1"}), Code::kRefused);
  refused("tls-server", Applicant({x509::KeyType::kP521, 521}).ask(kPortal, {"dns:portal.city.test"}),
          Code::kRefused);
  auto too_long = applicant.ask("CN=x");
  too_long.validity = base::days(400);
  refused("tls-client", too_long, Code::kRefused);
  CHECK(ca.count() == 1);
  CHECK(ca.records("certificate.intent").size() == 1);
}

TEST_CASE("a profile that demands an approval is issued by nobody alone") {
  const SmallCa ca;
  auto approved = *shipped("tls-client");
  approved.approval = "two-officers";
  const auto prepared =
      ca.issuer->prepare(std::make_shared<const ca::Profile>(approved), Applicant(kEc).ask("CN=x"), kAlice);
  REQUIRE_FALSE(prepared.has_value());
  CHECK(prepared.error().code == Code::kNotAuthorised);
}

TEST_CASE("a certificate never outlives its authority") {
  SmallCa ca;
  ca.clock.set(ca.certificate->not_after() - base::days(30));
  const auto issued = ca.issue(shipped("tls-client"), Applicant(kEc).ask("CN=x"));
  CHECK(issued.certificate.not_after() == ca.certificate->not_after());
  auto longer = Applicant(kEc).ask("CN=x");
  longer.validity = base::days(60);
  CHECK_FALSE(ca.issuer->prepare(shipped("tls-client"), longer, kAlice).has_value());
  ca.clock.set(ca.certificate->not_after() + base::Seconds{1});
  CHECK_FALSE(ca.issuer->prepare(shipped("tls-client"), Applicant(kEc).ask("CN=x"), kAlice).has_value());
}

TEST_CASE("when the key refuses, the intent ends as void, and the serial counts as revoked") {
  SmallCa ca;
  auto parts = ca.parts();
  parts.signer = std::make_shared<TiredSigner>(ca.signer, 0);
  const auto issuer = need(ca::Issuer::open(std::move(parts)));
  auto prepared = need(issuer->prepare(shipped("tls-client"), Applicant(kEc).ask("CN=x"), kAlice));
  const auto serial = prepared.serial();
  const auto issued = issuer->issue(std::move(prepared));
  REQUIRE_FALSE(issued.has_value());
  CHECK(issued.error().code == Code::kSigner);
  CHECK(ca.row_of(serial).status.state == store::CertificateState::kVoid);
  CHECK(ca.records("certificate.void").size() == 1);
  CHECK(ca.audit().problems.empty());
}

TEST_CASE("sixty-four at a time, from several threads: each is stored once, no serial twice") {
  const SmallCa ca;
  const auto profile = shipped("tls-client");
  const Applicant applicant(kEc);
  const auto enrolment = applicant.ask("CN=x");
  std::atomic<int> done{0};
  std::atomic<int> failed{0};
  constexpr int kCount = 64;
  {
    base::Pool pool(4, 256);
    for (int i = 0; i < kCount; ++i) {
      ca.issuer->issue_async(need(ca.issuer->prepare(profile, enrolment, kAlice)), pool,
                             [&](base::Result<ca::Issued> issued) {
                               if (!issued) ++failed;
                               ++done;
                             });
    }
    while (done < kCount) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  CHECK(failed == 0);
  CHECK(ca.count() == kCount + 1);
  CHECK(ca.records("certificate.issued").size() == kCount + 1);
  CHECK(ca.audit().problems.empty());
}

TEST_CASE("a key that is not the certificate's is refused") {
  const SmallCa ca;
  const SmallCa other;
  auto parts = ca.parts();
  parts.signer = other.signer;
  const auto issuer = ca::Issuer::open(std::move(parts));
  REQUIRE_FALSE(issuer.has_value());
  CHECK(issuer.error().code == Code::kIntegrity);
}

TEST_CASE("a key that was revoked for compromise is certified no more, decided where the intent is written") {
  const SmallCa ca;
  const Applicant applicant({x509::KeyType::kP256, 256});
  const auto profile = shipped("tls-client");
  // prepared before anybody knew
  auto prepared = need(ca.issuer->prepare(profile, applicant.ask("CN=beta"), kAlice));
  const auto first = ca.issue(profile, applicant.ask("CN=alpha")).certificate;
  need(ca::revoke(*ca.store, ca.order(first, x509::RevocationReason::kSuperseded), ca.clock, kAlice));
  // superseded says nothing against the key
  CHECK(ca.issue(profile, applicant.ask("CN=gamma")).ledger_sequence > 0);
  const auto second = ca.issue(profile, applicant.ask("CN=delta")).certificate;
  need(ca::revoke(*ca.store, ca.order(second, x509::RevocationReason::kKeyCompromise), ca.clock, kAlice));
  const auto refused = ca.issuer->issue(std::move(prepared));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == base::Code::kRefused);
  CHECK(ca.audit().problems.empty());
  // another key of the same person is taken
  CHECK(ca.issue(profile, Applicant(kEc).ask("CN=delta")).ledger_sequence > 0);
}
