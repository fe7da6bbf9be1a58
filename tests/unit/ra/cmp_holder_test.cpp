// CMP by certificates, revocation, support messages, and what openssl's client reads of the answers.
#include "small_cmp.hpp"

using namespace yuxin;
using namespace yuxin::test::cmp;
using test::need;
namespace cmp = test::cmp;
namespace der = x509::der;

TEST_CASE("a certificate is renewed by a message that is signed with it, for the same names alone") {
  Scene scene;
  const Holder holder(scene);
  const auto reply = scene.ask(holder.message(kKur, cmp::sequence({cmp::wanted(scene.key, "m1.city.example")})));
  REQUIRE(reply.body_tag == kKup);
  CHECK(cmp::read_response(reply).status.status == 0);
  CHECK(scene.desk.wishes == std::vector<std::string>{"meters device"});
  auto message = holder.message(kKur, cmp::sequence({cmp::wanted(scene.key, "m2.city.example")}));
  message.transaction = base::Bytes(16, 9);
  CHECK(cmp::read_response(scene.ask(message)).status.fail_info == kBadCertTemplate);
  // by the secret it is renewed where clients.toml says so
  cmp::Message by_secret;
  by_secret.body_tag = kKur;
  by_secret.transaction = base::Bytes(16, 10);
  by_secret.body = cmp::sequence({cmp::wanted(scene.key, "m1.city.example")});
  CHECK(cmp::read_response(scene.ask(by_secret)).status.fail_info == kNotAuthorized);
  const Holder camera(scene, "c1.cameras.example", "cameras");
  by_secret.client = "cameras";
  by_secret.body = cmp::sequence(
      {cmp::wanted(scene.key, "c1.cameras.example", 0, nullptr, cmp::old_certificate(*camera.certificate))});
  CHECK(cmp::read_response(scene.ask(by_secret)).status.status == 0);
}

TEST_CASE("nobody is believed whose certificate is not ours, revoked, on hold, or signed nothing") {
  Scene scene;
  const Holder holder(scene);
  const auto body = cmp::sequence({cmp::wanted(scene.key, "m1.city.example")});
  auto message = holder.message(kKur, body);
  message.certificates.clear();
  scene.refused(kSignerNotTrusted, message);
  message.certificates = {scene.identity->certificate};
  scene.refused(kSignerNotTrusted, message);
  message.certificates = {*holder.certificate};
  const auto other = need(scene.key.signer(x509::SignatureAlgorithm::kEcdsaSha256));
  message.signer = other.get();
  scene.refused(kBadMessageCheck, message);
  scene.desk.known.front().held = {"device", false, false};
  scene.refused(kSignerNotTrusted, holder.message(kKur, body));
  scene.desk.known.front().held = {"device", false, true};
  scene.refused(kCertRevoked, holder.message(kKur, body));
}

TEST_CASE("a certificate is revoked by its holder, or by a client that may have it, once") {
  Scene scene;
  const Holder first(scene, "m1.city.example");
  const Holder second(scene, "m2.city.example");
  const auto info_of = [&](const cmp::Message& message) {
    const auto reply = scene.ask(message);
    REQUIRE(reply.body_tag == kRp);
    der::Reader fields(der::single(reply.body, der::kSequence)->content);
    auto list = *fields.nested(der::kSequence);
    const auto status = cmp::read_status(*list.nested(der::kSequence));
    return status.status == 0 ? -1 : status.fail_info;
  };
  CHECK(info_of(first.message(kRr, second.named())) == kNotAuthorized);
  cmp::Message by_secret;
  by_secret.body_tag = kRr;
  by_secret.body = second.named();
  by_secret.client = "cameras";
  CHECK(info_of(by_secret) == kNotAuthorized);
  CHECK(scene.desk.revoked.empty());
  by_secret.client = "meters";
  CHECK(info_of(by_secret) == -1);
  CHECK(info_of(by_secret) == kCertRevoked);
  CHECK(info_of(first.message(kRr, first.named())) == -1);
  REQUIRE(scene.desk.revoked.size() == 2);
  CHECK(scene.desk.revoked[0] == "cmp:meters 0");
  CHECK(scene.desk.revoked[1] == "cmp:certificate " + first.certificate->serial()->hex() + " 0");
}

TEST_CASE("reasons of a revocation are those that a holder can know") {
  Scene scene;
  const Holder holder(scene);
  const auto asked = [&](int reason) {
    const auto extension = x509::extension(x509::oid::kReasonCode, x509::Critical::kNo,
                                           base::Bytes{0x0a, 0x01, static_cast<std::uint8_t>(reason)});
    const auto wanted = cmp::sequence({cmp::element(0x81, holder.certificate->tbs().serial),
                                       cmp::element(0xa3, holder.certificate->issuer().der())});
    cmp::Message message;
    message.body_tag = kRr;
    message.body = cmp::sequence({cmp::sequence({wanted, cmp::sequence({extension})})});
    const auto reply = scene.ask(message);
    der::Reader fields(der::single(reply.body, der::kSequence)->content);
    auto list = *fields.nested(der::kSequence);
    return cmp::read_status(*list.nested(der::kSequence)).fail_info;
  };
  for (const int reason : {2, 6, 8, 9, 10, 77}) CHECK(asked(reason) == kBadRequest);
  CHECK(scene.desk.revoked.empty());
  CHECK(asked(1) == -1);
  CHECK(scene.desk.revoked == std::vector<std::string>{"cmp:meters 1"});
}

TEST_CASE(
    "a device that begins and never ends keeps twenty, and its certificate that is renewed is the same device") {
  Scene scene;
  const Holder holder(scene);
  const Holder other(scene, "m2.city.example");
  const auto begin = [&](const Holder& by, std::uint8_t number, const std::string& host) {
    auto message = by.message(kKur, cmp::sequence({cmp::wanted(scene.key, host)}));
    message.transaction = base::Bytes(16, number);
    return scene.ask(message);
  };
  const auto confirmed = [&](const Holder& by, const x509::Certificate& shown, const cmp::Reply& reply) {
    auto message = Scene::confirmation(cmp::read_response(reply), reply);
    message.mac.reset();
    message.signer = by.signer.get();
    message.certificates = {shown};
    return scene.ask(message).body_tag == kPkiConf;
  };
  const auto neighbour = begin(other, 1, "m2.city.example");
  std::vector<cmp::Reply> replies;
  for (std::uint8_t i = 0; i < 21; ++i) replies.push_back(begin(holder, i, "m1.city.example"));
  CHECK_FALSE(confirmed(holder, *holder.certificate, replies[0]));
  CHECK(confirmed(holder, *holder.certificate, replies[1]));
  CHECK(confirmed(other, *other.certificate, neighbour));
  // another certificate of the same key
  auto again = holder.message(kCr, cmp::sequence({cmp::wanted(holder.key, "m1.city.example")}));
  again.transaction = base::Bytes(16, 100);
  again.implicit_confirm = true;
  const auto renewed = need(x509::Certificate::from_der(cmp::read_response(scene.ask(again)).certificate));
  CHECK(confirmed(holder, renewed, replies[2]));
}

TEST_CASE("support messages tell the authorities, what a request looks like, and what is not known") {
  Scene scene;
  cmp::Message message;
  message.body_tag = kGenm;
  const auto info = [](const char* oid) { return cmp::sequence({cmp::oid(oid)}); };
  message.body = cmp::sequence({info("1.3.6.1.5.5.7.4.17"), info("1.2.3.4"), info("1.3.6.1.5.5.7.4.19")});
  const auto reply = scene.ask(message);
  REQUIRE(reply.body_tag == kGenp);
  der::Reader list(der::single(reply.body, der::kSequence)->content);
  auto first = *list.nested(der::kSequence);
  CHECK(x509::dotted(*first.oid()) == "1.3.6.1.5.5.7.4.17");
  CHECK(base::equal(first.element()->content, scene.desk.ca.certificate->der()));
  auto second = *list.nested(der::kSequence);
  CHECK(x509::dotted(*second.oid()) == "1.3.6.1.5.5.7.4.19");
  CHECK_FALSE(second.at_end());
  auto third = *list.nested(der::kSequence);
  CHECK(x509::dotted(*third.oid()) == "1.3.6.1.5.5.7.4.7");
  CHECK(base::equal(third.element()->content, cmp::oid("1.2.3.4")));
  CHECK(list.at_end());
  // of a root that is still the root there is no update
  const auto root = scene.desk.ca.certificate->der();
  message.body = cmp::sequence({cmp::sequence({cmp::oid("1.3.6.1.5.5.7.4.20"), root})});
  const auto none = scene.ask(message);
  CHECK(none.body == cmp::sequence({cmp::sequence({cmp::oid("1.3.6.1.5.5.7.4.18")})}));
  message.body = cmp::sequence({});
  CHECK(scene.ask(message).body == base::Bytes{0x30, 0x00});
}

TEST_CASE("openssl's client, without a network, takes the answers to its messages") {
  Scene scene;
  const std::string client =
      "openssl cmp -config '' -server 127.0.0.1:1 -recipient /CN=registration -trusted ra.pem -ref meters -secret "
      "pass:sesame ";
  REQUIRE(scene.folder.run("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out k.pem").status == 0);
  const std::string wanted =
      "-cmd ir -newkey k.pem -subject /CN=m1.city.example -sans m1.city.example -implicit_confirm -certout c.pem ";
  const auto sent = scene.folder.run(client + wanted + "-reqout request.der");
  CHECK(sent.status != 0);  // nobody is there
  // openssl says the time of this machine, and the scene has one of its own
  scene.desk.ca.clock.set(base::UnixTime{std::stoll(scene.folder.run("date +%s").output)});
  const auto answer = scene.post(test::read_octets(scene.folder.file("request.der")));
  REQUIRE(answer.status == 200);
  test::write_octets(scene.folder.file("answer.der"), answer.body);
  const auto done = scene.folder.run(client + wanted + "-reqin request.der -rspin answer.der");
  CHECK_MESSAGE(done.status == 0, done.output);
  CHECK(scene.folder.run("openssl x509 -in c.pem -noout -nameopt oneline -subject").output ==
        "subject=CN = m1.city.example\n");
}
