#include "yuxin/keymgmt/keystore.hpp"
#include "need.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "yuxin/base/file.hpp"
#include "yuxin/x509/decrypter.hpp"

namespace base = yuxin::base;
namespace x509 = yuxin::x509;
using base::Code;
using yuxin::keymgmt::SoftwareKeyStore;

namespace {

struct Folder {
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "keystore_XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string keys() const { return path + "/keys"; }
  std::string path;
};

const base::Secret kRight("correct horse battery staple");
const base::Secret kWrong("correct horse battery stapler");

unsigned mode_of(const std::string& path) {
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777U;
}

}  // namespace

TEST_CASE("a key that was made signs after the store was opened again, and the signature verifies") {
  const Folder folder;
  {
    auto store = SoftwareKeyStore::create(folder.keys(), kRight);
    REQUIRE(store.has_value());
    REQUIRE((*store)->generate("issuing", {x509::KeyType::kP256, 256}).has_value());
  }
  auto store = SoftwareKeyStore::unlock(folder.keys(), kRight);
  REQUIRE(store.has_value());
  auto signer = (*store)->signer("issuing");
  REQUIRE(signer.has_value());
  const auto message = base::as_bytes("a message");
  const auto signature = (*signer)->sign(message);
  REQUIRE(signature.has_value());
  CHECK(
      x509::verify_tbs((*signer)->public_key(), x509::scheme((*signer)->algorithm()).identifier, message, *signature)
          .has_value());
}

TEST_CASE("a wrong passphrase is not authorised, and public keys are listed without one") {
  const Folder folder;
  auto store = SoftwareKeyStore::create(folder.keys(), kRight);
  REQUIRE(store.has_value());
  const auto made = (*store)->generate("issuing", {x509::KeyType::kEd25519, 256});
  REQUIRE(made.has_value());
  const auto refused = SoftwareKeyStore::unlock(folder.keys(), kWrong);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::kNotAuthorised);
  const auto listed = SoftwareKeyStore::list(folder.keys());
  REQUIRE(listed.has_value());
  REQUIRE(listed->size() == 1);
  CHECK((*listed)[0].name == "issuing");
  CHECK(base::equal((*listed)[0].public_key.spki(), made->spki()));
}

TEST_CASE("private files are for the owner only") {
  const Folder folder;
  auto store = SoftwareKeyStore::create(folder.keys(), kRight);
  REQUIRE(store.has_value());
  REQUIRE((*store)->generate("issuing", {x509::KeyType::kP256, 256}).has_value());
  CHECK(mode_of(folder.keys() + "/unlock.json") == 0600U);
  CHECK(mode_of(folder.keys() + "/issuing.key") == 0600U);
  CHECK(mode_of(folder.keys()) == 0700U);
}

TEST_CASE("names are checked and never taken twice, and a store is never made over another") {
  const Folder folder;
  auto store = SoftwareKeyStore::create(folder.keys(), kRight);
  REQUIRE(store.has_value());
  CHECK(yuxin::test::error_of((*store)->generate("../escape", {x509::KeyType::kP256, 256})).code == Code::kUsage);
  CHECK(yuxin::test::error_of((*store)->generate("", {x509::KeyType::kP256, 256})).code == Code::kUsage);
  REQUIRE((*store)->generate("one", {x509::KeyType::kP256, 256}).has_value());
  CHECK(yuxin::test::error_of((*store)->generate("one", {x509::KeyType::kP256, 256})).code == Code::kConflict);
  CHECK(yuxin::test::error_of((*store)->signer("two")).code == Code::kNotFound);
  CHECK(yuxin::test::error_of(SoftwareKeyStore::create(folder.keys(), kRight)).code == Code::kConflict);
  CHECK(yuxin::test::error_of(SoftwareKeyStore::unlock(folder.path + "/nowhere", kRight)).code == Code::kNotFound);
}

TEST_CASE("a file that unlocks the keys and was changed does not open") {
  const Folder folder;
  REQUIRE(SoftwareKeyStore::create(folder.keys(), kRight).has_value());
  const auto file = folder.keys() + "/unlock.json";
  const auto original = base::read_file(file);
  REQUIRE(original.has_value());
  // a digit of the nonce, the salt, the sealed key; and every parameter
  for (const char* member : {"\"nonce\": \"", "\"salt\": \"", "\"sealed\": \"",
                             "\"n\": ", "\"r\": ", "\"p\": ", "\"kdf\": \"", "\"cipher\": \""}) {
    std::string text(base::as_text(*original));
    const auto at = text.find(member);
    REQUIRE_MESSAGE(at != std::string::npos, member);
    char& digit = text[at + std::string_view(member).size()];
    digit = digit == '1' ? '2' : '1';
    std::ofstream(file, std::ios::trunc) << text;
    const auto opened = SoftwareKeyStore::unlock(folder.keys(), kRight);
    CHECK_MESSAGE(!opened.has_value(), member);
  }
}

TEST_CASE(
    "a key that an interrupted attempt left is taken up, with its public half written again, and never replaced") {
  const Folder folder;
  const auto store = SoftwareKeyStore::create(folder.keys(), kRight).value();
  const x509::KeyKind kind{x509::KeyType::kP256, 256};
  const auto made = store->ensure("issuing", kind);
  REQUIRE(made.has_value());
  std::filesystem::remove(folder.keys() + "/issuing.pub");
  const auto found = store->ensure("issuing", kind);
  REQUIRE(found.has_value());
  CHECK(base::equal(found->spki(), made->spki()));
  CHECK(SoftwareKeyStore::list(folder.keys()).value().size() == 1);
  const auto other = store->ensure("issuing", {x509::KeyType::kSm2, 256});
  REQUIRE_FALSE(other.has_value());
  CHECK(other.error().code == Code::kConflict);
  CHECK(base::equal(store->signer("issuing").value()->public_key().spki(), made->spki()));
  CHECK(yuxin::test::error_of(store->ensure("../escape", kind)).code == Code::kUsage);
  std::ofstream(folder.keys() + "/issuing.key", std::ios::trunc) << "-----BEGIN ENCRYPTED PRIVATE KEY-----\n";
  CHECK(yuxin::test::error_of(store->ensure("issuing", kind)).code == Code::kIntegrity);
}

TEST_CASE("a public file that somebody exchanged or removed deceives nobody, and a rotation leaves no key behind") {
  namespace keymgmt = yuxin::keymgmt;
  const Folder folder;
  auto store = SoftwareKeyStore::create(folder.keys(), kRight).value();
  const auto made = store->generate("issuing", {x509::KeyType::kP256, 256});
  REQUIRE(made);
  REQUIRE(store->generate("thief", {x509::KeyType::kP256, 256}));
  std::filesystem::copy_file(folder.keys() + "/thief.pub", folder.keys() + "/issuing.pub",
                             std::filesystem::copy_options::overwrite_existing);
  CHECK(base::equal(store->public_key("issuing").value().spki(), made->spki()));

  std::filesystem::remove(folder.keys() + "/issuing.pub");
  const auto first = keymgmt::unlock_by_passphrase(folder.keys(), kRight).value();
  REQUIRE(keymgmt::begin_root_rotation(folder.keys(), first, {{}, kRight}));
  store = SoftwareKeyStore::unlock(folder.keys(), kRight).value();
  CHECK(store->rewrap() == 2);
  REQUIRE(keymgmt::end_root_rotation(folder.keys()));
  store = SoftwareKeyStore::unlock(folder.keys(), kRight).value();
  const auto signer = store->signer("issuing");
  REQUIRE(signer);
  CHECK(base::equal((*signer)->public_key().spki(), made->spki()));
}

TEST_CASE(
    "a rotation of the root key encrypts every key anew, wherever it is stopped, and nobody writes under the old "
    "one") {
  namespace keymgmt = yuxin::keymgmt;
  const Folder folder;
  const auto stale = SoftwareKeyStore::create(folder.keys(), kRight).value();
  const auto first = keymgmt::unlock_by_passphrase(folder.keys(), kRight).value();
  std::vector<base::Bytes> spki;
  for (const auto& [name, kind] :
       std::vector<std::pair<std::string, x509::KeyKind>>{{"a", {x509::KeyType::kP256, 256}},
                                                          {"b", {x509::KeyType::kEd25519, 256}},
                                                          {"c", {x509::KeyType::kSm2, 256}}}) {
    const auto key = stale->generate(name, kind);
    REQUIRE(key);
    spki.push_back(base::to_bytes(key->spki()));
  }
  const base::Secret next("another passphrase, longer than most");
  REQUIRE(keymgmt::begin_root_rotation(folder.keys(), first, {{}, next}));
  // the old store has its keys open, and makes no new one that nobody could open later
  CHECK(stale->signer("a"));
  CHECK(yuxin::test::error_of(stale->generate("d", {x509::KeyType::kP256, 256})).code == Code::kConflict);
  CHECK_FALSE(std::filesystem::exists(folder.keys() + "/d.key"));

  CHECK(yuxin::test::error_of(SoftwareKeyStore::unlock(folder.keys(), kRight)).code == Code::kNotAuthorised);
  auto store = SoftwareKeyStore::unlock(folder.keys(), next).value();
  CHECK(store->rewrap([](std::int64_t done, std::int64_t) { return done < 1; }) == 1);
  store = SoftwareKeyStore::unlock(folder.keys(), next).value();
  CHECK(store->rewrap() == 2);
  CHECK(store->rewrap() == 0);
  REQUIRE(keymgmt::end_root_rotation(folder.keys()));
  store = SoftwareKeyStore::unlock(folder.keys(), next).value();
  for (std::size_t i = 0; i < spki.size(); ++i) {
    const auto signer = store->signer(std::string(1, static_cast<char>('a' + i)));
    REQUIRE(signer);
    CHECK(base::equal((*signer)->public_key().spki(), spki[i]));
  }
  CHECK(yuxin::test::error_of(stale->signer("a")).code == Code::kConflict);
  REQUIRE(store->generate("d", {x509::KeyType::kP256, 256}));
}

TEST_CASE("only keys for TLS are given out, and every RSA key opens what was sealed to it") {
  const Folder folder;
  auto store = SoftwareKeyStore::create(folder.keys(), kRight);
  REQUIRE(store.has_value());
  REQUIRE((*store)->generate("issuing", {x509::KeyType::kP256, 256}).has_value());
  REQUIRE((*store)->generate("tls-registration-1", {x509::KeyType::kP256, 256}).has_value());
  REQUIRE((*store)->generate("scep", {x509::KeyType::kRsa, 2048}).has_value());
  CHECK(yuxin::test::error_of((*store)->tls_key("issuing")).code == Code::kUsage);
  CHECK(yuxin::test::error_of((*store)->tls_key("tls-registration-2")).code == Code::kNotFound);
  const auto given = (*store)->tls_key("tls-registration-1");
  REQUIRE(given.has_value());
  const auto key = x509::PrivateKey::from_pkcs8(given->view());
  REQUIRE(key.has_value());
  CHECK(base::equal(key->public_key().spki(), (*store)->public_key("tls-registration-1")->spki()));

  const auto decrypter = (*store)->decrypter("scep");
  REQUIRE(decrypter.has_value());
  const auto sealed = x509::encrypt_to((*decrypter)->public_key(), x509::kOaepSha256, base::as_bytes("secret"));
  REQUIRE(sealed.has_value());
  const auto opened = (*decrypter)->decrypt(x509::kOaepSha256, *sealed, 6);
  REQUIRE((opened.has_value() && opened->has_value()));
  CHECK((*opened)->text() == "secret");
  CHECK(yuxin::test::error_of((*store)->decrypter("nobody")).code == Code::kNotFound);
}
