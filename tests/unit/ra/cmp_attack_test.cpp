// CMP against those who have overheard messages, and against what comes at the same time.
#include <thread>

#include "small_cmp.hpp"

using namespace yuxin;
using namespace yuxin::test::cmp;
using test::need;
namespace cmp = test::cmp;
namespace der = x509::der;

namespace {

// The bit of the one status of an rp, or -1.
int info_of(const cmp::Reply& reply) {
  REQUIRE(reply.body_tag == kRp);
  der::Reader fields(der::single(reply.body, der::kSequence)->content);
  auto list = *fields.nested(der::kSequence);
  const auto status = cmp::read_status(*list.nested(der::kSequence));
  return status.status == 0 ? -1 : status.fail_info;
}

cmp::Message revocation(const Holder& of, int reason) {
  const auto extension = x509::extension(x509::oid::kReasonCode, x509::Critical::kNo,
                                         base::Bytes{0x0a, 0x01, static_cast<std::uint8_t>(reason)});
  const auto named = cmp::sequence(
      {cmp::element(0x81, of.certificate->tbs().serial), cmp::element(0xa3, of.certificate->issuer().der())});
  cmp::Message message;
  message.body_tag = kRr;
  message.body = cmp::sequence({cmp::sequence({named, cmp::sequence({extension})})});
  return message;
}

}  // namespace

TEST_CASE("that a key has leaked is said of a key of one's own, or by a signature with it") {
  Scene scene;
  const Holder holder(scene);
  scene.desk.alone = false;
  CHECK(info_of(scene.ask(revocation(holder, 1))) == kNotAuthorized);
  CHECK(scene.desk.revoked.empty());
  CHECK(info_of(scene.ask(holder.message(kRr, revocation(holder, 1).body))) == -1);
  const Holder other(scene, "m2.city.example");
  CHECK(info_of(scene.ask(revocation(other, 4))) == -1);
  scene.desk.alone = true;
  const Holder third(scene, "m3.city.example");
  CHECK(info_of(scene.ask(revocation(third, 1))) == -1);
  CHECK(scene.desk.revoked.size() == 3);
}

TEST_CASE("of six requests with one transactionID at the same time one is granted") {
  Scene scene;
  std::vector<base::Bytes> messages;
  for (int i = 0; i < 6; ++i) messages.push_back(scene.ir("m" + std::to_string(i) + ".city.example").der());
  std::vector<cmp::Reply> replies(messages.size());
  std::vector<std::thread> threads;
  scene.desk.meanwhile = [] { std::this_thread::sleep_for(std::chrono::milliseconds(50)); };
  for (std::size_t i = 0; i < messages.size(); ++i)
    threads.emplace_back([&, i] { replies[i] = cmp::read_reply(scene.post(messages[i]).body); });
  for (auto& thread : threads) thread.join();
  CHECK(std::ranges::count(replies, unsigned{kIp}, &cmp::Reply::body_tag) == 1);
  CHECK(std::ranges::count(replies, unsigned{kError}, &cmp::Reply::body_tag) == 5);
  for (const auto& reply : replies) {
    if (reply.body_tag == kError) CHECK(cmp::read_error(reply).fail_info == kTransactionIdInUse);
  }
  CHECK(scene.desk.known.size() == 1);
}

TEST_CASE("what a server beside this one has done to a transaction stands") {
  Scene scene;
  ra::CmpService beside(scene.parts());
  const auto send = [&](const cmp::Message& message) {
    base::HttpRequest request;
    request.method = "POST";
    request.target = "/.well-known/cmp";
    request.content_type = "application/pkixcmp";
    const auto octets = message.der();
    request.body = octets;
    return cmp::read_reply(beside.answer(request).body);
  };
  cmp::Reply first;
  scene.desk.meanwhile = [&] { first = send(scene.ir("m2.city.example")); };
  CHECK(cmp::read_error(scene.ask(scene.ir())).fail_info == kTransactionIdInUse);
  REQUIRE(first.body_tag == kIp);
  CHECK(scene.ask(Scene::confirmation(cmp::read_response(first), first)).body_tag == kPkiConf);
  // a poll, too
  auto waits = scene.ir("m3.city.example");
  waits.transaction = base::Bytes(16, 77);
  scene.desk.needs_person = true;
  const auto reply = scene.ask(waits);
  cmp::Reply polled;
  scene.desk.meanwhile = [&] { polled = send(Scene::poll(reply)); };
  CHECK(cmp::read_error(scene.ask(Scene::poll(reply))).fail_info == kTransactionIdInUse);
  REQUIRE(polled.body_tag == kPollRep);
  scene.desk.ca.clock.advance({2});
  CHECK(scene.ask(Scene::poll(polled)).body_tag == kPollRep);
}

TEST_CASE("who polls too soon hears the same again, and nothing is moved by it") {
  Scene scene;
  scene.desk.needs_person = true;
  const auto reply = scene.ask(scene.ir());
  const auto first = scene.ask(Scene::poll(reply));
  const auto wishes = scene.desk.wishes.size();
  for (int i = 0; i < 5; ++i) {
    const auto again = scene.ask(Scene::poll(first));
    CHECK(again.body_tag == kPollRep);
    CHECK(again.nonce == first.nonce);
  }
  CHECK(scene.desk.wishes.size() == wishes);
  scene.desk.ca.clock.advance({2});
  CHECK(scene.ask(Scene::poll(first)).nonce != first.nonce);
  CHECK(scene.desk.wishes.size() == wishes + 1);
}

TEST_CASE("a rejection names the certificate that it rejects") {
  Scene scene;
  const auto reply = scene.ask(scene.ir());
  const auto response = cmp::read_response(reply);
  const auto hash = x509::digest(x509::DigestAlgorithm::kSha256, response.certificate);
  const auto rejection = [&](base::ByteView of, std::int64_t id) {
    const auto status = cmp::sequence({cmp::octet_string(of), cmp::number(id), cmp::sequence({cmp::number(2)})});
    return Scene::next(kCertConf, cmp::sequence({status}), reply);
  };
  scene.desk.wishes.clear();
  scene.refused(kBadCertId, rejection(base::Bytes{'z', 'z'}, 0));
  scene.refused(kBadCertId, rejection({}, 0));
  scene.refused(kBadCertId, rejection(hash, 99));
  CHECK(scene.ask(rejection(hash, 0)).body_tag == kPkiConf);
  CHECK(scene.desk.revoked.size() == 1);
}

TEST_CASE("a certificate that was confirmed is not ended by rejecting it where it is given again") {
  for (const bool implicit : {false, true}) {
    Scene scene;
    auto message = scene.ir();
    message.implicit_confirm = implicit;
    const auto reply = scene.ask(message);
    if (!implicit) REQUIRE(scene.ask(Scene::confirmation(cmp::read_response(reply), reply)).body_tag == kPkiConf);
    scene.desk.gives_again = true;
    // also when the first transaction is long forgotten
    scene.desk.ca.clock.advance({base::days(3).count});
    auto second = scene.ir();
    second.transaction = base::Bytes(16, 78);
    const auto again = scene.ask(second);
    REQUIRE(cmp::read_response(again).certificate == cmp::read_response(reply).certificate);
    scene.refused(kCertConfirmed, Scene::next(kCertConf, cmp::sequence({}), again));
    CHECK(scene.ask(Scene::confirmation(cmp::read_response(again), again)).body_tag == kPkiConf);
  }
}

TEST_CASE("an update upon a secret names a certificate of the client, has its names, and another key") {
  Scene scene;
  const Holder camera(scene, "c1.cameras.example", "cameras");
  const Holder meter(scene, "m1.city.example");
  std::uint8_t number = 0;
  const auto info = [&](const x509::PrivateKey& key, const std::string& host, const base::Bytes& controls) {
    cmp::Message message;
    message.client = "cameras";
    message.body_tag = kKur;
    message.transaction = base::Bytes(16, ++number);
    message.body = cmp::sequence({cmp::wanted(key, host, 0, nullptr, controls)});
    const auto status = cmp::read_response(scene.ask(message)).status;
    return status.status == 0 ? -1 : status.fail_info;
  };
  const auto old = cmp::old_certificate(*camera.certificate);
  CHECK(info(scene.key, "c1.cameras.example", {}) == kBadCertId);
  CHECK(info(scene.key, "c1.cameras.example", cmp::old_certificate(scene.identity->certificate)) == kBadCertId);
  CHECK(info(scene.key, "c2.cameras.example", old) == kBadCertTemplate);
  CHECK(info(scene.key, "c1.cameras.example", cmp::old_certificate(*meter.certificate)) == kBadCertTemplate);
  CHECK(info(camera.key, "c1.cameras.example", old) == kBadCertTemplate);
  scene.desk.known.front().held.client = "others";
  CHECK(info(scene.key, "c1.cameras.example", old) == kNotAuthorized);
  scene.desk.known.front().held = {"device", false, true, "cameras"};
  CHECK(info(scene.key, "c1.cameras.example", old) == kNotAuthorized);
  CHECK(scene.desk.wishes.empty());
  scene.desk.known.front().held = {"device", true, false, "cameras"};
  CHECK(info(scene.key, "c1.cameras.example", old) == -1);
}

TEST_CASE("an update that is signed is for another key") {
  Scene scene;
  const Holder holder(scene);
  const auto reply = scene.ask(holder.message(kKur, cmp::sequence({cmp::wanted(holder.key, "m1.city.example")})));
  CHECK(cmp::read_response(reply).status.fail_info == kBadCertTemplate);
}

TEST_CASE("a client that is added anew under a name goes on with nothing of the one before") {
  Scene scene;
  const auto reply = scene.ask(scene.ir());
  const auto response = cmp::read_response(reply);
  const auto at = scene.clients.find("d0c04f4b");
  scene.clients.replace(at, 8, "d0c04f4c");
  scene.start();
  scene.desk.wishes.clear();
  scene.refused(kBadRequest, Scene::confirmation(response, reply));
  CHECK(scene.ask(scene.ir("m2.city.example")).body_tag == kIp);
}

TEST_CASE("a request with an extension twice is refused, in either form") {
  Scene scene;
  const auto names = [](const std::string& host) {
    return x509::make_subject_alt_name(x509::Critical::kNo, {need(x509::parse_general_name("dns:" + host))});
  };
  const auto signer = need(scene.key.signer(x509::SignatureAlgorithm::kEcdsaSha256));
  auto message = scene.ir();
  message.body_tag = kP10cr;
  message.body = need(x509::make_request(need(x509::Name::parse("CN=m1.city.example")),
                                         {names("m1.city.example"), names("bank.example")}, *signer));
  CHECK(cmp::read_response(scene.ask(message)).status.fail_info == kBadCertTemplate);
  base::Bytes both = names("m1.city.example");
  base::append(both, names("bank.example"));
  base::Bytes fields = cmp::element(0xa5, need(x509::Name::parse("CN=m1.city.example")).der());
  base::append(fields, cmp::element(0xa6, der::single(scene.key.public_key().spki(), der::kSequence)->content));
  base::append(fields, cmp::element(0xa9, both));
  const auto request = cmp::sequence({cmp::number(0), cmp::element(der::kSequence, fields)});
  der::Writer proof;
  proof.raw(x509::scheme(signer->algorithm()).identifier);
  proof.bit_string(need(signer->sign(request)));
  message.body_tag = kIr;
  message.transaction = base::Bytes(16, 79);
  message.body = cmp::sequence({cmp::sequence({request, cmp::element(0xa1, proof.view())})});
  CHECK(cmp::read_response(scene.ask(message)).status.fail_info == kBadCertTemplate);
  CHECK(scene.desk.wishes.empty());
}
