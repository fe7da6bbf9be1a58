// What tokens promise beyond other key stores: they may be reset, pulled and put back, and their keys never leave.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <thread>

#include "key_stores.hpp"
#include "need.hpp"
#include "yuxin/keymgmt/key_ring.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::test;
using base::Code;
using keymgmt::TokenKeyStore;
using std::chrono::milliseconds;

constexpr const char* kCity = "pkcs11:token=city";
const x509::KeyKind kP256{x509::KeyType::kP256, 256};
const base::ByteView kMessage = base::as_bytes("a message");

base::Result<> check_signature(const x509::Signer& signer, base::ByteView message, base::ByteView signature) {
  return x509::verify_tbs(signer.public_key(), x509::scheme(signer.algorithm()).identifier, message, signature);
}

// City is a token of its own for a case; nothing where SoftHSM is not installed.
struct City {
  explicit City(const std::string& module) : tokens(module) { tokens.add("city"); }
  [[nodiscard]] std::shared_ptr<TokenKeyStore> open(const std::string& uri = kCity) const {
    auto store = TokenKeyStore::open(uri, tokens.options());
    REQUIRE_MESSAGE(store.has_value(), store.error().detail << " " << store.error().diagnostic);
    return *store;
  }
  // software is a store of keys beside the token.
  [[nodiscard]] std::shared_ptr<keymgmt::SoftwareKeyStore> software() const {
    return keymgmt::SoftwareKeyStore::create(tokens.folder().file("keys"),
                                             base::Secret(std::string_view("correct horse")))
        .value();
  }
  SoftTokens tokens;
};

// signs_again waits for a token that came back; a few seconds, because nobody asks an absent one all the time.
bool signs_again(const x509::Signer& signer) {
  for (int i = 0; i < 100; ++i) {
    const auto signature = signer.sign(kMessage);
    if (signature) return check_signature(signer, kMessage, *signature).has_value();
    std::this_thread::sleep_for(milliseconds(100));
  }
  return false;
}

}  // namespace

TEST_CASE("four threads sign on while the token is reset again and again, and every signature verifies") {
  const auto city = if_there<City>();
  if (!city) return;
  const auto store = city->open();
  REQUIRE(store->generate("busy", kP256).has_value());
  const auto signer = store->signer("busy").value();
  const RawModule raw(city->tokens.module());
  std::atomic<int> good = 0;
  std::atomic<int> working = 4;
  // SoftHSM frees a session that is at work when all are closed, so resets fall between two signatures here
  std::shared_mutex resetting;
  std::mutex gate;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 500; ++i) {
        const auto text = std::to_string(thread) + ":" + std::to_string(i);
        {
          const std::lock_guard wait(gate);
        }
        const std::shared_lock lock(resetting);
        const auto signature = signer->sign(base::as_bytes(text));
        if (signature && check_signature(*signer, base::as_bytes(text), *signature)) ++good;
      }
      --working;
    });
  }
  int resets = 0;
  while (working > 0) {
    std::this_thread::sleep_for(milliseconds(10));
    const std::lock_guard wait(gate);
    const std::unique_lock lock(resetting);
    raw.reset();
    ++resets;
  }
  for (auto& thread : threads) thread.join();
  CHECK(resets > 3);
  CHECK(good == 2000);
}

TEST_CASE("while the token is away nothing is signed and it is said so; once it is back signing goes on by itself") {
  const auto city = if_there<City>();
  if (!city) return;
  const auto store = city->open();
  const auto made = store->generate("root", kP256);
  REQUIRE(made.has_value());
  const auto signer = store->signer("root").value();
  REQUIRE(signer->sign(kMessage).has_value());
  for (int round = 0; round < 2; ++round) {
    city->tokens.pull();
    CHECK(yuxin::test::error_of(store->signer("root")).code ==
          Code::kUnavailable);  // and not that there is no such key
    for (int i = 0; i < 5; ++i) {
      const auto refused = signer->sign(kMessage);
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().code == Code::kUnavailable);
      CHECK(refused.error().detail.find("city") != std::string::npos);
    }
    CHECK(yuxin::test::error_of(store->public_key("root")).code == Code::kUnavailable);
    city->tokens.put_back();
    CHECK(signs_again(*signer));
    CHECK(store->signer("root").has_value());
    CHECK(base::equal(store->public_key("root").value().spki(), made->spki()));
  }
}

TEST_CASE("a token that was away and back while nobody asked still has its keys") {
  const auto city = if_there<City>();
  if (!city) return;
  const auto store = city->open();
  REQUIRE(store->generate("root", kP256).has_value());
  REQUIRE(store->signer("root").has_value());
  city->tokens.pull();
  // somebody who asks about another key sees the token gone; nobody asks about this one
  CHECK(yuxin::test::error_of(store->public_key("other")).code == Code::kUnavailable);
  city->tokens.put_back();
  std::this_thread::sleep_for(milliseconds(600));
  CHECK(store->signer("root").has_value());
  CHECK(yuxin::test::error_of(store->generate("root", kP256)).code == Code::kConflict);
  CHECK(yuxin::test::error_of(store->signer("other")).code == Code::kNotFound);
}

TEST_CASE("another token of the same name is not taken for the one that was pulled, and is not given its PIN") {
  const auto city = if_there<City>();
  if (!city) return;
  const auto store = city->open();
  REQUIRE(store->generate("root", kP256).has_value());
  const auto signer = store->signer("root").value();
  REQUIRE(signer->sign(kMessage).has_value());
  city->tokens.pull();
  std::filesystem::create_directory(city->tokens.tokens());
  city->tokens.add("city");
  for (int i = 0; i < 10; ++i) {
    CHECK(yuxin::test::error_of(signer->sign(kMessage)).code == Code::kUnavailable);
    std::this_thread::sleep_for(milliseconds(100));
  }
  std::filesystem::remove_all(city->tokens.tokens());
  city->tokens.put_back();
  CHECK(signs_again(*signer));
}

TEST_CASE("a key that was exchanged for another one of its name signs nothing") {
  const auto city = if_there<City>();
  if (!city || !has_command("pkcs11-tool")) return;
  const auto store = city->open();
  REQUIRE(store->generate("root", kP256).has_value());
  const auto signer = store->signer("root").value();
  REQUIRE(signer->sign(kMessage).has_value());
  const std::string login = "--token-label city --login --pin '" + std::string(kPin) + "' ";
  for (const char* words :
       {"--delete-object --type privkey --label root", "--delete-object --type pubkey --label root",
        "--keypairgen --key-type EC:prime256v1 --label root --id 01"}) {
    const auto done = city->tokens.pkcs11_tool(login + words);
    REQUIRE_MESSAGE(done.status == 0, done.output);
  }
  RawModule(city->tokens.module()).reset();
  const auto refused = signer->sign(kMessage);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::kIntegrity);
}

TEST_CASE("a wrong PIN is not authorised and not tried again, and the right one works") {
  const auto city = if_there<City>();
  if (!city) return;
  REQUIRE(city->open()->generate("root", kP256).has_value());
  auto options = city->tokens.options();
  options.pin_file = city->tokens.folder().file("wrong");
  std::ofstream(*options.pin_file) << "not the PIN\n";
  const auto store = TokenKeyStore::open(kCity, options).value();
  const auto refused = store->signer("root");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::kNotAuthorised);
  CHECK(refused.error().detail.find("not tried again") == std::string::npos);
  const auto again = store->signer("root");
  REQUIRE_FALSE(again.has_value());
  CHECK(again.error().code == Code::kNotAuthorised);
  CHECK(again.error().detail.find("not tried again") != std::string::npos);
  CHECK(yuxin::test::error_of(TokenKeyStore::open(kCity, options).value()->signer("root")).detail ==
        again.error().detail);
  // what everybody may see needs no PIN
  CHECK(store->public_key("root").has_value());
  CHECK(store->list().value().size() == 1);
  CHECK(city->open()->signer("root").has_value());
}

TEST_CASE("a PIN comes from the URI's file before all others, or is asked for once") {
  const auto city = if_there<City>();
  if (!city) return;
  auto options = city->tokens.options();
  options.pin_file.reset();
  CHECK(yuxin::test::error_of(TokenKeyStore::open(kCity, options).value()->generate("a", kP256)).code ==
        Code::kNotAuthorised);
  int asked = 0;
  options.ask_pin = [&](const std::string& token) -> base::Result<base::Secret> {
    ++asked;
    CHECK(token == "city");
    return base::Secret(std::string_view(kPin));
  };
  {
    const auto store = TokenKeyStore::open(kCity, options).value();
    REQUIRE(store->generate("a", kP256).has_value());
    const auto signer = store->signer("a").value();
    REQUIRE(signer->sign(kMessage).has_value());
    RawModule(city->tokens.module()).reset();
    REQUIRE(signer->sign(kMessage).has_value());
    CHECK(asked == 1);
  }
  const auto uri = std::string(kCity) + "?pin-source=file:" + city->tokens.folder().file("pin");
  CHECK(TokenKeyStore::open(uri, options).value()->signer("a").has_value());
  CHECK(asked == 1);
}

TEST_CASE("a ring leads names to tokens and to the software store, and tokens need no unlocked store") {
  const auto city = if_there<City>();
  if (!city) return;
  const auto name = keymgmt::token_key_name(kCity, "root");
  REQUIRE(name.has_value());
  CHECK(*name == "pkcs11:token=city;object=root");
  keymgmt::KeyRing ring(city->tokens.options());
  const auto on_token = ring.generate(*name, kP256);
  REQUIRE(on_token.has_value());
  CHECK(yuxin::test::error_of(ring.generate("root", kP256)).code == Code::kNotAuthorised);
  ring.add_software(city->software());
  const auto in_software = ring.ensure("root", kP256);
  REQUIRE(in_software.has_value());
  CHECK(base::equal(ring.public_key(*name).value().spki(), on_token->spki()));
  CHECK(base::equal(ring.signer(*name).value()->public_key().spki(), on_token->spki()));
  CHECK(base::equal(ring.signer("root").value()->public_key().spki(), in_software->spki()));
  CHECK(ring.list().value().size() == 1);
  CHECK(ring.token(*name).value() == ring.token(kCity).value());
  CHECK(yuxin::test::error_of(ring.signer("pkcs11:token=nobody;object=root")).code == Code::kNotFound);
  CHECK(yuxin::test::error_of(ring.signer(kCity)).code == Code::kUsage);
  CHECK(yuxin::test::error_of(keymgmt::token_key_name(*name, "another")).code == Code::kUsage);
}

TEST_CASE("a software key is laid down on a token once, signs there as before, and does not leave it") {
  const auto city = if_there<City>();
  if (!city) return;
  const auto software = city->software();
  const auto token = city->open();
  for (const auto& kind : {kP256, x509::KeyKind{x509::KeyType::kP384, 384}, x509::KeyKind{x509::KeyType::kP521, 521},
                           x509::KeyKind{x509::KeyType::kRsa, 2048}, x509::KeyKind{x509::KeyType::kRsaPss, 2048}}) {
    const auto name = "k" + std::to_string(kind.bits) + (kind.type == x509::KeyType::kRsaPss ? "-pss" : "");
    const auto key = software->generate(name, kind).value();
    for (int attempt = 0; attempt < 2; ++attempt) {  // the second finds it there
      const auto moved = software->copy_to_token(name, *token, name);
      REQUIRE_MESSAGE(moved.has_value(), moved.error().detail << " " << moved.error().diagnostic);
    }
    const auto signer = token->signer(name).value();
    CHECK(signer->public_key().kind() == kind);
    CHECK(base::equal(signer->public_key().spki(), key.spki()));
    CHECK(check_signature(*software->signer(name).value(), kMessage, signer->sign(kMessage).value()));
  }
  // another program's look: PKCS #11 says of each private key that it is sensitive, and not that it may be extracted
  const auto listed = city->tokens.pkcs11_tool("--token-label city --login --pin " + std::string(kPin) +
                                               " --list-objects --type privkey");
  if (listed.status == 0) {
    CHECK(listed.output.find("sensitive") != std::string::npos);
    CHECK(listed.output.find("extractable") == listed.output.find("never extractable"));
  }
  CHECK(token->list().value().size() == 5);
}

TEST_CASE("a key is not laid down beside another of its name, and kinds that tokens lack are refused") {
  const auto city = if_there<City>();
  if (!city) return;
  const auto software = city->software();
  const auto token = city->open();
  const auto theirs = token->generate("root", kP256).value();
  REQUIRE(software->generate("root", kP256));
  CHECK(yuxin::test::error_of(software->copy_to_token("root", *token, "root")).code == Code::kConflict);
  CHECK(base::equal(token->public_key("root").value().spki(), theirs.spki()));
  REQUIRE(software->generate("gm", {x509::KeyType::kSm2, 256}));
  CHECK(yuxin::test::error_of(software->copy_to_token("gm", *token, "gm")).code == Code::kRefused);
  CHECK(yuxin::test::error_of(software->copy_to_token("nobody", *token, "nobody")).code == Code::kNotFound);
  CHECK(yuxin::test::error_of(software->copy_to_token("root", *token, "no name")).code == Code::kUsage);
}

TEST_CASE("an attempt that laid down one half of a key is gone on with") {
  const auto city = if_there<City>();
  if (!city) return;
  const auto software = city->software();
  REQUIRE(software->generate("root", kP256));
  const auto token = city->open();
  REQUIRE(software->copy_to_token("root", *token, "root"));
  const auto gone = city->tokens.pkcs11_tool("--token-label city --login --pin " + std::string(kPin) +
                                             " --delete-object --type privkey --label root");
  if (gone.status != 0) return;  // no pkcs11-tool
  CHECK_FALSE(city->open()->signer("root"));
  CHECK(software->copy_to_token("root", *city->open(), "root"));
  CHECK(city->open()->signer("root"));
}

TEST_CASE("two tokens of one name are refused with both named, and told apart by their serial numbers") {
  const auto city = if_there<City>();
  if (!city) return;
  city->tokens.add("city");
  city->tokens.add("other");
  const auto refused = TokenKeyStore::open(kCity, city->tokens.options());
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::kConflict);
  const auto at = refused.error().detail.find(";serial=");
  REQUIRE(at != std::string::npos);
  const auto serial = refused.error().detail.substr(at + 8, 16);
  CHECK(refused.error().detail.find("(" + serial + ")") != std::string::npos);
  CHECK(TokenKeyStore::open(std::string(kCity) + ";serial=" + serial, city->tokens.options()).has_value());
  CHECK(TokenKeyStore::open("pkcs11:token=other", city->tokens.options()).has_value());
  CHECK(yuxin::test::error_of(TokenKeyStore::open("pkcs11:token=nobody", city->tokens.options())).code ==
        Code::kNotFound);
}

TEST_CASE("URIs that hold a PIN, name modules, are not understood or are none are refused") {
  const auto city = if_there<City>();
  if (!city) return;
  for (const char* uri :
       {"pkcs11:token=city?pin-value=1234", "pkcs11:token=city?module-path=/srv/evil.so",
        "pkcs11:token=city?module-name=evil", "pkcs11:token=city;pin-value=1234", "pkcs11:token=city;colour=red",
        "pkcs11:token=%zz", "pkcs11:token=city?pin-source=%7Ccat%20/etc/passwd", "pkcs11:token=city?pin-source=pin",
        "token=city", ""}) {
    CAPTURE(uri);
    const auto refused = TokenKeyStore::open(uri, city->tokens.options());
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Code::kUsage);
    CHECK(refused.error().detail.find("1234") == std::string::npos);
  }
  auto options = city->tokens.options();
  options.modules = {"/nowhere/module.so"};
  CHECK(yuxin::test::error_of(TokenKeyStore::open(kCity, options)).code == Code::kNotFound);
}

TEST_CASE(
    "keys that are made cannot leave the token, and carry the identifier of RFC 5280, as another program sees") {
  const auto city = if_there<City>();
  if (!city || !has_command("pkcs11-tool")) return;
  const auto store = city->open();
  for (const char* kind : {"rsa:2048", "ec:P-256"}) {
    CAPTURE(kind);
    const std::string name = kind[0] == 'r' ? "first" : "second";
    const auto key = store->generate(name, x509::parse_key_kind(kind).value());
    REQUIRE(key.has_value());
    const auto seen = city->tokens.pkcs11_tool("--token-label city --login --pin '" + std::string(kPin) +
                                               "' --list-objects --type privkey --label " + name);
    REQUIRE_MESSAGE(seen.status == 0, seen.output);
    CAPTURE(seen.output);
    CHECK(seen.output.find("sensitive, always sensitive, never extractable, local") != std::string::npos);
    CHECK(seen.output.find("ID:         " + base::hex(key->identifier())) != std::string::npos);
    CHECK(seen.output.find("decrypt") == std::string::npos);
    CHECK(seen.output.find("unwrap") == std::string::npos);
  }
}

TEST_CASE("an object of the same name that somebody else made is never overwritten, and can be used") {
  const auto city = if_there<City>();
  if (!city || !has_command("pkcs11-tool")) return;
  const auto made = city->tokens.pkcs11_tool("--token-label city --login --pin '" + std::string(kPin) +
                                             "' --keypairgen --key-type rsa:2048 --label theirs --id 0102");
  REQUIRE_MESSAGE(made.status == 0, made.output);
  const auto store = city->open();
  CHECK(yuxin::test::error_of(store->generate("theirs", kP256)).code == Code::kConflict);
  for (const char* name : {"theirs", "pkcs11:token=city;object=theirs", "pkcs11:token=city;id=%01%02"}) {
    CAPTURE(name);
    const auto signer = store->signer(name);
    REQUIRE_MESSAGE(signer.has_value(), signer.error().detail);
    const auto signature = (*signer)->sign(kMessage);
    REQUIRE(signature.has_value());
    CHECK(check_signature(**signer, kMessage, *signature).has_value());
  }
}

TEST_CASE("a key that wants its PIN for every signature is given it") {
  const auto city = if_there<City>();
  if (!city || !has_command("pkcs11-tool")) return;
  const auto made =
      city->tokens.pkcs11_tool("--token-label city --login --pin '" + std::string(kPin) +
                               "' --keypairgen --key-type EC:prime256v1 --label card --id 05 --always-auth");
  REQUIRE_MESSAGE(made.status == 0, made.output);
  const auto signer = city->open()->signer("card");
  REQUIRE_MESSAGE(signer.has_value(), signer.error().detail);
  for (int i = 0; i < 3; ++i) {
    const auto signature = (*signer)->sign(kMessage);
    REQUIRE_MESSAGE(signature.has_value(), signature.error().detail << " " << signature.error().diagnostic);
    CHECK(check_signature(**signer, kMessage, *signature).has_value());
  }
}

TEST_CASE("a token gives the same octets as software with the same key, where the scheme has no chance in it") {
  const auto city = if_there<City>();
  if (!city) return;
  for (const char* bits : {"2048", "3072"}) {
    CAPTURE(bits);
    const std::string name = std::string("rsa-") + bits;
    const auto made = city->tokens.folder().run(
        "openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:" + std::string(bits) + " -out " + name +
        ".pem && softhsm2-util --import " + name + ".pem --token city --label " + name + " --id " + bits +
        " --pin '" + kPin + "'");
    REQUIRE_MESSAGE(made.status == 0, made.output);
    const auto pem = read_octets(city->tokens.folder().path() / (name + ".pem"));
    const auto key = x509::PrivateKey::from_pem(pem, nullptr).value();
    const auto software = key.signer(x509::default_signature(key.public_key().kind())).value();
    const auto token = city->open()->signer(name).value();
    CHECK(token->algorithm() == software->algorithm());
    CHECK(token->sign(kMessage).value() == software->sign(kMessage).value());
  }
}
