// Evidence bundles: made from a home, verified by themselves, by openssl, and after everything that can be done to
// one.
#include "yuxin/evidence/bundle.hpp"
#include "need.hpp"

#include <doctest/doctest.h>

#include "act_city.hpp"
#include "command.hpp"
#include "core/evidence/bundle/parts.hpp"
#include "home.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::evidence;
using base::Result;
using test::ActCity;
using test::error_of;
using test::Home;
using test::kAtWork;
using test::need;

base::Bytes octets(std::string_view text) { return base::to_bytes(base::as_bytes(text)); }

// Archive is a home with three acts on R-1042 among other things, and a signed checkpoint.
struct Archive {
  explicit Archive(const x509::KeyKind& kind = test::kP256Key)
      : city(kind), wei(city.person("Wei")), li(city.person("Li")) {
    city.grant(wei, "RA.ENTRY");
    city.grant(li, "RA.REVIEW", "profile:device");
    home.append("home.founded", "home", "{}");
    add(wei, "request.enter", "RA.ENTRY", form);
    home.append("request.received", "R-1042", "{}", octets("a request"));
    home.append("request.received", "R-7", "{}");
    add(li, "request.review", "RA.REVIEW");
    add(wei, "request.note", "");
    home.append("later", "R-7", "{}");
    sign_checkpoint_now();
  }
  void add(const test::Person& person, std::string_view type, std::string_view role,
           const base::Bytes& attachment = {}) {
    auto act = city.act(type, "R-1042", role);
    if (!digests.empty()) act.previous = digests.back();
    if (!attachment.empty()) {
      const auto value = x509::sha256(attachment);
      act.attachments = {{"form.txt",
                          static_cast<std::int64_t>(attachment.size()),
                          x509::DigestAlgorithm::kSha256,
                          {value.begin(), value.end()}}};
    }
    const auto accepted = city.accepted(act, person);
    digests.push_back(accepted.digest());
    home.write([&](store::Writer& writer) -> Result<> {
      TRY(store_act(writer, accepted, city.clock.now()));
      return {};
    });
    city.clock.advance(base::Seconds{60});
  }
  void sign_checkpoint_now() {
    TreeHead head;
    home.read([&](store::Reader& reader) -> Result<> {
      TRY(head, tree_head(reader));
      return {};
    });
    note = need(sign_checkpoint({"city.test/ledger", head}, *ledger_signer));
    time_stamp = need(city.time_stamp(base::as_bytes(note.substr(0, note.find("\n\n") + 1))));
  }
  [[nodiscard]] VerifierKey key() const { return need(parse_verifier_key(key_text())); }
  [[nodiscard]] std::string key_text() const { return verifier_key("city.test/ledger", ledger_key.public_key()); }

  [[nodiscard]] Result<base::Bytes> make(std::string_view object = "R-1042", std::vector<base::Bytes> files = {}) {
    Result<base::Bytes> bundle = base::fail(base::Code::kInternal, "not run");
    home.read([&](store::Reader& reader) -> Result<> {
      bundle = make_bundle(
          reader, {std::string(object), note, time_stamp, key_text(), ledger_certificates, std::move(files)});
      return {};
    });
    return bundle;
  }
  [[nodiscard]] FileMap files() { return need(read_tar(need(make("R-1042", {form})))); }
  [[nodiscard]] BundleReport verify(base::ByteView bundle) const {
    return need(verify_bundle(bundle, city.trust(), {.key = key(), .now = city.clock.now()}));
  }
  // problems of a bundle whose files were changed by somebody who sets the manifest right.
  [[nodiscard]] std::vector<std::string> problems(FileMap files) const {
    auto manifest = *parse_manifest(files.at("manifest.json"));
    manifest.files = describe(files);
    files["manifest.json"] = octets(print_manifest(manifest));
    return verify(need(write_tar(files))).problems;
  }

  ActCity city;
  test::Person wei;
  test::Person li;
  Home home;
  base::Bytes form = octets("the form\n");
  std::vector<Hash> digests;
  x509::PrivateKey ledger_key = need(x509::PrivateKey::generate({x509::KeyType::kEd25519, 256}));
  std::shared_ptr<const x509::Signer> ledger_signer = need(ledger_key.signer(x509::SignatureAlgorithm::kEd25519));
  std::vector<x509::Certificate> ledger_certificates;
  std::string note;
  base::Bytes time_stamp;
};

TEST_CASE("a bundle has everything about its object, verifies by itself, and is the same every time") {
  Archive archive;
  const auto bundle = need(archive.make("R-1042", {archive.form}));
  const auto report = archive.verify(bundle);
  CHECK(report.object == "R-1042");
  for (const auto& problem : report.problems) CAPTURE(problem);
  CHECK(report.problems == std::vector<std::string>{});
  CHECK(report.remarks == std::vector<std::string>{});
  REQUIRE(report.acts.size() == 3);
  CHECK(report.acts[1].role()->role.text() == "RA.REVIEW");
  CHECK(report.records == 4);
  REQUIRE(report.checkpoint);
  CHECK(report.checkpoint->origin == "city.test/ledger");
  CHECK(report.checkpoint->head.size == 7);
  CHECK(report.checkpoint_time == archive.city.clock.now());
  CHECK(need(archive.make("R-1042", {archive.form})) == bundle);
}

TEST_CASE("a bundle of an object without acts proves its records") {
  Archive archive;
  const auto report = archive.verify(need(archive.make("R-7")));
  CHECK(report.problems == std::vector<std::string>{});
  CHECK(report.acts.empty());
  CHECK(report.records == 2);
}

TEST_CASE("where nobody said whose key signs the ledger, acts are proven and records are not") {
  Archive archive;
  const auto report = need(verify_bundle(need(archive.make()), archive.city.trust(), {.now = kAtWork}));
  CHECK(report.problems == std::vector<std::string>{});
  CHECK(report.acts.size() == 3);
  CHECK(report.ledger == BundleReport::LedgerProof::kUnknown);
  CHECK_FALSE(report.is_good());
  CHECK(report.remarks == std::vector<std::string>{"The attachment form.txt is not in the bundle, only its digest."});
}

TEST_CASE("a key that the verifier knows is enough, another one is not") {
  Archive archive;
  const auto bundle = need(archive.make());
  const auto other = need(x509::PrivateKey::generate({x509::KeyType::kEd25519, 256})).public_key();
  LedgerTrust trust{.known = {other}, .now = kAtWork};
  CHECK_FALSE(need(verify_bundle(bundle, archive.city.trust(), trust)).is_good());
  trust.known.push_back(archive.ledger_key.public_key());
  const auto report = need(verify_bundle(bundle, archive.city.trust(), trust));
  CHECK(report.is_good());
  CHECK(report.ledger == BundleReport::LedgerProof::kKey);
}

TEST_CASE("a key that belongs to a ledger of another name is not taken for this one's") {
  Archive archive;
  const auto named = need(parse_verifier_key(verifier_key("other.test/ledger", archive.ledger_key.public_key())));
  const auto report = need(verify_bundle(need(archive.make()), archive.city.trust(), {.key = named, .now = kAtWork}));
  CHECK(report.problems.size() == 1);
}

// A certificate of the ledger by the city, as it should be but for what a case changes.
std::vector<base::Bytes> for_ledgers() {
  return {x509::make_key_usage(x509::Critical::kYes, x509::kDigitalSignature),
          x509::make_extended_key_usage(x509::Critical::kYes, {base::to_bytes(x509::oid::kLedger)})};
}
constexpr const char* kLedgerName = "C=CN, O=Test City, CN=city.test/ledger";

BundleReport with_certificate(Archive& archive, const x509::Certificate& certificate, base::UnixTime now = kAtWork) {
  archive.ledger_certificates = {certificate, archive.city.issuing.certificate()};
  return need(verify_bundle(need(archive.make("R-1042", {archive.form})), archive.city.trust(), {.now = now}));
}

TEST_CASE("the root vouches for the ledger's key, and nothing else need be known") {
  Archive archive;
  const auto& issuing = archive.city.issuing;
  const auto key = archive.ledger_key.public_key();
  const auto report = with_certificate(archive, issuing.issue(kLedgerName, key, for_ledgers()));
  CHECK(report.problems == std::vector<std::string>{});
  CHECK(report.ledger == BundleReport::LedgerProof::kCertificate);
  CHECK(report.is_good());
  CHECK(report.records == 4);
}

TEST_CASE("no other certificate of the city poses as a ledger's") {
  Archive archive;
  const auto& issuing = archive.city.issuing;
  const auto key = archive.ledger_key.public_key();
  const auto refused = [&](const x509::Certificate& certificate) {
    return !with_certificate(archive, certificate).is_good();
  };
  const auto usage = x509::make_key_usage(x509::Critical::kYes, x509::kDigitalSignature);
  const auto with_usages = [&](const std::vector<base::Bytes>& usages, x509::Critical critical) {
    return std::vector<base::Bytes>{usage, x509::make_extended_key_usage(critical, usages)};
  };
  const auto own = base::to_bytes(x509::oid::kLedger);
  const auto other = base::to_bytes(x509::oid::kClientAuth);
  const auto any = base::to_bytes(x509::oid::kAnyExtendedKeyUsage);
  CHECK(refused(issuing.issue(kLedgerName, key, {usage})));
  CHECK(refused(issuing.issue(kLedgerName, key, ActCity::person_extensions())));
  CHECK(refused(issuing.issue(kLedgerName, key, with_usages({any}, x509::Critical::kNo))));
  CHECK(refused(issuing.issue(kLedgerName, key, with_usages({own, other}, x509::Critical::kYes))));
  CHECK(refused(issuing.issue(kLedgerName, key, with_usages({own}, x509::Critical::kNo))));
  auto authority = for_ledgers();
  authority.push_back(x509::make_basic_constraints(x509::Critical::kYes, {true, {}}));
  CHECK(refused(issuing.issue(kLedgerName, key, authority)));
  const ActCity elsewhere;
  CHECK(refused(elsewhere.issuing.issue(kLedgerName, key, for_ledgers())));
}

TEST_CASE("a certificate of another ledger or of another key goes into no bundle and proves none") {
  Archive archive;
  const auto& issuing = archive.city.issuing;
  const auto other = need(x509::PrivateKey::generate({x509::KeyType::kEd25519, 256})).public_key();
  const auto elsewhere = issuing.issue("CN=other.test/ledger", archive.ledger_key.public_key(), for_ledgers());
  for (const auto& certificate : {issuing.issue(kLedgerName, other, for_ledgers()), elsewhere}) {
    archive.ledger_certificates = {certificate};
    CHECK_FALSE(archive.make());
    archive.ledger_certificates.clear();
    auto files = archive.files();
    files["ledger.pem"] = octets(certificates_pem({certificate, issuing.certificate()}));
    auto manifest = *parse_manifest(files.at("manifest.json"));
    manifest.files = describe(files);
    files["manifest.json"] = octets(print_manifest(manifest));
    const auto report = need(verify_bundle(need(write_tar(files)), archive.city.trust(), {.now = kAtWork}));
    CHECK_FALSE(report.is_good());
    CHECK_FALSE(report.problems.empty());
  }
}

TEST_CASE("genuine acts in a ledger that somebody made around them prove no records") {
  Archive archive;
  const auto genuine = archive.city.issuing.issue(kLedgerName, archive.ledger_key.public_key(), for_ledgers());
  Archive forger;  // has its own key and signs the same name; takes over the genuine certificate
  const auto made = forger.files();
  auto files = archive.files();
  for (const char* name :
       {"checkpoint.txt", "plain/checkpoint.txt", "plain/checkpoint-signature.bin", "plain/ledger-key.pem"})
    files[name] = made.at(name);
  files["ledger.pem"] = octets(certificates_pem({genuine, archive.city.issuing.certificate()}));
  auto manifest = *parse_manifest(files.at("manifest.json"));
  manifest.ledger_key = forger.key_text();
  manifest.files = describe(files);
  files["manifest.json"] = octets(print_manifest(manifest));
  const auto report = need(verify_bundle(need(write_tar(files)), archive.city.trust(), {.now = kAtWork}));
  CHECK(report.ledger == BundleReport::LedgerProof::kUnknown);
  CHECK_FALSE(report.is_good());
}

TEST_CASE("the ledger's certificate counts at the time of the checkpoint's time stamp, without one now") {
  Archive archive;
  const test::Span brief{kAtWork - base::days(1), kAtWork + base::days(1)};
  const auto certificate =
      archive.city.issuing.issue(kLedgerName, archive.ledger_key.public_key(), for_ledgers(), brief);
  const auto later = kAtWork + base::days(30);
  CHECK(with_certificate(archive, certificate, later).is_good());
  archive.time_stamp.clear();
  CHECK(with_certificate(archive, certificate).is_good());
  CHECK_FALSE(with_certificate(archive, certificate, later).is_good());
}

TEST_CASE("what cannot be made is refused") {
  Archive archive;
  CHECK(error_of(archive.make("R-9")).code == base::Code::kNotFound);
  CHECK(error_of(archive.make("R-1042", {octets("a file that no act names")})).code == base::Code::kUsage);
  archive.add(archive.wei, "request.note", "");
  CHECK(error_of(archive.make()).code == base::Code::kConflict);  // the checkpoint is older
  archive.sign_checkpoint_now();
  CHECK(archive.make());
  archive.home.tamper("UPDATE ledger SET leaf = zeroblob(32) WHERE sequence = 0");
  CHECK(error_of(archive.make()).code == base::Code::kIntegrity);
}

using Spoil = void (*)(FileMap&);
struct Case {
  const char* name;
  Spoil spoil;
  const char* problem;  // part of one that must be there
};

TEST_CASE("whatever is done to a bundle is found, also when the manifest is set right") {
  const std::vector<Case> cases = {
      {"the last act dropped",
       [](FileMap& files) {
         std::erase_if(files, [](const auto& entry) { return entry.first.find("003") != std::string::npos; });
       },
       "an act was accepted that is not in the bundle"},
      {"the first act dropped", [](FileMap& files) { files.erase("acts/001.p7m"); }, "does not belong"},
      {"two acts exchanged", [](FileMap& files) { std::swap(files["acts/001.p7m"], files["acts/002.p7m"]); },
       "acts/001.p7m: "},
      {"an act twice", [](FileMap& files) { files["acts/004.p7m"] = files["acts/003.p7m"]; }, "acts/004.p7m: "},
      {"a statement that is not the act's", [](FileMap& files) { files["acts/002.json"] = files["acts/001.json"]; },
       "acts/002.json is not what acts/002.p7m holds"},
      {"a statement missing", [](FileMap& files) { files.erase("acts/002.json"); },
       "acts/002.json is not what acts/002.p7m holds"},
      {"a plain file changed", [](FileMap& files) { files["plain/001-time-stamp.tst"].back() ^= 1U; },
       "plain/001-time-stamp.tst is not what"},
      {"a record changed", [](FileMap& files) { files["records/2.json"].at(60) ^= 1U; }, "records/2.json"},
      {"a record of another object",
       [](FileMap& files) {
         files["records/0.json"] = files["records/2.json"];
         files["proofs/0.json"] = files["proofs/2.json"];
       },
       "records/0.json is not in the ledger"},
      {"a record dropped", [](FileMap& files) { files.erase("records/2.json"); }, "does not belong"},
      {"the record of an act dropped",
       [](FileMap& files) {
         files.erase("records/4.json");
         files.erase("proofs/4.json");
       },
       "record"},
      {"a proof dropped", [](FileMap& files) { files.erase("proofs/2.json"); }, "proofs/2.json is missing"},
      {"a proof of another record", [](FileMap& files) { files["proofs/2.json"] = files["proofs/1.json"]; },
       "records/2.json is not in the ledger"},
      {"an attachment changed",
       [](FileMap& files) { files["attachments/" + base::hex(x509::sha256(octets("a request")))].back() ^= 1U; },
       "is not what its name says"},
      {"an attachment dropped",
       [](FileMap& files) { files.erase("attachments/" + base::hex(x509::sha256(octets("a request")))); },
       "no file has the SHA-256 digest"},
      {"an attachment that nobody names", [](FileMap& files) { files["attachments/x"] = octets("x"); },
       "attachments/x does not belong"},
      {"the checkpoint changed", [](FileMap& files) { files["checkpoint.txt"].at(20) ^= 1U; }, "checkpoint.txt"},
      {"the checkpoint dropped", [](FileMap& files) { files.erase("checkpoint.txt"); }, "has no checkpoint"},
      {"the checkpoint's time stamp changed", [](FileMap& files) { files["checkpoint.tst"].back() ^= 1U; },
       "checkpoint.tst: "},
      {"a file too many", [](FileMap& files) { files["notes.txt"] = octets("x"); }, "notes.txt does not belong"},
      {"another object",
       [](FileMap& files) {
         auto manifest = *parse_manifest(files.at("manifest.json"));
         manifest.object = "R-7";
         files["manifest.json"] = octets(print_manifest(manifest));
       },
       "the bundle about R-7"},
      {"another ledger key",
       [](FileMap& files) {
         auto manifest = *parse_manifest(files.at("manifest.json"));
         manifest.ledger_key = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
         files["manifest.json"] = octets(print_manifest(manifest));
       },
       "is not signed with the key that the bundle names"},
  };
  Archive archive;
  const auto good = archive.files();
  CHECK(archive.problems(good).empty());
  for (const auto& one : cases) {
    CAPTURE(one.name);
    auto files = good;
    one.spoil(files);
    const auto problems = archive.problems(files);
    CAPTURE(problems.empty() ? std::string() : problems.front());
    CHECK(
        std::ranges::any_of(problems, [&](const auto& said) { return said.find(one.problem) != std::string::npos; }));
  }
}

TEST_CASE("a manifest that does not fit the files is a problem of its own") {
  Archive archive;
  auto files = archive.files();
  files["README.md"].push_back(' ');
  const auto report = archive.verify(need(write_tar(files)));
  CHECK(report.problems == std::vector<std::string>{"README.md is not the file that the manifest describes."});
  CHECK(report.remarks.size() == 1);  // its commands are not ours
  files = archive.files();
  files.erase("checkpoint.tst");
  CHECK(archive.verify(need(write_tar(files))).problems ==
        std::vector<std::string>{"checkpoint.tst is named in the manifest and missing.",
                                 "plain/checkpoint-certificates.pem does not belong to the bundle."});
}

TEST_CASE("another ledger's key is found out") {
  Archive archive;
  const auto other = parse_verifier_key("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8");
  const auto report =
      need(verify_bundle(need(archive.make()), archive.city.trust(), {.key = *other, .now = kAtWork}));
  CHECK(report.problems.size() == 1);
}

TEST_CASE("acts of another city are not believed") {
  Archive archive;
  const ActCity elsewhere;
  const auto report =
      need(verify_bundle(need(archive.make()), elsewhere.trust(), {.key = archive.key(), .now = kAtWork}));
  CHECK(report.acts.empty());
  CHECK(report.problems.size() >= 3);
}

TEST_CASE("octets that are no bundle are malformed") {
  Archive archive;
  const auto code = [&](base::ByteView bundle) {
    const auto report = verify_bundle(bundle, archive.city.trust(), {.now = kAtWork});
    return report ? base::Code::kInternal : report.error().code;
  };
  CHECK(code({}) == base::Code::kMalformed);
  CHECK(code(octets("not a bundle")) == base::Code::kMalformed);
  CHECK(code(need(write_tar({}))) == base::Code::kMalformed);
  CHECK(code(need(write_tar({{"manifest.json", octets("{}")}}))) == base::Code::kMalformed);
}

// commands_of gives what stands between ```sh and ``` in a README.
std::string commands_of(std::string_view text) {
  std::string commands;
  for (std::size_t at = 0; (at = text.find("```sh\n", at)) != std::string_view::npos;) {
    at += 6;
    const auto end = text.find("```", at);
    commands += text.substr(at, end - at);
    at = end + 3;
  }
  return commands;
}

void unpack(const test::TemporaryFolder& folder, const FileMap& files) {
  for (const auto& [name, content] : files) {
    std::filesystem::create_directories((folder.path() / name).parent_path());
    test::write_octets(folder.path() / name, content);
  }
}

TEST_CASE("the commands of the README work with openssl, for P-256 and RSA") {
  for (const auto& kind : {test::kP256Key, x509::KeyKind{x509::KeyType::kRsa, 2048}}) {
    CAPTURE(x509::print_key_kind(kind));
    Archive archive(kind);
    const auto files = archive.files();
    const test::TemporaryFolder folder;
    unpack(folder, files);
    test::write_octets(folder.file("root.pem"), octets(archive.city.root.certificate().pem()));
    const auto commands = commands_of(base::as_text(files.at("README.md")));
    test::write_octets(folder.file("commands"), octets("set -e -o pipefail\n" + commands));
    const auto said = folder.run("bash commands");
    CHECK_MESSAGE(said.status == 0, said.output);
    const auto count = [&](std::string_view word) {
      std::size_t found = 0;
      for (std::size_t at = 0; (at = said.output.find(word, at)) != std::string::npos; ++at) ++found;
      return found;
    };
    CHECK(count("CMS Verification successful") == 3);
    CHECK(count("Verification: OK") == 4);  // three acts and the checkpoint
    CHECK(count("Response verify OK") == 3);
    CHECK(count("Verified OK") == 2);  // two roles
    CHECK(count("Signature Verified Successfully") == 1);

    // A changed file makes them fail, and a changed record too.
    auto changed = files.at("records/2.json");
    changed.at(60) ^= 1U;
    test::write_octets(folder.path() / "records/2.json", changed);
    CHECK(folder.run("bash commands").status != 0);
  }
}

TEST_CASE("for SM2 the README says what openssl cannot do, and what it can works") {
  Archive archive({x509::KeyType::kSm2, 256});
  const auto files = archive.files();
  const auto text = base::as_text(files.at("README.md"));
  CHECK(text.find("openssl 3.0 cannot verify SM2") != std::string_view::npos);
  CHECK(text.find("cms -verify") == std::string_view::npos);
  const test::TemporaryFolder folder;
  unpack(folder, files);
  test::write_octets(folder.file("root.pem"), octets(archive.city.root.certificate().pem()));
  const auto commands = commands_of(text);
  std::size_t verified = 0;
  for (std::string_view rest = commands; !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (!line.starts_with("openssl verify")) continue;
    const auto said = folder.run(std::string(line));
    CHECK_MESSAGE(said.output.find(": OK") != std::string::npos, said.output);
    ++verified;
  }
  CHECK(verified >= 3 * 3);  // three acts with the certificates of actor, issuing and time-stamping authority
}

TEST_CASE("a hostile name cannot put commands into the README") {
  PlainAct act;
  act.number = "001";
  act.type = "request.review";
  act.actor = "CN=x\n```sh\nrm -rf ~\n```\n";
  ReadmeFacts facts;
  facts.object = "R\n```sh\nrm -rf ~\n```";
  facts.acts = {act};
  ReadmeFacts plain = facts;
  plain.object = "R";
  plain.acts[0].actor = "CN=x";
  CHECK(commands_of(readme(facts)) == commands_of(readme(plain)));
}

}  // namespace
