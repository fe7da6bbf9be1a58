// CMP by the secret of a client: who is believed, what is refused by which bit, and how a transaction goes on.
#include "small_cmp.hpp"

using namespace yuxin;
using namespace yuxin::test::cmp;
using test::need;
namespace cmp = test::cmp;
namespace der = x509::der;

TEST_CASE("a certificate is issued upon the secret of a client, confirmed once, and its transaction is over") {
  for (const auto kind : {cmp::Mac::Kind::kPbm, cmp::Mac::Kind::kPbmac1}) {
    Scene scene;
    auto message = scene.ir();
    message.mac->kind = kind;
    const auto reply = scene.ask(message);
    REQUIRE(reply.body_tag == kIp);
    const auto response = cmp::read_response(reply);
    CHECK(response.status.status == 0);
    CHECK(response.id == 0);
    const auto certificate = need(x509::Certificate::from_der(response.certificate));
    CHECK(base::equal(need(certificate.public_key()).spki(), scene.key.public_key().spki()));
    CHECK(response.trusted.size() == 1);  // the root, which the secret vouches for
    CHECK_FALSE(reply.implicit_confirm);
    CHECK(scene.desk.wishes == std::vector<std::string>{"meters device"});

    auto confirmation = Scene::confirmation(response, reply);
    const auto confirmed = scene.ask(confirmation);
    CHECK(confirmed.body_tag == kPkiConf);
    CHECK(confirmed.body == base::Bytes{0x05, 0x00});
    confirmation.answers = confirmed.nonce;
    scene.refused(kCertConfirmed, confirmation);
    scene.refused(kTransactionIdInUse, scene.ir("m2.city.example"));
  }
}

TEST_CASE("who asks for implicit confirmation has it") {
  Scene scene;
  auto message = scene.ir();
  message.implicit_confirm = true;
  const auto reply = scene.ask(message);
  CHECK(reply.implicit_confirm);
  scene.refused(kCertConfirmed, Scene::confirmation(cmp::read_response(reply), reply));
  scene.refused(kTransactionIdInUse, message);
}

TEST_CASE("cr is answered by cp, p10cr by cp with the number -1, and without caPubs") {
  Scene scene;
  auto message = scene.ir();
  message.body_tag = kCr;
  message.body = cmp::sequence({cmp::wanted(scene.key, "m1.city.example", 5)});
  const auto reply = scene.ask(message);
  CHECK(reply.body_tag == kCp);
  CHECK(cmp::read_response(reply).id == 5);
  CHECK(cmp::read_response(reply).trusted.empty());
  const auto names =
      x509::make_subject_alt_name(x509::Critical::kNo, {need(x509::parse_general_name("dns:m2.city.example"))});
  message.body_tag = kP10cr;
  message.transaction = base::Bytes(16, 7);
  message.body = need(x509::make_request(need(x509::Name::parse("CN=m2.city.example")), {names},
                                         *need(scene.key.signer(x509::SignatureAlgorithm::kEcdsaSha256))));
  const auto second = scene.ask(message);
  CHECK(second.body_tag == kCp);
  const auto response = cmp::read_response(second);
  CHECK(response.id == -1);
  CHECK(response.status.status == 0);
  CHECK(scene.ask(Scene::confirmation(response, second)).body_tag == kPkiConf);
}

TEST_CASE("a message that nobody of ours has protected does nothing, and an unknown name is like a wrong secret") {
  Scene scene;
  auto message = scene.ir();
  message.mac->secret = "Sesame";
  const auto wrong = cmp::read_error(scene.ask(message));
  message.client = "nobody";
  const auto unknown = cmp::read_error(scene.ask(message));
  CHECK(wrong.text == unknown.text);
  for (const std::string client : {"meters", "nobody"}) {
    message.client = client;
    scene.refused(kBadMessageCheck, message);
  }
  message = scene.ir();
  message.client = "by-est";
  scene.refused(kBadMessageCheck, message);
  message = scene.ir();
  message.mac.reset();
  scene.refused(kBadMessageCheck, message);
  message = scene.ir();
  message.mac->iterations = 10'001;
  scene.refused(kBadAlg, message);
  message.mac->salt = base::Bytes(4, 1);
  scene.refused(kBadAlg, message);
}

TEST_CASE("a name that is not known costs what a known one does: a secret that is opened, and a MAC") {
  Scene scene;
  auto message = scene.ir();
  message.mac->secret = "Sesame";
  for (const std::string client : {"meters", "nobody", "by-est"}) {
    message.client = client;
    scene.opened = 0;
    scene.refused(kBadMessageCheck, message);
    CHECK(scene.opened == 1);
  }
  // the secret that is opened in its place lets nobody in
  message.mac->secret = "sesame";
  message.client = "nobody";
  scene.refused(kBadMessageCheck, message);
}

TEST_CASE("a header without what RFC 9483 section 3.1 wants is refused") {
  Scene scene;
  auto message = scene.ir();
  message.version = 1;
  scene.refused(kUnsupportedVersion, message);
  message.version = 4;
  scene.refused(kUnsupportedVersion, message);
  message = scene.ir();
  message.transaction.clear();
  scene.refused(kBadRequest, message);
  message = scene.ir();
  message.nonce = base::Bytes(15, 1);
  scene.refused(kBadSenderNonce, message);
  message.nonce.clear();
  scene.refused(kBadSenderNonce, message);
  message = scene.ir();
  message.time = scene.desk.ca.clock.now() - base::minutes(61);
  scene.refused(kBadTime, message);
  message.time = scene.desk.ca.clock.now() + base::minutes(61);
  scene.refused(kBadTime, message);
  message.time = scene.desk.ca.clock.now() - base::minutes(59);
  message.version = 3;
  CHECK(scene.ask(message).body_tag == kIp);
}

TEST_CASE("what is no message is no CMP, and one with an octet more is none") {
  Scene scene;
  CHECK(scene.post({}).status == 400);
  auto octets = scene.ir().der();
  octets.push_back(0);
  CHECK(scene.post(octets).status == 400);
  octets.pop_back();
  for (std::size_t size = 0; size < octets.size(); ++size)
    CHECK(scene.post(base::ByteView(octets).first(size)).status == 400);
  CHECK(scene.desk.wishes.empty());
  CHECK(scene.post(octets, "/.well-known/cmp", "application/pkcs10").status == 415);
  CHECK(scene.post(octets, "/.well-known/cmp/p").status == 404);
  CHECK(scene.post(octets, "/.well-known/cmp/p/device/no").status == 404);
  CHECK(scene.post(octets, "/.well-known/cmp/p/device/pkcs10/x").status == 404);
  base::HttpRequest request;
  request.method = "GET";
  request.target = "/.well-known/cmp";
  CHECK(scene.service->answer_now(request)->status == 405);
}

TEST_CASE("requests that may not be had are refused in the answer, by their bit") {
  Scene scene;
  const auto info_of = [&](cmp::Message message, std::string_view path = "/.well-known/cmp") {
    const auto reply = scene.ask(message, path);
    REQUIRE(reply.body_tag == kIp);
    const auto response = cmp::read_response(reply);
    CHECK(response.status.status == 2);
    CHECK(response.certificate.empty());
    CHECK_FALSE(response.status.text.empty());
    return response.status.fail_info;
  };
  CHECK(info_of(scene.ir("m1.other.example")) == kBadCertTemplate);
  CHECK(info_of(scene.ir(), "/.well-known/cmp/p/tls-server") == kNotAuthorized);
  const auto other = need(x509::PrivateKey::generate({x509::KeyType::kP256, 256}));
  auto message = scene.ir();
  message.body = cmp::sequence({cmp::wanted(scene.key, "m1.city.example", 0, &other)});
  CHECK(info_of(message) == kBadPop);
  message.body = cmp::sequence({cmp::wanted(scene.key, "m1.city.example"), cmp::wanted(other, "m2.city.example")});
  CHECK(info_of(message) == kBadRequest);
  message.body = cmp::sequence({});
  CHECK(info_of(message) == kBadDataFormat);
  scene.refused(kBadRequest, scene.ir(), "/.well-known/cmp/keyupdate");
  CHECK(scene.desk.wishes.empty());
  scene.desk.trouble = base::Error{base::Code::kUnavailable, "The disk at /var/lib/yuxin is full.", "ENOSPC"};
  CHECK(info_of(scene.ir()) == kSystemUnavail);
  scene.desk.trouble = base::Error{base::Code::kIntegrity, "The table x is damaged.", "sqlite"};
  CHECK(info_of(scene.ir()) == kSystemFailure);
  CHECK(cmp::read_response(scene.ask(scene.ir())).status.text.find("table") == std::string::npos);
  // nothing of all this was remembered
  scene.desk.trouble.reset();
  CHECK(cmp::read_response(scene.ask(scene.ir(), "/.well-known/cmp/p/device/initialization")).status.status == 0);
}

TEST_CASE("a confirmation is of the certificate that was issued, of this transaction, and answers the last message") {
  Scene scene;
  const auto reply = scene.ask(scene.ir());
  const auto response = cmp::read_response(reply);
  auto other = response;
  other.certificate.back() ^= 1U;
  scene.refused(kBadCertId, Scene::confirmation(other, reply));
  auto late = Scene::confirmation(response, reply);
  late.answers = base::Bytes(16, 8);
  scene.refused(kBadRecipientNonce, late);
  late = Scene::confirmation(response, reply);
  late.client = "cameras";  // somebody else, who has another secret in the world
  scene.refused(kBadRequest, late);
  late = Scene::confirmation(response, reply);
  late.transaction = base::Bytes(16, 5);
  scene.refused(kBadRequest, late);
  // a digest of the client's choice (RFC 9480 section 2.10)
  const auto hash = x509::digest(x509::DigestAlgorithm::kSha512, response.certificate);
  const auto algorithm = cmp::element(0xa0, cmp::sequence({cmp::oid("2.16.840.1.101.3.4.2.3")}));
  auto chosen = Scene::next(
      kCertConf, cmp::sequence({cmp::sequence({cmp::octet_string(hash), cmp::number(0), algorithm})}), reply);
  chosen.version = 3;
  CHECK(scene.ask(chosen).body_tag == kPkiConf);
}

TEST_CASE("a certificate that its holder rejects is revoked") {
  for (const bool empty : {false, true}) {
    Scene scene;
    const auto reply = scene.ask(scene.ir());
    const auto response = cmp::read_response(reply);
    const auto hash = x509::digest(x509::DigestAlgorithm::kSha256, response.certificate);
    const auto rejected = cmp::sequence({cmp::octet_string(hash), cmp::number(0), cmp::sequence({cmp::number(2)})});
    const auto conf = Scene::next(kCertConf, empty ? cmp::sequence({}) : cmp::sequence({rejected}), reply);
    CHECK(scene.ask(conf).body_tag == kPkiConf);
    CHECK(scene.desk.revoked == std::vector<std::string>{"cmp:meters 5"});
  }
}

TEST_CASE("what a person looks at is polled for, also when the server was started anew meanwhile") {
  Scene scene;
  scene.desk.needs_person = true;
  const auto reply = scene.ask(scene.ir());
  REQUIRE(reply.body_tag == kIp);
  CHECK(cmp::read_response(reply).status.status == 3);
  CHECK(cmp::read_response(reply).status.text.find("R-7") != std::string::npos);
  const auto asked = [&](const cmp::Reply& after) {
    scene.desk.ca.clock.advance({2});
    return scene.ask(Scene::poll(after));
  };
  const auto first = asked(reply);
  REQUIRE(first.body_tag == kPollRep);
  auto list = *der::Reader(der::single(first.body, der::kSequence)->content).nested(der::kSequence);
  CHECK(list.small_integer() == 0);
  CHECK(list.small_integer() == 300);
  scene.refused(kBadRecipientNonce, Scene::poll(reply));
  scene.start();
  const auto second = asked(first);
  CHECK(second.body_tag == kPollRep);
  scene.desk.needs_person = false;
  const auto granted = asked(second);
  REQUIRE(granted.body_tag == kIp);
  const auto response = cmp::read_response(granted);
  CHECK(response.status.status == 0);
  scene.start();
  CHECK(scene.ask(Scene::confirmation(response, granted)).body_tag == kPkiConf);
}

TEST_CASE("what a person refuses is refused in the answer to a poll, and the transaction is over") {
  Scene scene;
  scene.desk.needs_person = true;
  const auto reply = scene.ask(scene.ir());
  scene.desk.trouble = base::Error{base::Code::kUnavailable, "The disk is full.", ""};
  CHECK(cmp::read_error(scene.ask(Scene::poll(reply))).fail_info == kSystemUnavail);
  scene.desk.trouble = base::Error{base::Code::kRefused, "Case R-7 is rejected.", ""};
  const auto refused = scene.ask(Scene::poll(reply));
  REQUIRE(refused.body_tag == kIp);
  CHECK(cmp::read_response(refused).status.fail_info == kBadCertTemplate);
  CHECK(cmp::read_error(scene.ask(Scene::poll(refused))).fail_info == kBadRequest);
}

TEST_CASE("a client that begins and never ends pushes out its own transactions only") {
  Scene scene;
  auto other = scene.ir("c1.cameras.example");
  other.client = "cameras";
  const auto waiting = scene.ask(other);
  auto message = scene.ir();
  cmp::Reply first;
  scene.desk.needs_person = true;
  for (int i = 0; i < 1001; ++i) {
    message.transaction = base::Bytes(16, 0);
    message.transaction[0] = static_cast<std::uint8_t>(i);
    message.transaction[1] = static_cast<std::uint8_t>(1 + i / 256);
    auto reply = scene.ask(message);
    if (i == 0) first = std::move(reply);
  }
  scene.refused(kBadRequest, Scene::poll(first));
  auto confirmation = Scene::confirmation(cmp::read_response(waiting), waiting);
  confirmation.client = "cameras";
  CHECK(scene.ask(confirmation).body_tag == kPkiConf);
}

TEST_CASE("a transaction is forgotten after a day") {
  Scene scene;
  const auto reply = scene.ask(scene.ir());
  scene.desk.ca.clock.advance({base::days(1).count + 1});
  auto other = scene.ir("m2.city.example");
  other.transaction = base::Bytes(16, 6);
  CHECK(scene.ask(other).body_tag == kIp);
  scene.refused(kBadRequest, Scene::confirmation(cmp::read_response(reply), reply));
}

TEST_CASE("an error of the client's ends its transaction") {
  Scene scene;
  const auto reply = scene.ask(scene.ir());
  const auto error = cmp::sequence({cmp::sequence({cmp::number(2)})});
  CHECK(scene.ask(Scene::next(kError, error, reply)).body_tag == kPkiConf);
  scene.refused(kCertConfirmed, Scene::confirmation(cmp::read_response(reply), reply));
}

TEST_CASE("nested messages, and answers, are refused by name") {
  Scene scene;
  auto message = scene.ir();
  message.body_tag = kNested;
  scene.refused(kBadRequest, message);
  message.body_tag = kIp;
  scene.refused(kBadRequest, message);
  message.body_tag = 30;
  scene.refused(kBadRequest, message);
}
