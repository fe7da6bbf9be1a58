// The ways to the root key of a home: another program's file opens, every way alone is enough, and a rotation can be
// interrupted anywhere.
#include "yuxin/keymgmt/unlock.hpp"
#include "need.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "keymgmt/unlock/unlock_file.hpp"
#include "small_authority.hpp"
#include "source_dir.hpp"
#include "yuxin/base/file.hpp"

using namespace yuxin;
using base::Code;
using base::Secret;
using keymgmt::UnlockWay;
using test::error_of;
using test::need;

namespace {

// Sealed by Python's cryptography: AESGCM(bytes(range(32))) over the root, AESGCM(root) over the version before.
const std::string kShares = R"({
  "format": "yuxin-unlock-2", "version": 2,
  "ways": [{"way": "shares", "register": "city-2026", "nonce": "000102030405060708090a0b",
            "sealed": "8fcb1cd009280cd45d904558653caeba5b0f5def2ca681a3d8860766f98ce655c8d78a48367ba3b36b7cc9d6039a7a0a"}],
  "before": {"nonce": "32333435363738393a3b3c3d",
             "sealed": "8ba85f0204aab971e00faa31ae019a5e9319f84812082f6e3393c67bcfbf85a11538c75a589067795795f67028318861"}
})";

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "unlock_XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] const std::string& path() const { return path_; }
  void put(std::string_view text) const {
    REQUIRE(base::write_file(path_ + "/unlock.json", base::as_bytes(text), base::Existing::kReplace,
                             base::Permissions::kPrivate));
  }
  [[nodiscard]] std::string text() const {
    return std::string(base::as_text(need(base::read_file(path_ + "/unlock.json", 1U << 16U))));
  }

 private:
  std::string path_;
};

Secret counted(std::uint8_t from) {
  Secret secret(32);
  for (std::size_t i = 0; i < 32; ++i) secret.data()[i] = static_cast<std::uint8_t>(from + i);
  return secret;
}

bool same(const Secret& a, const Secret& b) { return base::equal(a.view(), b.view()); }

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  REQUIRE_MESSAGE(at != std::string::npos, what);
  return text.replace(at, what.size(), by);
}

const std::string kUri = "pkcs11:token=city;object=unlock";

std::string test_file(const std::string& name) {
  const auto path = test::source_file("tests/data/keymgmt/unlock_token/" + name);
  return std::string(base::as_text(need(base::read_file(path, 1U << 16U))));
}

// Liar is a token that opens everything to something else.
class Liar final : public x509::Decrypter {
 public:
  explicit Liar(std::shared_ptr<const x509::Decrypter> key) : key_(std::move(key)) {}
  [[nodiscard]] const x509::PublicKey& public_key() const override { return key_->public_key(); }
  [[nodiscard]] base::Result<std::optional<Secret>> decrypt(const x509::KeyEncryption&, base::ByteView,
                                                            std::size_t octets) const override {
    return Secret(octets);
  }
  [[nodiscard]] base::Result<std::optional<Secret>> agree(base::ByteView) const override {
    return std::optional<Secret>();
  }

 private:
  std::shared_ptr<const x509::Decrypter> key_;
};

}  // namespace

TEST_CASE("what another program sealed for shares is opened, with the version before it") {
  const Folder folder;
  folder.put(kShares);
  const auto root = need(keymgmt::unlock_by_shares(folder.path(), counted(0)));
  CHECK(root.present.version == 2);
  CHECK(same(root.present.key, counted(200)));
  REQUIRE(root.before);
  CHECK(root.before->version == 1);
  CHECK(same(root.before->key, counted(100)));
  CHECK(error_of(keymgmt::unlock_by_shares(folder.path(), counted(1))).code == Code::kNotAuthorised);
  CHECK(error_of(keymgmt::unlock_by_shares(folder.path(), Secret("short"))).code == Code::kNotAuthorised);
  CHECK(error_of(keymgmt::unlock_by_passphrase(folder.path(), Secret("anything"))).code == Code::kNotAuthorised);
}

TEST_CASE("a changed file opens nothing") {
  const Folder folder;
  for (const auto& [what, by] :
       std::vector<std::pair<std::string, std::string>>{{"\"version\": 2", "\"version\": 3"},
                                                        {"city-2026", "city-2027"},
                                                        {"8fcb1c", "8fcb1d"},
                                                        {"000102", "000103"},
                                                        {"8ba85f", "8ba85e"},
                                                        {"323334", "323335"},
                                                        {"\"version\": 2", "\"version\": 1"},
                                                        {"\"way\": \"shares\"", "\"way\": \"token\""},
                                                        {"yuxin-unlock-2", "yuxin-unlock-3"},
                                                        {"\"register\"", "\"name\""},
                                                        {"city-2026", "City"},
                                                        {"]", ", 1]"}}) {
    CAPTURE(what);
    folder.put(replaced(kShares, what, by));
    CHECK(!keymgmt::unlock_by_shares(folder.path(), counted(0)));
  }
}

TEST_CASE("each way alone unlocks, and the last one cannot be taken away") {
  const Folder folder;
  const Secret passphrase("a passphrase of the officer");
  const auto root = need(keymgmt::create_unlock_file(folder.path(), passphrase));
  CHECK(root.present.version == 1);
  CHECK(error_of(keymgmt::create_unlock_file(folder.path(), passphrase)).code == Code::kConflict);
  CHECK(error_of(keymgmt::remove_way(folder.path(), {})).code == Code::kConflict);
  REQUIRE(keymgmt::add_shares(folder.path(), root, "city-2026", counted(7)));
  CHECK(error_of(keymgmt::add_shares(folder.path(), root, "city-2026", counted(8))).code == Code::kConflict);
  CHECK(!keymgmt::add_shares(folder.path(), root, "No Label", counted(8)));
  CHECK(error_of(keymgmt::add_shares(folder.path(), root, "short", Secret("short"))).code == Code::kUsage);
  CHECK(same(need(keymgmt::unlock_by_passphrase(folder.path(), passphrase)).present.key, root.present.key));
  CHECK(same(need(keymgmt::unlock_by_shares(folder.path(), counted(7))).present.key, root.present.key));
  REQUIRE(keymgmt::remove_way(folder.path(), {}));
  CHECK(error_of(keymgmt::unlock_by_passphrase(folder.path(), passphrase)).code == Code::kNotAuthorised);
  CHECK(error_of(keymgmt::remove_way(folder.path(), {UnlockWay::Kind::kShares, "other", {}, {}})).code ==
        Code::kNotFound);
  CHECK(error_of(keymgmt::remove_way(folder.path(), {UnlockWay::Kind::kShares, "city-2026", {}, {}})).code ==
        Code::kConflict);
  const auto ways = need(keymgmt::unlock_ways(folder.path()));
  REQUIRE(ways.size() == 1);
  CHECK(ways[0].label == "city-2026");
}

TEST_CASE("what another program sealed for a key on a token is opened by that key alone") {
  const Folder folder;
  folder.put(test_file("unlock.json"));
  const auto key = need(x509::PrivateKey::from_pem(base::as_bytes(test_file("key.pem")), nullptr)).decrypter();
  const auto root = need(keymgmt::unlock_by_token(folder.path(), kUri, *key));
  CHECK(root.present.version == 3);
  CHECK(same(root.present.key, counted(200)));
  const auto ways = need(keymgmt::unlock_ways(folder.path()));
  REQUIRE(ways.size() == 1);
  CHECK(ways[0].kind == UnlockWay::Kind::kToken);
  CHECK(ways[0].label == kUri);
  CHECK(ways[0].key == x509::sha256(key->public_key().spki()));
  CHECK(error_of(keymgmt::unlock_by_token(folder.path(), "pkcs11:token=other;object=unlock", *key)).code ==
        Code::kNotFound);
  const auto other = need(x509::PrivateKey::generate({x509::KeyType::kRsa, 2048})).decrypter();
  CHECK(error_of(keymgmt::unlock_by_token(folder.path(), kUri, *other)).code == Code::kIntegrity);
  CHECK(error_of(keymgmt::unlock_by_passphrase(folder.path(), Secret("anything"))).code == Code::kNotAuthorised);
  CHECK(error_of(keymgmt::unlock_by_shares(folder.path(), counted(0))).code == Code::kNotAuthorised);
  for (const auto& [what, by] :
       std::vector<std::pair<std::string, std::string>>{{"\"version\": 3", "\"version\": 4"},
                                                        {"token=city", "token=town"},
                                                        {"pkcs11:", "file:"},
                                                        {"\"wrapped\": \"", "\"wrapped\": \"00"},
                                                        {"\"nonce\": \"00", "\"nonce\": \"01"},
                                                        {"\"public_key\"", "\"key_digest\""}}) {
    CAPTURE(what);
    folder.put(replaced(test_file("unlock.json"), what, by));
    const auto refused = keymgmt::unlock_by_token(folder.path(), replaced(kUri, "token=city", by), *key);
    CHECK(!refused);
    CHECK(!keymgmt::unlock_by_token(folder.path(), kUri, *key));
  }
}

TEST_CASE("a key on a token is one more way, proves itself before it counts, and is rotated with") {
  const Folder folder;
  const Secret passphrase("a passphrase of the officer");
  const auto root = need(keymgmt::create_unlock_file(folder.path(), passphrase));
  const auto key = need(x509::PrivateKey::generate({x509::KeyType::kRsa, 2048})).decrypter();
  const auto curve = need(x509::PrivateKey::generate({x509::KeyType::kP256, 256})).decrypter();
  CHECK(error_of(keymgmt::add_token(folder.path(), root, kUri, *curve)).code == Code::kUsage);
  CHECK(error_of(keymgmt::add_token(folder.path(), root, kUri, Liar(key))).code == Code::kSigner);
  CHECK(error_of(keymgmt::add_token(folder.path(), root, "file:x", *key)).code == Code::kIntegrity);
  CHECK(need(keymgmt::unlock_ways(folder.path())).size() == 1);
  REQUIRE(keymgmt::add_token(folder.path(), root, kUri, *key));
  CHECK(error_of(keymgmt::add_token(folder.path(), root, "pkcs11:token=x;object=y", *key)).code == Code::kConflict);
  CHECK(same(need(keymgmt::unlock_by_token(folder.path(), kUri, *key)).present.key, root.present.key));
  CHECK(same(need(keymgmt::unlock_by_passphrase(folder.path(), passphrase)).present.key, root.present.key));
  const auto next = need(keymgmt::begin_root_rotation(folder.path(), root, kUri, *key));
  CHECK(next.present.version == 2);
  CHECK(!keymgmt::unlock_by_passphrase(folder.path(), passphrase));
  CHECK(error_of(keymgmt::add_token(folder.path(), root, "pkcs11:token=x;object=y", *key)).code == Code::kConflict);
  const auto again = need(keymgmt::unlock_by_token(folder.path(), kUri, *key));
  REQUIRE(again.before);
  CHECK(same(again.before->key, root.present.key));
  REQUIRE(keymgmt::end_root_rotation(folder.path()));
  CHECK(error_of(keymgmt::remove_way(folder.path(), {UnlockWay::Kind::kToken, kUri, {}, {}})).code ==
        Code::kConflict);
  REQUIRE(keymgmt::set_passphrase(folder.path(), next, passphrase));
  REQUIRE(keymgmt::remove_way(folder.path(), {UnlockWay::Kind::kToken, kUri, {}, {}}));
  CHECK(error_of(keymgmt::unlock_by_token(folder.path(), kUri, *key)).code == Code::kNotFound);
}

TEST_CASE("shares of a new secret open beside the old ones until they are in force, and then alone") {
  const Folder folder;
  const auto root = need(keymgmt::create_unlock_file(folder.path(), Secret("a passphrase of the officer")));
  REQUIRE(keymgmt::add_shares(folder.path(), root, "first", counted(1)));
  CHECK(error_of(keymgmt::replace_shares(folder.path(), root, "second", counted(2), counted(9))).code ==
        Code::kNotAuthorised);
  CHECK(error_of(keymgmt::replace_shares(folder.path(), root, "first", counted(2), counted(1))).code ==
        Code::kConflict);
  REQUIRE(keymgmt::replace_shares(folder.path(), root, "second", counted(2), counted(1)));
  for (const std::uint8_t number : {std::uint8_t{1}, std::uint8_t{2}})
    CHECK(keymgmt::unlock_by_shares(folder.path(), counted(number)));
  CHECK(need(keymgmt::unlock_ways(folder.path()))[2].replaces == "first");
  CHECK(error_of(keymgmt::end_replacement(folder.path(), "third")).code == Code::kNotFound);
  REQUIRE(keymgmt::end_replacement(folder.path(), "second"));
  REQUIRE(keymgmt::end_replacement(folder.path(), "second"));
  CHECK_FALSE(keymgmt::unlock_by_shares(folder.path(), counted(1)));
  CHECK(same(need(keymgmt::unlock_by_shares(folder.path(), counted(2))).present.key, root.present.key));
  CHECK(need(keymgmt::unlock_ways(folder.path())).size() == 2);
  // one that was given up before it was in force
  REQUIRE(keymgmt::replace_shares(folder.path(), root, "third", counted(3), counted(2)));
  REQUIRE(keymgmt::remove_way(folder.path(), {UnlockWay::Kind::kShares, "third", {}, {}}));
  CHECK(keymgmt::unlock_by_shares(folder.path(), counted(2)));
  REQUIRE(keymgmt::replace_shares(folder.path(), root, "fourth", counted(4), counted(2)));
  REQUIRE(keymgmt::replace_shares(folder.path(), root, "fifth", counted(5), counted(2)));
  CHECK_FALSE(keymgmt::unlock_by_shares(folder.path(), counted(4)));
  CHECK(keymgmt::unlock_by_shares(folder.path(), counted(5)));
}

TEST_CASE("changes at the same time do not undo one another, and one way is always left") {
  const Folder folder;
  const Secret passphrase("a passphrase of the officer");
  const auto root = need(keymgmt::create_unlock_file(folder.path(), passphrase));
  std::vector<std::thread> threads;
  std::atomic<int> added = 0;
  for (std::uint8_t i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      if (keymgmt::add_shares(folder.path(), root, "set-" + std::to_string(i), counted(i))) ++added;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(added == 8);
  CHECK(need(keymgmt::unlock_ways(folder.path())).size() == 9);
  threads.clear();
  std::atomic<int> removed = 0;
  for (const auto& way : need(keymgmt::unlock_ways(folder.path()))) {
    threads.emplace_back([&, way] {
      if (keymgmt::remove_way(folder.path(), way)) ++removed;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(removed == 8);
  CHECK(need(keymgmt::unlock_ways(folder.path())).size() == 1);
}

TEST_CASE("a rotation keeps the version before until it ends, and everybody who is not there is locked out") {
  const Folder folder;
  const Secret passphrase("a passphrase of the officer");
  const auto first = need(keymgmt::create_unlock_file(folder.path(), passphrase));
  const auto shares = counted(7);
  const keymgmt::NewWay way{{UnlockWay::Kind::kShares, "city-2027", {}, {}}, shares};
  const auto second = need(keymgmt::begin_root_rotation(folder.path(), first, way));
  CHECK(second.present.version == 2);
  CHECK(!same(second.present.key, first.present.key));
  CHECK(error_of(keymgmt::begin_root_rotation(folder.path(), second, way)).code == Code::kConflict);
  CHECK(error_of(keymgmt::begin_root_rotation(folder.path(), first, way)).code == Code::kConflict);
  CHECK(error_of(keymgmt::set_passphrase(folder.path(), first, passphrase)).code == Code::kConflict);
  const auto again = need(keymgmt::unlock_by_shares(folder.path(), shares));
  REQUIRE(again.before);
  CHECK(same(again.before->key, first.present.key));
  CHECK(again.versions().size() == 2);
  CHECK(!keymgmt::unlock_by_passphrase(folder.path(), passphrase));
  REQUIRE(keymgmt::end_root_rotation(folder.path()));
  REQUIRE(keymgmt::end_root_rotation(folder.path()));
  CHECK(!need(keymgmt::unlock_by_shares(folder.path(), shares)).before);
  CHECK(folder.text().find("before") == std::string::npos);
}
