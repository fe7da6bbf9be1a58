// The ways to the root key of a home: another program's file opens, every way alone is enough, and a rotation can be
// interrupted anywhere.
#include "yuxin/keymgmt/unlock.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>

#include "keymgmt/unlock/unlock_file.hpp"
#include "small_authority.hpp"
#include "yuxin/base/file.hpp"

using namespace yuxin;
using base::Code;
using base::Secret;
using keymgmt::UnlockWay;
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
  CHECK(keymgmt::unlock_by_shares(folder.path(), counted(1)).error().code == Code::kNotAuthorised);
  CHECK(keymgmt::unlock_by_shares(folder.path(), Secret("short")).error().code == Code::kNotAuthorised);
  CHECK(keymgmt::unlock_by_passphrase(folder.path(), Secret("anything")).error().code == Code::kNotAuthorised);
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
  CHECK(keymgmt::create_unlock_file(folder.path(), passphrase).error().code == Code::kConflict);
  CHECK(keymgmt::remove_way(folder.path(), {}).error().code == Code::kConflict);
  REQUIRE(keymgmt::add_shares(folder.path(), root, "city-2026", counted(7)));
  CHECK(keymgmt::add_shares(folder.path(), root, "city-2026", counted(8)).error().code == Code::kConflict);
  CHECK(!keymgmt::add_shares(folder.path(), root, "No Label", counted(8)));
  CHECK(keymgmt::add_shares(folder.path(), root, "short", Secret("short")).error().code == Code::kUsage);
  CHECK(same(need(keymgmt::unlock_by_passphrase(folder.path(), passphrase)).present.key, root.present.key));
  CHECK(same(need(keymgmt::unlock_by_shares(folder.path(), counted(7))).present.key, root.present.key));
  REQUIRE(keymgmt::remove_way(folder.path(), {}));
  CHECK(keymgmt::unlock_by_passphrase(folder.path(), passphrase).error().code == Code::kNotAuthorised);
  CHECK(keymgmt::remove_way(folder.path(), {UnlockWay::Kind::kShares, "other"}).error().code == Code::kNotFound);
  CHECK(keymgmt::remove_way(folder.path(), {UnlockWay::Kind::kShares, "city-2026"}).error().code == Code::kConflict);
  const auto ways = need(keymgmt::unlock_ways(folder.path()));
  REQUIRE(ways.size() == 1);
  CHECK(ways[0].label == "city-2026");
}

TEST_CASE("a rotation keeps the version before until it ends, and everybody who is not there is locked out") {
  const Folder folder;
  const Secret passphrase("a passphrase of the officer");
  const auto first = need(keymgmt::create_unlock_file(folder.path(), passphrase));
  const auto shares = counted(7);
  const keymgmt::NewWay way{{UnlockWay::Kind::kShares, "city-2027"}, shares};
  const auto second = need(keymgmt::begin_root_rotation(folder.path(), first, way));
  CHECK(second.present.version == 2);
  CHECK(!same(second.present.key, first.present.key));
  CHECK(keymgmt::begin_root_rotation(folder.path(), second, way).error().code == Code::kConflict);
  CHECK(keymgmt::begin_root_rotation(folder.path(), first, way).error().code == Code::kConflict);
  CHECK(keymgmt::set_passphrase(folder.path(), first, passphrase).error().code == Code::kConflict);
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
