// Co-signatures against those of a public witness, and in every way in which they can be wrong.
#include "yuxin/evidence/cosignature.hpp"

#include "command.hpp"
#include "home.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::test;
using evidence::WitnessKey;

// A checkpoint of a public log with the co-signature of a public witness on it (2026-10-03), as the witness hands it
// out, and the keys that both publish. The third line is by the same witness in a newer scheme (ML-DSA-44, its
// signature shortened here), which must be passed over.
constexpr const char* kLogKey = "markovianprotocol.com/log+0302c6c8+ATkpOWo95UuEiW2EhNZAol4f0CS8hMluJfPcTSzrr03v";
constexpr const char* kWitness =
    "witness.navigli.sunlight.geomys.org+a3e00fe2+BNy/co4C1Hn1p+INwJrfUlgz7W55dSZReusH/GhUhJ/G";
constexpr const char* kNote =
    "markovianprotocol.com/log\n"
    "9266\n"
    "QnwPzJywq5AyOk9k1zLqfryh6Ktw1CnaaKplELApoxw=\n"
    "\n"
    "\xe2\x80\x94 markovianprotocol.com/log AwLGyIvuxLXZM101mKdNCPTsl9GgtiG/wzbd8cGru0pGnWVMXI06twIsEIZho7n8id+"
    "w2EO0BZCalxuEm6BauQGNmgo=\n"
    "\xe2\x80\x94 witness.navigli.sunlight.geomys.org o+AP4gAAAABqwX+So8evhUsltetL+QnwUxEYMNrD25pJYOTFHwDCopbgQMl2"
    "AEh583AxfFNMDZzE73rdjK62tUN8oUBfd9p6usq+BA==\n"
    "\xe2\x80\x94 witness.navigli.sunlight.geomys.org a8RCSQAAAABqwX+S82A5jZ4hhbMpSISwr6lug/1/EqzgRP3QbJdnTxrqtZDX\n";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::vector<WitnessKey> keys_of(std::initializer_list<const char*> texts) {
  std::vector<WitnessKey> keys;
  for (const auto* text : texts) keys.push_back(evidence::parse_witness_key(text).value());
  return keys;
}

template <typename T>
Code code_of(const Result<T>& result) {
  REQUIRE_FALSE(result);
  return result.error().code;
}

struct Party {
  x509::PrivateKey key = x509::PrivateKey::generate({x509::KeyType::kEd25519, 256}).value();
  std::shared_ptr<const x509::Signer> signer = key.signer(x509::SignatureAlgorithm::kEd25519).value();
};

std::string note_by(const Party& log) {
  return evidence::sign_checkpoint({"yuxin.example/ledger/1", {7, {}}}, *log.signer).value();
}

}  // namespace

TEST_CASE("the co-signature of a public witness is accepted with the key that it publishes") {
  REQUIRE(evidence::open_checkpoint(kNote, evidence::parse_verifier_key(kLogKey).value().key));
  const auto good = evidence::check_cosignatures(kNote, keys_of({kWitness}));
  REQUIRE(good);
  REQUIRE(good->size() == 1);
  CHECK(good->front().witness == "witness.navigli.sunlight.geomys.org");
  CHECK(good->front().time.seconds == 1'791'066'002);
  CHECK(std::string(kNote).find(good->front().line) != std::string::npos);
}

TEST_CASE("keys of witnesses and of logs do not stand in for one another") {
  CHECK(evidence::parse_witness_key(kWitness)->name == "witness.navigli.sunlight.geomys.org");
  CHECK(evidence::print_witness_key(evidence::parse_witness_key(kWitness).value()) == kWitness);
  CHECK(code_of(evidence::parse_verifier_key(kWitness)) == Code::kMalformed);
  CHECK(code_of(evidence::parse_witness_key(kLogKey)) == Code::kMalformed);
  // other keys of this form that witnesses publish
  for (const auto* key : {"remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
                          "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv",
                          "rgdd.se/poc-witness+db03732e+BCjJKlo6BU0xfIb8LutqerIFTWIXEA0L5n3tW3QyPFgG"}) {
    CHECK(evidence::parse_witness_key(key));
    CHECK(code_of(evidence::parse_witness_key(replaced(key, "+B", "+A"))) == Code::kMalformed);
  }
  for (const auto* bad : {"", "a+b+c", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n"})
    CHECK(code_of(evidence::parse_witness_key(bad)) == Code::kMalformed);
}

TEST_CASE("what was changed in the note or in the line is refused") {
  const auto keys = keys_of({kWitness});
  for (const auto& [from, to] : std::vector<std::pair<const char*, const char*>>{{"9266", "9267"},
                                                                                 {"log\n9266", "gol\n9266"},
                                                                                 {"Qnw", "Rnw"},
                                                                                 {"AABqwX+So8", "AABqwX+Tp8"},
                                                                                 {"So8evh", "So8fvh"}}) {
    CAPTURE(from);
    CHECK(code_of(evidence::check_cosignatures(replaced(kNote, from, to), keys)) == Code::kBadSignature);
  }
  // under another name, or under the hash of another key, it is nobody's that is asked about
  CHECK(evidence::check_cosignatures(replaced(kNote, "witness.navigli", "witness.nagivli"), keys)->empty());
  CHECK(evidence::check_cosignatures(replaced(kNote, "o+AP4g", "o+AP4w"), keys)->empty());
  CHECK(code_of(evidence::check_cosignatures("no note", keys)) == Code::kMalformed);
}

TEST_CASE("a line that is too short, too long, or from a time that no clock shows is not good") {
  const Party log;
  const Party witness;
  const auto note = note_by(log);
  const WitnessKey key{"w", witness.key.public_key()};
  const auto line = evidence::make_cosignature(note, "w", *witness.signer, {1'700'000'000}).value().line;
  REQUIRE(evidence::check_cosignatures(note + line, {key})->size() == 1);
  auto octets = base::from_base64(line.substr(line.rfind(' ') + 1, line.size() - line.rfind(' ') - 2)).value();
  const auto with = [&](const base::Bytes& changed) {
    return note + "\xe2\x80\x94 w " + base::base64(changed) + "\n";
  };
  REQUIRE(evidence::check_cosignatures(with(octets), {key}));
  auto shorter = octets;
  shorter.pop_back();
  CHECK(code_of(evidence::check_cosignatures(with(shorter), {key})) == Code::kBadSignature);
  auto longer = octets;
  longer.push_back(0);
  CHECK(code_of(evidence::check_cosignatures(with(longer), {key})) == Code::kBadSignature);
  CHECK(code_of(evidence::check_cosignatures(with({octets.begin(), octets.begin() + 5}), {key})) ==
        Code::kBadSignature);
  auto late = octets;
  late[4] = 0x80;  // the highest bit of the time
  CHECK(code_of(evidence::check_cosignatures(with(late), {key})) == Code::kBadSignature);
  // a good line does not make up for a bad one by the same key
  CHECK(code_of(evidence::check_cosignatures(note + line + with(late).substr(note.size()), {key})) ==
        Code::kBadSignature);
}

TEST_CASE("openssl verifies a co-signature over the message of the specification") {
  const Party log;
  const Party witness;
  const auto note = note_by(log);
  const auto made = evidence::make_cosignature(note, "witness.example/w1", *witness.signer, {1'679'315'147}).value();
  const auto octets = base::from_base64(made.line.substr(made.line.rfind(' ') + 1, 104)).value();
  const TemporaryFolder folder;
  const auto message = "cosignature/v1\ntime 1679315147\n" + note.substr(0, note.find("\n\n") + 1);
  write_octets(folder.file("text"), base::to_bytes(base::as_bytes(message)));
  write_octets(folder.file("signature"), {octets.begin() + 12, octets.end()});
  write_octets(folder.file("key"), base::to_bytes(witness.key.public_key().spki()));
  const auto outcome =
      folder.run("openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey key -in text -sigfile signature");
  CHECK_MESSAGE(outcome.status == 0, outcome.output);
  // key hash, then the time in eight octets: 1679315147 is 0x6418 50cb, as in the example of the specification
  const auto key = evidence::print_witness_key({"witness.example/w1", witness.key.public_key()});
  CHECK(base::hex(octets).substr(0, 8) == key.substr(key.find('+') + 1, 8));
  CHECK(base::hex(octets).substr(8, 16) == "00000000641850cb");
}

TEST_CASE("a quorum counts keys, not names or lines") {
  const Party log;
  const Party one;
  const Party two;
  const WitnessKey first{"w1", one.key.public_key()};
  const WitnessKey alias{"w2", one.key.public_key()};
  const WitnessKey second{"w3", two.key.public_key()};
  auto note = note_by(log);
  for (const auto* name : {"w1", "w2"})
    note += evidence::make_cosignature(note, name, *one.signer, {1'700'000'000}).value().line;
  CHECK(evidence::demand_witnesses(note, {first}, 1));
  CHECK(code_of(evidence::demand_witnesses(note, {first, alias}, 2)) == Code::kUsage);
  const auto refused = evidence::demand_witnesses(note, {first, alias, second}, 2);
  CHECK(code_of(refused) == Code::kBadSignature);
  CHECK(refused.error().detail.find("w3") != std::string::npos);
  CHECK(evidence::demand_witnesses(note, {first, second}, 1));
  CHECK(code_of(evidence::demand_witnesses(note, {first}, 0)) == Code::kUsage);
  CHECK(code_of(evidence::demand_witnesses(note, {}, 1)) == Code::kUsage);
  note += evidence::make_cosignature(note, "w3", *two.signer, {1'700'000'001}).value().line;
  CHECK(evidence::demand_witnesses(note, {first, second}, 2)->size() == 2);
}

TEST_CASE("witnesses sign with Ed25519 and under a name that can stand in a note") {
  const Party log;
  const Party witness;
  const auto note = note_by(log);
  for (const auto* name : {"", "two words", "a+b", "narrow\xe2\x80\xafspace", "line\xe2\x80\xa8separator"})
    CHECK(code_of(evidence::make_cosignature(note, name, *witness.signer, {0})) == Code::kUsage);
  CHECK(code_of(evidence::make_cosignature(note, "w", *witness.signer, {-1})) == Code::kUsage);
  CHECK(code_of(evidence::make_cosignature("no note", "w", *witness.signer, {0})) == Code::kMalformed);
  const auto p256 = x509::PrivateKey::generate({x509::KeyType::kP256, 256}).value();
  const auto signer = p256.signer(x509::SignatureAlgorithm::kEcdsaSha256).value();
  CHECK(code_of(evidence::make_cosignature(note, "w", *signer, {0})) == Code::kUsage);
}
