#include <algorithm>

#include "command.hpp"
#include "home.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::test;
using evidence::Checkpoint;

// The key and a checkpoint of the Go checksum database, as it published them.
constexpr const char* kGoKey = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
constexpr const char* kGoNote =
    "go.sum database tree\n"
    "15368405\n"
    "/g9am3I6YWNKaZX/jkne1fqd9zEyjss+JXyPXG0WfkY=\n"
    "\n"
    "\xe2\x80\x94 sum.golang.org Az3grqJGUaSGukG9p8nI2vKgiFn7qGHxn0W+mrwyI6Gz3F0t1J3LzmWk/"
    "p96Ybf295EjwdSwlzgijq5WA9d1Ded7owM=\n";
// The key of the Go documentation of signed notes.
constexpr const char* kNeumann = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

struct SigningKey {
  x509::PrivateKey key = x509::PrivateKey::generate({x509::KeyType::kEd25519, 256}).value();
  std::shared_ptr<const x509::Signer> signer = key.signer(x509::SignatureAlgorithm::kEd25519).value();
};

Checkpoint checkpoint_of(Home& home) { return {"yuxin.example/ledger/1", home.head()}; }

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

Code code_of(const Result<Checkpoint>& result) {
  REQUIRE_FALSE(result);
  return result.error().code;
}

}  // namespace

TEST_CASE("a checkpoint of the Go checksum database is accepted with its key") {
  const auto key = evidence::parse_verifier_key(kGoKey);
  REQUIRE(key);
  CHECK(key->name == "sum.golang.org");
  const auto checkpoint = evidence::open_checkpoint(kGoNote, key->key);
  REQUIRE(checkpoint);
  CHECK(checkpoint->origin == "go.sum database tree");
  CHECK(checkpoint->head.size == 15368405);
  CHECK(base::base64(checkpoint->head.root) == "/g9am3I6YWNKaZX/jkne1fqd9zEyjss+JXyPXG0WfkY=");
  CHECK(evidence::verifier_key(key->name, key->key) == kGoKey);
}

TEST_CASE("what was changed in it, or signed by another key, is refused") {
  const auto key = evidence::parse_verifier_key(kGoKey).value().key;
  CHECK(code_of(evidence::open_checkpoint(replaced(kGoNote, "15368405", "15368406"), key)) == Code::kBadSignature);
  CHECK(code_of(evidence::open_checkpoint(replaced(kGoNote, "go.sum", "no.sum"), key)) == Code::kBadSignature);
  CHECK(code_of(evidence::open_checkpoint(replaced(kGoNote, "/g9a", "/g9b"), key)) == Code::kBadSignature);
  CHECK(code_of(evidence::open_checkpoint(replaced(kGoNote, "qJGUaS", "qJGUaT"), key)) == Code::kBadSignature);
  CHECK(code_of(evidence::open_checkpoint(replaced(kGoNote, "sum.golang.org Az", "sun.golang.org Az"), key)) ==
        Code::kBadSignature);
  const auto other = evidence::parse_verifier_key(kNeumann).value().key;
  CHECK(code_of(evidence::open_checkpoint(kGoNote, other)) == Code::kBadSignature);
}

TEST_CASE("what is not in the form of a note is malformed") {
  const auto key = evidence::parse_verifier_key(kGoKey).value().key;
  const std::string note = kGoNote;
  for (const auto& bad : std::vector<std::string>{
           "",
           "\n",
           "\n\n",
           note.substr(0, note.size() - 1),
           note + "\n",
           note + "more\n",
           replaced(note, "\n\n", "\n"),
           replaced(note, "15368405", "015368405"),
           replaced(note, "15368405", "+15368405"),
           replaced(note, "15368405", "-1"),
           replaced(note, "15368405", "99999999999999999999"),
           replaced(note, "15368405", " 15368405"),
           replaced(note, "/g9a", "g9a"),
           replaced(note, "kY=\n", "kY\n"),
           replaced(note, "kY=\n", "kZ=\n"),
           replaced(note, "kY=\n", "kY= \n"),
           replaced(note, "go.sum database tree", ""),
           replaced(note, "go.sum", "go\tsum"),
           replaced(note, "go.sum", "go\xffsum"),
           replaced(note, "\xe2\x80\x94", "-"),
           replaced(note, "owM=\n", "owM= \n"),
           replaced(note, "owM=\n", "owN=\n"),
       }) {
    CAPTURE(bad);
    CHECK(code_of(evidence::open_checkpoint(bad, key)) == Code::kMalformed);
  }
}

TEST_CASE("signatures of witnesses are passed over, wherever they stand") {
  const auto key = evidence::parse_verifier_key(kGoKey).value().key;
  const std::string witness = "\xe2\x80\x94 witness.example AAAAAAECAwQFBgcICQ==\n";
  CHECK(evidence::open_checkpoint(kGoNote + witness, key));
  CHECK(evidence::open_checkpoint(replaced(kGoNote, "\xe2\x80\x94", witness + "\xe2\x80\x94"), key));
  std::string hundred = kGoNote;
  for (int i = 0; i < 99; ++i) hundred += witness;
  CHECK(evidence::open_checkpoint(hundred, key));
  CHECK(code_of(evidence::open_checkpoint(hundred + witness, key)) == Code::kMalformed);
}

TEST_CASE("verifier keys of others are read, mistyped ones are refused") {
  CHECK(evidence::parse_verifier_key(kNeumann).value().name == "PeterNeumann");
  CHECK(evidence::parse_verifier_key(std::string(kNeumann) + "\n"));
  const std::string key = kNeumann;
  for (const auto& bad : std::vector<std::string>{
           "",
           "+",
           "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
           "PeterNeumann",
           "PeterNeumann+c74f20a3",
           "PeterNeumann+c74f20a3+",
           replaced(key, "c74f20a3", "c74f20a4"),
           replaced(key, "c74f20a3", "c74f20a"),
           replaced(key, "c74f20a3", "zzzzzzzz"),
           replaced(key, "Peter", "Peder"),
           replaced(key, "Peter", "Peter "),
           replaced(key, "ARpc", "ARpd"),
           replaced(key, "ARpc", "BRpc"),
           key + "=",
           key + "AAAA",
           "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
       }) {
    CAPTURE(bad);
    const auto parsed = evidence::parse_verifier_key(bad);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == Code::kMalformed);
  }
}

TEST_CASE("a signed checkpoint is opened with the published key, and with the key in PEM") {
  Home home;
  home.append("k", "o", "{}");
  const SigningKey key;
  const auto checkpoint = checkpoint_of(home);
  const auto note = evidence::sign_checkpoint(checkpoint, *key.signer);
  REQUIRE(note);
  const auto published = evidence::verifier_key(checkpoint.origin, key.key.public_key());
  const auto opened = evidence::open_checkpoint(*note, evidence::parse_verifier_key(published).value().key);
  REQUIRE(opened);
  CHECK(opened->origin == checkpoint.origin);
  CHECK(opened->head == checkpoint.head);
  const auto pem = evidence::parse_verifier_key(base::pem("PUBLIC KEY", key.key.public_key().spki()));
  REQUIRE(pem);
  CHECK(evidence::open_checkpoint(*note, pem->key));
  const auto one = base::pem("PUBLIC KEY", key.key.public_key().spki());
  CHECK_FALSE(evidence::parse_verifier_key(one + one));
}

TEST_CASE("openssl verifies the signature of a checkpoint") {
  Home home;
  home.append("k", "o", "{}");
  const SigningKey key;
  const auto note = evidence::sign_checkpoint(checkpoint_of(home), *key.signer).value();
  const auto text = note.substr(0, note.find("\n\n") + 1);
  const auto last_blank = note.rfind(' ');
  auto signature = base::from_base64(note.substr(last_blank + 1)).value();
  signature.erase(signature.begin(), signature.begin() + 4);
  const TemporaryFolder folder;
  write_octets(folder.file("text"), base::to_bytes(base::as_bytes(text)));
  write_octets(folder.file("signature"), signature);
  write_octets(folder.file("key"), base::to_bytes(key.key.public_key().spki()));
  const auto outcome =
      folder.run("openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey key -in text -sigfile signature");
  CHECK_MESSAGE(outcome.status == 0, outcome.output);
}

TEST_CASE("names that would break the form, and keys that are not Ed25519, are refused") {
  const SigningKey key;
  for (const auto* origin : {"", "two words", "a+b", "line\nfeed", "tab\t", "\xff"}) {
    const auto note = evidence::sign_checkpoint({origin, {}}, *key.signer);
    REQUIRE_FALSE(note);
    CHECK(note.error().code == Code::kUsage);
  }
  const auto p256 = x509::PrivateKey::generate({x509::KeyType::kP256, 256}).value();
  const auto note =
      evidence::sign_checkpoint({"a", {}}, *p256.signer(x509::SignatureAlgorithm::kEcdsaSha256).value());
  REQUIRE_FALSE(note);
  CHECK(note.error().code == Code::kUsage);
}

TEST_CASE("checkpoints are kept in their order and the audit holds the ledger against them") {
  Home home;
  const SigningKey key;
  std::vector<std::string> notes;
  for (int i = 0; i < 3; ++i) {
    home.append("k", std::to_string(i), "{}");
    const auto checkpoint = checkpoint_of(home);
    notes.push_back(evidence::sign_checkpoint(checkpoint, *key.signer).value());
    home.write([&](Writer& writer) { return evidence::store_checkpoint(writer, checkpoint, notes.back()); });
  }
  home.append("k", "after", "{}");
  home.read([&](Reader& reader) -> Result<> {
    CHECK(evidence::checkpoints(reader).value() == notes);
    return {};
  });
  CHECK(home.verify().problems.empty());
  SUBCASE("a record changed with its hash") {
    const std::string text = R"({"actor":"x","data":{},"kind":"k","object":"1","time":"2023-11-14T22:13:20Z"})";
    home.tamper("UPDATE ledger SET text = '" + text + "', leaf = x'" +
                base::hex(evidence::leaf_hash(base::as_bytes(text))) + "' WHERE sequence = 1");
    CHECK(home.verify().problems.size() == 2);  // the checkpoints over two and over three records
  }
  SUBCASE("cut off below the last") {
    home.tamper("DELETE FROM ledger WHERE sequence >= 2");
    CHECK_FALSE(home.verify().problems.empty());
  }
  SUBCASE("a stored checkpoint that cannot be read") {
    home.tamper("UPDATE ledger_checkpoints SET note = 'x' WHERE id = 1");
    CHECK(home.verify().problems.size() == 1);
  }
}

TEST_CASE("a checkpoint kept elsewhere proves that the ledger only grew") {
  Home home;
  for (int i = 0; i < 9; ++i) home.append("k", std::to_string(i), "{}");
  const auto early = checkpoint_of(home);
  for (int i = 0; i < 5; ++i) home.append("k", std::to_string(i), "{}");
  const auto late = checkpoint_of(home);
  CHECK(home.check({"x", {0, Home().head().root}}));
  CHECK(home.check(early));
  CHECK(home.check(late));

  const auto broken = [&](const Checkpoint& checkpoint) {
    const auto result = home.check(checkpoint);
    return !result && result.error().code == Code::kIntegrity;
  };
  SUBCASE("text changed, leaf kept") {
    home.tamper("UPDATE ledger SET text = replace(text, 'local', 'vocal') WHERE sequence = 3");
    CHECK(broken(early));
    CHECK(broken(late));
  }
  SUBCASE("changed after the early one") {
    home.tamper("UPDATE ledger SET text = replace(text, 'local', 'vocal') WHERE sequence = 10");
    CHECK(home.check(early));
    CHECK(broken(late));
  }
  SUBCASE("rolled back") {
    home.tamper("DELETE FROM ledger WHERE sequence >= 12");
    CHECK(home.check(early));
    CHECK(broken(late));
  }
  SUBCASE("one missing") {
    home.tamper("DELETE FROM ledger WHERE sequence = 2");
    CHECK(broken(early));
  }
  SUBCASE("two exchanged") {
    home.tamper("UPDATE ledger SET sequence = -1 WHERE sequence = 4");
    home.tamper("UPDATE ledger SET sequence = 4 WHERE sequence = 7");
    home.tamper("UPDATE ledger SET sequence = 7 WHERE sequence = -1");
    CHECK(broken(early));
  }
}
