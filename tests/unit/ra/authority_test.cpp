// The authority on another host: what is ordered of it and judged there, and what comes back. Both sides, without a
// network.
#include <doctest/doctest.h>

#include <functional>

#include "need.hpp"
#include "two_hosts.hpp"

namespace {

using namespace yuxin;
using base::Code;
using base::JsonObject;
using test::error_of;
using test::Hosts;
using test::need;

TEST_CASE("a case over the desk of one host becomes a certificate of the other, once") {
  Hosts hosts;
  const auto id = hosts.reviewed("a.city.test");
  need(hosts.step(id, "approve", "zhao", "RA.MAKE"));
  const auto before = hosts.issued();
  const auto effected = need(hosts.there.desk->settle());
  REQUIRE(effected.size() == 1);
  const auto serial = *x509::Serial::parse(base::json_string(effected.front().facts, "serial"));
  CHECK(hosts.issued() == before + 1);
  // what was issued is in the store of the registration authority, with its profile
  need(hosts.there.store->read([&](store::Reader& reader) -> base::Result<> {
    TRY(const auto rows, reader.find_all(serial.content(), store::Reader::With::kDer));
    REQUIRE(rows.size() == 1);
    CHECK(rows.front().profile == "tls-server");
    CHECK(rows.front().names == "dns:a.city.test");
    return {};
  }));
  // asked again, also with another request: the same answer and nothing more
  auto order = hosts.order_of(id);
  CHECK(base::json_string(need(hosts.ask("orders", order)).at("facts").get_object(), "serial") == serial.hex());
  CHECK(hosts.issued() == before + 1);
  CHECK(hosts.kept.contains("approvals.toml"));
  CHECK(hosts.ca.records("registry.order").size() == 1);
  CHECK(hosts.ca.audit().problems.empty());
}

TEST_CASE("an order while the authority is away waits, and is carried out when it is there") {
  Hosts hosts;
  const auto id = hosts.reviewed("a.city.test");
  need(hosts.step(id, "approve", "zhao", "RA.MAKE"));
  hosts.away = true;
  const auto waiting = need(hosts.there.desk->settle());
  CHECK(waiting.front().facts.empty());
  CHECK(error_of(hosts.authority->refresh()).code == Code::kUnavailable);
  hosts.away = false;
  CHECK(need(hosts.there.desk->settle()).front().facts.contains("serial"));
}

TEST_CASE("acts order what they say, in their order, all of them") {
  Hosts hosts;
  const auto id = hosts.reviewed("a.city.test");
  hosts.refused("orders", hosts.order_of(id), Code::kNotAuthorised, "does not order");
  need(hosts.step(id, "approve", "zhao", "RA.MAKE"));
  const auto whole = hosts.order_of(id);
  const auto other = hosts.order_of(hosts.reviewed("b.city.test"));
  const auto with = [&](const std::function<void(JsonObject&)>& change) {
    auto order = whole;
    change(order);
    return order;
  };
  hosts.refused("orders", with([](JsonObject& o) {
                  o["acts"] = base::JsonArray();
                  o["step"] = 0;
                }),
                Code::kRefused, "without an act");
  hosts.refused("orders", with([](JsonObject& o) { o.at("acts").get_array().pop_back(); }), Code::kMalformed,
                "number of the act");
  hosts.refused("orders", with([](JsonObject& o) {
                  o.at("acts").get_array().pop_back();
                  o["step"] = 3;
                }),
                Code::kNotAuthorised, "does not order");
  hosts.refused("orders", with([](JsonObject& o) {
                  o.at("acts").get_array().erase(o.at("acts").get_array().begin());
                  o["step"] = 3;
                }),
                Code::kRefused, "do not follow");
  hosts.refused("orders",
                with([](JsonObject& o) { std::swap(o.at("acts").get_array()[0], o.at("acts").get_array()[1]); }),
                Code::kRefused, "do not follow");
  hosts.refused("orders", with([&](JsonObject& o) { o["request"] = other.at("request"); }), Code::kRefused,
                "not among the attachments");
  hosts.refused("orders", with([](JsonObject& o) { o.erase("request"); }), Code::kRefused,
                "not among the attachments");
  hosts.refused("orders", with([](JsonObject& o) { o["effect"] = "revoke"; }), Code::kNotAuthorised,
                "does not order");
  hosts.refused("orders", with([](JsonObject& o) { o["step"] = 0; }), Code::kNotAuthorised, "does not order");
  hosts.refused("orders", with([](JsonObject& o) { o["more"] = 1; }), Code::kMalformed, "not known");
  CHECK(hosts.ca.records("registry.order").empty());
  CHECK(hosts.ca.records("registry.refused").size() == 11);
  need(hosts.ask("orders", whole));
}

TEST_CASE("an act counts for nothing where the authority's own store says that certificate or role had ended") {
  Hosts hosts;
  // zhao's certificate is one of the authority's, so that it knows what became of it
  auto& zhao = hosts.officer("zhao", "RA.MAKE");
  need(hosts.ca.store->write([&](store::Writer& writer) -> base::Result<> {
    store::CertificateRow row;
    row.authority = hosts.ca.authority.id;
    row.serial = base::to_bytes(zhao.certificate.tbs().serial);
    row.profile = "officer";
    row.subject = zhao.certificate.subject().text();
    row.not_before = zhao.certificate.not_before();
    row.not_after = zhao.certificate.not_after();
    row.key_tag = 1;
    row.der = base::to_bytes(zhao.certificate.der());
    row.status.state = store::CertificateState::kRevoked;
    row.status.revoked_at = hosts.city.clock.now() - base::Seconds{1};
    row.status.reason = 5;
    TRY(writer.insert_certificate(row));
    return {};
  }));
  const auto id = hosts.reviewed("a.city.test");
  const auto taken = hosts.step(id, "approve", "zhao", "RA.MAKE");
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == Code::kNotAuthorised);
  CHECK(taken.error().detail.find("had ended") != std::string::npos);
}

TEST_CASE("the service has what its rule allows, in its own hand, and nothing without an approval of its profile") {
  Hosts hosts;
  const auto enrol = [&](const std::string& host, const std::string& profile, const test::Person& by) {
    const test::Applicant machine{{x509::KeyType::kP256, 256}};
    return hosts.enrol(machine.ask("CN=" + host, {"dns:" + host}), profile, by);
  };
  const auto refused = [&](const std::string& host, const std::string& profile, const test::Person& by,
                           std::string_view says) {
    const auto taken = enrol(host, profile, by);
    REQUIRE_FALSE(taken);
    CAPTURE(taken.error().detail);
    CHECK(taken.error().detail.find(says) != std::string::npos);
  };
  need(enrol("m1.meters.test", "device", *hosts.service));
  const auto first = need(hosts.there.desk->settle());
  const auto serial = *x509::Serial::parse(base::json_string(first.front().facts, "serial"));
  refused("m2.other.test", "device", *hosts.service, "under none");
  refused("m2.meters.test", "tls-server", *hosts.service, "not among its profiles");
  refused("m2.meters.test", "device", hosts.officer("Another", "RA.SERVICE"), "not the service of");
  need(enrol("m2.meters.test", "device", *hosts.service));
  need(hosts.there.desk->settle());
  refused("m3.meters.test", "device", *hosts.service, "within a day");

  // it revokes what it enrolled, once, and nothing else
  std::optional<store::AuthorityRow> row;
  need(hosts.there.store->read([&](store::Reader& reader) -> base::Result<> {
    TRY(row, reader.authority("issuing"));
    return {};
  }));
  const ca::StatusOrder mine{row->id, "issuing", serial, x509::RevocationReason::kSuperseded, std::nullopt};
  need(hosts.authority->revoke(mine, "acme:x"));
  CHECK(hosts.ca.row_of(serial).status.state == store::CertificateState::kRevoked);
  const ca::StatusOrder theirs{row->id, "issuing", *hosts.east->serial(), x509::RevocationReason::kSuperseded,
                               std::nullopt};
  const auto done = hosts.authority->revoke(theirs, "acme:x");
  REQUIRE_FALSE(done);
  CHECK(done.error().code == Code::kNotAuthorised);
  CHECK(hosts.ca.row_of(*hosts.east->serial()).status.state == store::CertificateState::kGood);
}

TEST_CASE("a suspension is carried out once, also after it was ended") {
  Hosts hosts;
  const test::Applicant machine{{x509::KeyType::kP256, 256}};
  const auto certificate =
      hosts.ca.issue(test::shipped("device"), machine.ask("CN=m.meters.test", {"dns:m.meters.test"})).certificate;
  need(hosts.authority->refresh());
  ra::Application application;
  application.workflow = "certificate-suspension";
  application.existing = ra::ExistingWish{*certificate.serial()};
  application.organisation = need(evidence::OrgCode::parse("LRA-500103"));
  application.form = {{"reason", "stolen"}};
  application.role = test::role_code("RA.INPUT");
  const auto opened = need(hosts.there.desk->apply(application, ra::Desk::Number::kReserve));
  need(hosts.there.desk->take(hosts.signed_act(opened.act, hosts.officer("li", "RA.INPUT")), opened.files));
  need(hosts.step(opened.act.object, "approve", "wang", "RA.REVIEW"));
  need(hosts.there.desk->settle());
  const auto state = [&] { return hosts.ca.row_of(*certificate.serial()).status.state; };
  CHECK(state() == store::CertificateState::kOnHold);
  need(ca::release(*hosts.ca.store, hosts.ca.order(certificate, x509::RevocationReason::kUnspecified), hosts.ca.clock,
                   test::kAlice));
  // the acts are those of a true order; shown again, they order nothing more
  const auto again = need(hosts.ask("orders", hosts.order_of(opened.act.object, "hold")));
  CHECK(base::json_string(again, "text").find(certificate.serial()->hex()) != std::string::npos);
  CHECK(state() == store::CertificateState::kGood);
}

TEST_CASE("who is no registration authority of the list, at that moment, is turned away and written down") {
  Hosts hosts;
  const auto status = [&](base::ByteView certificate) { return hosts.raw("policy", "{}", certificate).status; };
  CHECK(status(hosts.east->der()) == 200);
  CHECK(status({}) == 403);
  CHECK(status(hosts.service->certificate.der()) == 403);
  const test::Applicant machine{{x509::KeyType::kP256, 256}};
  const auto device = hosts.ca.issue(test::shipped("device"), machine.ask("CN=m", {"dns:m.test"})).certificate;
  CHECK(status(device.der()) == 403);
  auto before = std::exchange(hosts.registries, {});
  CHECK(status(hosts.east->der()) == 403);
  hosts.registries = before;
  CHECK(status(hosts.east->der()) == 200);
  need(ca::revoke(*hosts.ca.store, hosts.ca.order(*hosts.east, x509::RevocationReason::kKeyCompromise),
                  hosts.ca.clock, test::kAlice));
  CHECK(status(hosts.east->der()) == 403);
  CHECK(hosts.ca.records("registry.refused").size() >= 4);
  // but not for ever
  for (int i = 0; i < 50; ++i) CHECK(status(device.der()) == 403);
  CHECK(hosts.ca.records("registry.refused").size() < 20);
}

TEST_CASE("a registration authority that works for one place orders nothing for another") {
  Hosts hosts;
  hosts.registries.front().within = need(evidence::OrgCode::parse("LRA-500112"));
  const test::Applicant machine{{x509::KeyType::kP256, 256}};
  ra::Application application;
  application.workflow = "certificate-request";
  application.certificate = ra::CertificateWish{machine.ask("CN=a.city.test", {"dns:a.city.test"}), "tls-server"};
  application.organisation = need(evidence::OrgCode::parse("LRA-500103"));
  application.form = {{"name", "a"}, {"classification", "公开"}};
  const auto step = hosts.there.desk->apply(application, ra::Desk::Number::kReserve);
  REQUIRE_FALSE(step);
  CHECK(step.error().code == Code::kNotAuthorised);
  CHECK(step.error().detail.find("LRA-500112") != std::string::npos);
}

TEST_CASE("certificates, their status and another history of them, as the registration authority reads it") {
  Hosts hosts;
  need(hosts.authority->refresh());
  const test::Applicant machine{{x509::KeyType::kP256, 256}};
  const auto certificate = hosts.ca.issue(test::shipped("device"), machine.ask("CN=m", {"dns:m.test"})).certificate;
  const auto order = hosts.ca.order(certificate, x509::RevocationReason::kSuperseded);
  const auto row = [&] {
    store::CertificateRow found;
    need(hosts.there.store->read([&](store::Reader& reader) -> base::Result<> {
      TRY(const auto rows, reader.find_all(certificate.tbs().serial, store::Reader::With::kDer));
      REQUIRE(rows.size() == 1);
      found = rows.front();
      return {};
    }));
    return found;
  };
  need(hosts.authority->refresh());
  CHECK(row().status.state == store::CertificateState::kGood);
  CHECK(base::equal(row().der, certificate.der()));
  need(ca::hold(*hosts.ca.store, order, hosts.ca.clock, test::kAlice));
  need(hosts.authority->refresh());
  CHECK(row().status.state == store::CertificateState::kOnHold);
  need(ca::release(*hosts.ca.store, order, hosts.ca.clock, test::kAlice));
  need(ca::revoke(*hosts.ca.store, order, hosts.ca.clock, test::kAlice));
  need(hosts.authority->refresh());
  CHECK(row().status.state == store::CertificateState::kRevoked);
  CHECK(row().status.reason == 4);
  CHECK(need(ra::followed(*hosts.there.store)).records > 0);
  evidence::VerifyReport report;
  need(hosts.there.store->read([&](store::Reader& reader) -> base::Result<> {
    TRY(report, evidence::verify(reader));
    return {};
  }));
  for (const auto& problem : report.problems) FAIL_CHECK(problem);

  // the authority's ledger is written anew at its end, and goes on
  need(hosts.ca.store->write([&](store::Writer& writer) -> base::Result<> {
    TRY(const auto size, evidence::size(writer));
    TRY(writer.session().execute("DELETE FROM ledger WHERE sequence >= $1", {size - 2}));
    for (int i = 0; i < 4; ++i)
      TRY(evidence::append(writer, {"test", "object", "somebody", hosts.ca.clock.now(), "{}", {}}));
    return {};
  }));
  const auto read = hosts.authority->refresh();
  REQUIRE_FALSE(read);
  CHECK(read.error().code == Code::kIntegrity);
  CHECK(read.error().detail.find("another history") != std::string::npos);
}

TEST_CASE("registries.toml is read as it is written, and says where it is wrong") {
  const auto key = x509::sha256(base::as_bytes("a"));
  const auto other = x509::sha256(base::as_bytes("b"));
  const std::vector<ra::Registry> list{{"east", key, other, need(evidence::OrgCode::parse("RA"))},
                                       {"west", other, key, std::nullopt}};
  const auto read = need(ra::Registries::parse(ra::Registries::print(list), "registries.toml"));
  REQUIRE(read->all().size() == 2);
  CHECK(read->by_key(key)->name == "east");
  CHECK(read->find("east")->within->text() == "RA");
  CHECK(read->find("north") == nullptr);
  const auto digest = "sha256:" + base::hex(key);
  for (const std::string& text : std::vector<std::string>{
           std::string("[[registry]]\nname = \"East\"\n"), "[[registry]]\nname = \"east\"\nkey = \"00\"\n",
           "[[registry]]\nname = \"east\"\nkey = \"" + digest + "\"\nservice = \"" + digest + "\"\nwithn = \"RA\"\n",
           "[[registry]]\nname = \"east\"\nkey = \"" + digest + "\"\nservice = \"" + digest +
               "\"\n[[registry]]\nname = "
               "\"west\"\nkey = \"" +
               digest + "\"\nservice = \"" + digest + "\"\n"}) {
    CAPTURE(text);
    const auto wrong = ra::Registries::parse(text, "registries.toml");
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().code == Code::kMalformed);
    CHECK(wrong.error().detail.starts_with("registries.toml:"));
  }
}

}  // namespace
