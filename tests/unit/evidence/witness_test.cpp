// What a witness accepts and what it refuses.
#include "yuxin/evidence/witness.hpp"

#include "home.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::test;
using evidence::Checkpoint;
using evidence::WitnessRequest;

// The example of C2SP tlog-witness.
constexpr const char* kExample =
    "old 20852014\n"
    "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"
    "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
    "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n"
    "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n"
    "\n"
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "\xe2\x80\x94 example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";

struct Log {
  Home home;
  x509::PrivateKey key = x509::PrivateKey::generate({x509::KeyType::kEd25519, 256}).value();
  std::shared_ptr<const x509::Signer> signer = key.signer(x509::SignatureAlgorithm::kEd25519).value();

  void grow(int records) {
    for (int i = 0; i < records; ++i) home.append("k", "o", "{}");
  }
  [[nodiscard]] Checkpoint now() { return {"yuxin.example/ledger/1", home.head()}; }
  [[nodiscard]] std::string sign(const Checkpoint& checkpoint) {
    return evidence::sign_checkpoint(checkpoint, *signer).value();
  }
  [[nodiscard]] WitnessRequest since(const Checkpoint& older) {
    WitnessRequest request{older.head.size, {}, sign(now())};
    home.read([&](Reader& reader) -> Result<> {
      TRY(request.proof, evidence::consistency_proof(reader, older.head.size, now().head.size));
      return {};
    });
    return request;
  }
  [[nodiscard]] Result<Checkpoint> judge(const WitnessRequest& request, const std::optional<Checkpoint>& last) {
    return evidence::check_request(request, key.public_key(), last);
  }
};

Code code_of(const Result<Checkpoint>& result) {
  REQUIRE_FALSE(result);
  return result.error().code;
}

}  // namespace

TEST_CASE("the example of the specification is read and written back octet for octet") {
  const auto request = evidence::parse_witness_request(kExample);
  REQUIRE(request);
  CHECK(request->old_size == 20'852'014);
  CHECK(request->proof.size() == 4);
  CHECK(request->checkpoint.starts_with("example.com/behind-the-sofa\n20852163\n"));
  CHECK(evidence::print_witness_request(*request) == kExample);
}

TEST_CASE("requests in another form are malformed") {
  const std::string text = kExample;
  const auto hash = text.substr(text.find('\n') + 1, 45);
  std::string many = "old 1\n";
  for (int i = 0; i < 63; ++i) many += hash;
  CHECK(evidence::parse_witness_request(many + "\nx"));
  for (const auto& bad :
       std::vector<std::string>{"old", "old ", "old 1", "old 1\n", "old -1\n\n", "old 01\n\n", "old +1\n\n",
                                "old 1 \n\n", "old 1\nAAAA\n\n", "old 1\n" + hash, "old 1\n " + hash + "\n",
                                "old 99999999999999999999\n\n", many + hash + "\nx"}) {
    CAPTURE(bad);
    const auto parsed = evidence::parse_witness_request(bad);
    CHECK((!parsed || !parsed->old_size));
    if (bad.starts_with("old ")) CHECK_FALSE(parsed);
  }
}

TEST_CASE("a witness follows a ledger that only grows, from any size to any other") {
  Log log;
  log.grow(1);
  for (int step = 1; step < 20; step += 3) {
    const auto last = log.now();
    log.grow(step);
    const auto next = log.judge(log.since(last), last);
    REQUIRE_MESSAGE(next, next.error().detail);
    CHECK(next->head == log.now().head);
  }
}

TEST_CASE("a witness begins with what it is given, and with a proof from nothing, which is empty") {
  Log log;
  log.grow(5);
  CHECK(log.judge({{}, {}, log.sign(log.now())}, {}));
  CHECK(log.judge({0, {}, log.sign(log.now())}, {}));
  CHECK(code_of(log.judge({0, {log.now().head.root}, log.sign(log.now())}, {})) == Code::kMalformed);
  CHECK(code_of(log.judge({3, {}, log.sign(log.now())}, {})) == Code::kConflict);
  CHECK(code_of(log.judge({{}, {log.now().head.root}, log.sign(log.now())}, {})) == Code::kMalformed);
}

TEST_CASE("the same checkpoint may be countersigned again") {
  Log log;
  log.grow(5);
  const auto last = log.now();
  CHECK(log.judge({{}, {}, log.sign(last)}, last));
  CHECK(log.judge(log.since(last), last));
}

TEST_CASE("a ledger that goes back, shows two faces, or does not continue is refused") {
  Log log;
  log.grow(6);
  const auto six = log.now();
  log.grow(4);
  const auto ten = log.now();

  CHECK(code_of(log.judge({{}, {}, log.sign(six)}, ten)) == Code::kIntegrity);
  auto other = ten;
  other.head.root[0] ^= 1;
  CHECK(code_of(log.judge({{}, {}, log.sign(other)}, ten)) == Code::kIntegrity);
  CHECK(code_of(log.judge(log.since(other), other)) == Code::kIntegrity);
  CHECK(code_of(log.judge({{}, {}, log.sign(ten)}, six)) == Code::kUsage);

  const auto good = log.since(six);
  REQUIRE(log.judge(good, six));
  auto wrong = good;
  wrong.proof.front()[5] ^= 1;
  CHECK(code_of(log.judge(wrong, six)) == Code::kIntegrity);
  wrong = good;
  wrong.proof.pop_back();
  CHECK(code_of(log.judge(wrong, six)) == Code::kIntegrity);
  wrong = good;
  wrong.proof.push_back(ten.head.root);
  CHECK(code_of(log.judge(wrong, six)) == Code::kIntegrity);
  wrong = good;
  wrong.old_size = 7;
  CHECK(code_of(log.judge(wrong, six)) == Code::kConflict);
  auto renamed = six;
  renamed.origin = "yuxin.example/ledger/2";
  CHECK(code_of(log.judge(good, renamed)) == Code::kConflict);
  const Log stranger;
  CHECK(code_of(evidence::check_request(good, stranger.key.public_key(), six)) == Code::kBadSignature);

  // rewritten: the same number of records, another one among the first six, everything recomputed
  Log rewritten;
  rewritten.key = log.key;
  rewritten.signer = log.signer;
  rewritten.grow(3);
  rewritten.home.append("k", "another", "{}");
  rewritten.grow(6);
  CHECK(code_of(rewritten.judge(rewritten.since(six), six)) == Code::kIntegrity);
}
