// What a running server does by itself as time goes by: lists on schedule and after changes, OCSP signers before they
// end.
#include "cli/app/upkeep.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "command.hpp"
#include "fake_clock.hpp"
#include "founded_city.hpp"
#include "need.hpp"
#include "yuxin/ca/revocation.hpp"

namespace base = yuxin::base;
namespace ca = yuxin::ca;
namespace cli = yuxin::cli;
namespace ocsp = yuxin::ocsp;
namespace store = yuxin::store;
namespace test = yuxin::test;
namespace x509 = yuxin::x509;

using test::need;

namespace {

// A city founded on the morning of 2026-11-22, whose online home is looked after.
class Scene {
 public:
  explicit Scene(const std::string& renew_before = "") : clock(base::UnixTime{1795341600}) {
    const auto path = test::found_city(folder, clock, "pass") + "/online";
    if (!renew_before.empty()) {
      auto config = need(cli::parse_home_config(text_of(path + "/yuxin.toml"), "yuxin.toml"));
      config.ocsp_signer_renew_before = *base::parse_period(renew_before);
      std::ofstream(path + "/yuxin.toml") << cli::print_home_config(config);
    }
    home = need(cli::Home::open(path, cli::Home::Access::kWrite, clock));
    need(home->unlock(base::Secret("pass")));
    auto& status = home->store().status();
    responder = need(ocsp::Responder::start(status, clock, {}));
    publication = need(ocsp::Publication::start(status, clock, {.home = path}));
    upkeep.emplace(home, *responder, *publication, nullptr);
    need(upkeep->prepare());
  }
  void pass(base::Seconds time) {
    clock.advance(time);
    upkeep->step();
    CHECK(upkeep->counters().failures == 0);
  }
  [[nodiscard]] store::CrlRow list() const {
    return need(home->store().status().latest_crl(need(home->authority("issuing")).id));
  }
  [[nodiscard]] store::ServiceCertificateRow signer() const {
    return need(home->store().status().service_certificates("ocsp")).at(0);
  }
  // changes the status of a certificate, as a command would that is killed before it publishes.
  void change(decltype(&ca::hold) how, base::ByteView der) const {
    const auto row = need(home->authority("issuing"));
    const auto certificate = need(x509::Certificate::from_der(der));
    need(how(home->store(), {row.id, row.name, *certificate.serial(), x509::RevocationReason::kUnspecified, {}},
             clock, {"local:alice"}));
  }
  // revokes the authority where its root is, and brings the root's list.
  void revoke_authority() {
    auto root = need(cli::Home::open(folder.file("city") + "/root", cli::Home::Access::kWrite, clock));
    need(root->unlock(base::Secret("pass")));
    const auto row = need(root->authority("root"));
    const auto certificate = need(x509::Certificate::from_der(need(home->authority("issuing")).certificate));
    need(ca::revoke(root->store(),
                    {row.id, row.name, *certificate.serial(), x509::RevocationReason::kKeyCompromise, {}}, clock,
                    {"local:alice"}));
    const auto list = need(ca::publish_crl(root->store(), need(root->crl_order("root")), clock, {"local:alice"}));
    const auto octets = test::read_octets(root->path() + "/" + list.file);
    const auto known = need(home->authority("root"));
    need(ca::import_crl(home->store(), known, need(x509::Certificate::from_der(known.certificate)),
                        need(x509::Crl::from_der(octets)), home->path(), clock, {"local:alice"}));
  }

  test::TemporaryFolder folder;
  test::FakeClock clock;
  std::shared_ptr<cli::Home> home;
  std::unique_ptr<ocsp::Responder> responder;
  std::unique_ptr<ocsp::Publication> publication;
  std::optional<cli::Upkeep> upkeep;

 private:
  static std::string text_of(const std::string& path) {
    const auto octets = test::read_octets(path);
    return {octets.begin(), octets.end()};
  }
};

}  // namespace

TEST_CASE("lists come by schedule, and between two of them only when a status has changed") {
  Scene scene;
  const auto first = scene.list();
  const auto roles = need(scene.home->store().status().service_certificates("attribute-authority")).at(0).certificate;
  scene.pass(base::hours(1));
  scene.pass(base::hours(22));
  CHECK(scene.list().number == first.number);
  scene.pass(base::hours(1));
  CHECK(scene.list().number == first.number + 1);
  CHECK(scene.list().this_update == scene.clock.now());

  // a change is published at the second look, in case that whoever made it is about to
  for (const auto how : {&ca::hold, &ca::release}) {
    const auto before = scene.list().number;
    scene.change(how, roles);
    scene.pass(base::Seconds{2});
    CHECK(scene.list().number == before);
    scene.pass(base::Seconds{2});
    CHECK(scene.list().number == before + 1);
    scene.pass(base::Seconds{2});
    scene.pass(base::Seconds{2});
    CHECK(scene.list().number == before + 1);
  }
}

TEST_CASE("a clock that was set back does not stop the lists") {
  Scene scene;
  scene.pass(base::hours(25));
  const auto number = scene.list().number;
  scene.pass(base::Seconds{-3600});
  scene.change(&ca::hold, scene.signer().certificate);
  scene.pass(base::Seconds{2});
  scene.pass(base::Seconds{2});
  CHECK(scene.list().number == number + 1);
}

TEST_CASE("the OCSP signer is renewed ten days before it ends, with a key of its own") {
  Scene scene;
  const auto first = scene.signer();
  for (int day = 0; day < 19; ++day) scene.pass(base::days(1));
  CHECK(scene.signer().certificate == first.certificate);
  scene.pass(base::days(1));
  const auto second = scene.signer();
  CHECK(second.not_after > first.not_after);
  CHECK(second.key_name != first.key_name);
  scene.pass(base::days(1));
  CHECK(scene.signer().certificate == second.certificate);
}

TEST_CASE("an OCSP signer whose certificate is revoked or on hold is replaced within seconds") {
  for (const auto how : {&ca::hold, &ca::revoke}) {
    Scene scene;
    const auto first = scene.signer();
    scene.change(how, first.certificate);
    scene.pass(base::Seconds{2});
    const auto second = scene.signer();
    CHECK(second.certificate != first.certificate);
    CHECK(second.key_name != first.key_name);
    scene.pass(base::Seconds{2});
    CHECK(scene.signer().certificate == second.certificate);
  }
}

TEST_CASE("under a revoked authority no signer is made, and lists go on") {
  Scene scene;
  scene.revoke_authority();
  const auto first = scene.signer();
  const auto list = scene.list().number;
  for (int day = 0; day < 25; ++day) scene.pass(base::days(1));
  CHECK(scene.signer().certificate == first.certificate);
  CHECK(scene.list().number > list + 20);
  const auto refused = scene.home->issuer("issuing");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == base::Code::kConflict);
  CHECK(refused.error().detail.find("keyCompromise") != std::string::npos);
}

TEST_CASE("a signer that lives no longer than it is to be renewed before is not renewed all the time") {
  Scene scene("P60D");
  const auto first = scene.signer();
  for (int day = 0; day < 9; ++day) scene.pass(base::days(1));
  CHECK(scene.signer().certificate == first.certificate);
  scene.pass(base::days(2));
  const auto second = scene.signer();
  CHECK(second.certificate != first.certificate);
  for (int day = 0; day < 9; ++day) scene.pass(base::days(1));
  CHECK(scene.signer().certificate == second.certificate);
}

TEST_CASE("a published list that was deleted or changed is made anew") {
  Scene scene;
  for (const bool deleted : {true, false}) {
    const auto before = scene.list();
    const auto path = scene.home->path() + "/" + before.file;
    if (deleted) {
      std::filesystem::remove(path);
    } else {
      std::ofstream(path, std::ios::app) << "x";
    }
    scene.pass(base::Seconds{2});
    CHECK(scene.list().number == before.number + 1);
    CHECK(need(scene.publication->damaged_lists()).empty());
    scene.pass(base::Seconds{2});
    CHECK(scene.list().number == before.number + 1);
  }
}
