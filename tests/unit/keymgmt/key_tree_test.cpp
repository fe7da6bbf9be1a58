#include "yuxin/keymgmt/key_tree.hpp"
#include "need.hpp"

#include <doctest/doctest.h>

#include <set>

#include "small_authority.hpp"
#include "stores.hpp"
#include "yuxin/evidence/ledger.hpp"

using namespace yuxin;
using base::Code;
using keymgmt::KeyLevel;
using keymgmt::KeyState;
using keymgmt::KeyTree;

namespace {

constexpr base::UnixTime kNow{1'795'000'000};
const keymgmt::KeyContext kBy{"local:custodian", kNow};
const x509::KeyKind kP256{x509::KeyType::kP256, 256};

base::Secret root_octets(std::uint8_t fill) {
  base::Secret key(32);
  for (std::size_t i = 0; i < key.size(); ++i) key.data()[i] = static_cast<std::uint8_t>(fill + i);
  return key;
}

std::vector<keymgmt::RootKey> roots(std::initializer_list<std::int64_t> versions) {
  std::vector<keymgmt::RootKey> all;
  for (const auto version : versions) all.push_back({version, root_octets(static_cast<std::uint8_t>(40 * version))});
  return all;
}

struct Grove {
  std::shared_ptr<store::Database> database = test::need(store::open_memory());
  std::shared_ptr<store::Store> store;
  std::shared_ptr<KeyTree> tree;

  Grove() {
    std::vector<store::Migration> steps;
    for (const auto& step : store::migrations()) steps.push_back(step);
    for (const auto& step : evidence::migrations()) steps.push_back(step);
    for (const auto& step : keymgmt::migrations()) steps.push_back(step);
    REQUIRE(store::migrate(*database, steps));
    store = test::need(store::Store::over(database, ""));
    tree = test::need(KeyTree::open(store, roots({1}), kBy));
  }

  keymgmt::TreeKey add(const std::string& name, const std::string& parent, KeyLevel level,
                       std::optional<x509::KeyKind> kind = std::nullopt) {
    return test::need(tree->create({.name = name, .parent = parent, .level = level, .kind = kind}, kBy));
  }
  // A district with a bureau's service key and some people's.
  void plant(int people) {
    add("yuzhong", "root", KeyLevel::kDomain);
    add("yuzhong/mail", "yuzhong", KeyLevel::kService);
    std::vector<keymgmt::NewKey> wanted;
    for (int i = 0; i < people; ++i) {
      wanted.push_back({.name = "yuzhong/user-" + std::to_string(i),
                        .parent = "yuzhong/mail",
                        .level = KeyLevel::kUser,
                        .kind = kP256});
    }
    REQUIRE(tree->create_many(wanted, kBy));
  }
  keymgmt::TreeKey key(std::string_view name) const {
    keymgmt::TreeKey found;
    REQUIRE(store->read([&](store::Reader& reader) -> base::Result<> {
      TRY(found, keymgmt::tree_key(reader, name));
      return {};
    }));
    return found;
  }
  void sql(std::string_view text) const {
    REQUIRE(database->write([&](store::Session& session) -> base::Result<> {
      TRY(session.execute(text));
      return {};
    }));
  }
  std::int64_t count(std::string_view text) const {
    std::int64_t value = -1;
    REQUIRE(database->read([&](store::Session& session) {
      return session.query(text, {}, [&](const store::Row& row) {
        value = row.integer(0);
        return store::Next::kStop;
      });
    }));
    return value;
  }
  std::vector<std::string> records(std::string_view kind) const {
    std::vector<std::string> found;
    REQUIRE(store->read([&](store::Reader& reader) -> base::Result<> {
      TRY(const auto size, evidence::size(reader));
      return evidence::for_each(reader, 0, size, [&](const evidence::StoredRecord& record) -> base::Result<> {
        if (record.text.find("\"kind\":\"" + std::string(kind) + "\"") != std::string::npos)
          found.push_back(record.text);
        return {};
      });
    }));
    return found;
  }
  KeyTree::Report whole() const { return test::need(tree->verify()); }
};

std::vector<std::uint8_t> message() { return {1, 2, 3}; }

bool signs(const std::shared_ptr<const x509::Signer>& signer) {
  const auto tbs = message();
  const auto signature = signer->sign(tbs);
  if (!signature) return false;
  return x509::verify_tbs(signer->public_key(), x509::scheme(signer->algorithm()).identifier, tbs, *signature)
      .has_value();
}

}  // namespace

TEST_CASE("a tree has a root, storeys below it, and keys that sign at its leaves") {
  Grove grove;
  grove.plant(3);
  CHECK(grove.key("root").state == KeyState::kActive);
  CHECK(grove.key("yuzhong").level == KeyLevel::kDomain);
  CHECK(grove.key("yuzhong/user-2").parent == grove.key("yuzhong/mail").id);
  CHECK(grove.key("yuzhong/mail").uses == 3);
  CHECK(signs(test::need(grove.tree->signer("yuzhong/user-1", kBy))));
  const auto report = grove.whole();
  CHECK(report.keys == 6);
  CHECK(report.problems.empty());
  CHECK(grove.records("key.created").size() == 6);
}

TEST_CASE("what cannot stand in a tree is refused and changes nothing") {
  Grove grove;
  grove.plant(1);
  const auto refused = [&](const keymgmt::NewKey& wanted) {
    const auto made = grove.tree->create(wanted, kBy);
    REQUIRE(!made);
    return made.error().code;
  };
  CHECK(refused({.name = "yuzhong", .parent = "root", .level = KeyLevel::kDomain}) == Code::kConflict);
  CHECK(refused({.name = "x", .parent = "nobody", .level = KeyLevel::kDomain}) == Code::kNotFound);
  CHECK(refused({.name = "x", .parent = "yuzhong/mail", .level = KeyLevel::kService}) == Code::kUsage);
  CHECK(refused({.name = "x", .parent = "yuzhong/user-0", .level = KeyLevel::kUser}) == Code::kUsage);
  for (const auto* name : {"", "/", "a/", "/a", "a//b", "A", "a b", "a.b", "../a", "\xe6\xb8\x9d"})
    CHECK(refused({.name = name, .parent = "root", .level = KeyLevel::kDomain}) == Code::kUsage);
  CHECK(refused({.name = std::string(121, 'a'), .parent = "root", .level = KeyLevel::kDomain}) == Code::kUsage);
  CHECK(refused(
            {.name = "x", .parent = "root", .level = KeyLevel::kDomain, .kind = {}, .state = KeyState::kSuspended}) ==
        Code::kUsage);
  // all of them or none
  CHECK(!grove.tree->create_many({{.name = "b1", .parent = "root", .level = KeyLevel::kDomain},
                                  {.name = "b1", .parent = "root", .level = KeyLevel::kDomain}},
                                 kBy));
  CHECK(grove.whole().keys == 4);
}

TEST_CASE("only the key that was split, typed or kept opens the tree") {
  Grove grove;
  grove.plant(1);
  const auto wrong = KeyTree::open(grove.store, roots({2}), kBy);
  REQUIRE(!wrong);
  CHECK(wrong.error().code == Code::kNotAuthorised);
  std::vector<keymgmt::RootKey> altered;
  altered.push_back({1, root_octets(41)});
  const auto other = KeyTree::open(grove.store, std::move(altered), kBy);
  REQUIRE(!other);
  CHECK(other.error().code == Code::kNotAuthorised);
  CHECK(test::need(KeyTree::open(grove.store, roots({1}), kBy))->verify()->problems.empty());
}

TEST_CASE("a wrapped key cannot stand in for another, nor be changed") {
  Grove grove;
  grove.plant(2);
  const auto tampered = [&](std::string_view sql) {
    grove.sql("CREATE TABLE kept AS SELECT * FROM tree_versions");
    grove.sql(sql);
    const auto problems = test::need(grove.tree->verify()).problems;
    grove.sql(
        "UPDATE tree_versions SET (wrapped, wrapper, check_value, number) = (SELECT wrapped, wrapper, check_value, "
        "number FROM kept WHERE kept.id = tree_versions.id)");
    grove.sql("DROP TABLE kept");
    return problems.size();
  };
  // ids: root 1, yuzhong 2, mail 3, user-0 4, user-1 5
  CHECK(tampered("UPDATE tree_versions SET wrapped = (SELECT wrapped FROM kept WHERE key = 4) WHERE key = 5") == 1);
  CHECK(tampered("UPDATE tree_versions SET wrapped = x'00' WHERE key = 5") == 1);
  CHECK(tampered("UPDATE tree_versions SET wrapped = x'' WHERE key = 5") == 1);
  CHECK(tampered("UPDATE tree_versions SET wrapped = CAST(CASE substr(wrapped, 1, 1) WHEN x'ff' THEN x'00' ELSE "
                 "x'ff' END || substr(wrapped, 2) AS BLOB) WHERE key = 3") == 3);
  CHECK(tampered("UPDATE tree_versions SET wrapper = (SELECT id FROM kept WHERE key = 2) WHERE key = 5") == 1);
  CHECK(tampered("UPDATE tree_versions SET wrapper = (SELECT id FROM kept WHERE key = 5) WHERE key = 5") == 1);
  CHECK(
      tampered("UPDATE tree_versions SET check_value = (SELECT check_value FROM kept WHERE key = 4) WHERE key = 5") ==
      1);
  CHECK(tampered("UPDATE tree_versions SET number = 7 WHERE key = 5") == 1);
  CHECK(grove.whole().problems.empty());
}

TEST_CASE("rotation wraps everything below anew and destroys the old version") {
  Grove grove;
  grove.plant(600);
  grove.sql("CREATE TABLE before AS SELECT wrapped FROM tree_versions WHERE key > 2");
  CHECK(test::need(grove.tree->rotate("yuzhong/mail", kBy)) == 600);
  CHECK(grove.key("yuzhong/mail").version == 2);
  CHECK(grove.count("SELECT count(*) FROM tree_versions WHERE destroyed_at IS NOT NULL AND wrapped = x''") == 1);
  CHECK(grove.count("SELECT count(*) FROM tree_versions WHERE wrapped IN (SELECT wrapped FROM before)") == 0);
  CHECK(grove.whole().problems.empty());
  CHECK(signs(test::need(grove.tree->signer("yuzhong/user-599", kBy))));
  // somebody who opens the tree anew sees the same
  CHECK(test::need(KeyTree::open(grove.store, roots({1}), kBy))->verify()->problems.empty());
  const auto records = grove.records("key.rewrapped");
  REQUIRE(records.size() == 1);
  CHECK(records[0].find("\"sha256\":") != std::string::npos);
  // a second rotation is a third version
  CHECK(test::need(grove.tree->rotate("yuzhong/mail", kBy)) == 600);
  CHECK(grove.key("yuzhong/mail").version == 3);
}

TEST_CASE("a rotation that was stopped goes on where it stopped, and keys made meanwhile are under the new version") {
  Grove grove;
  grove.plant(600);
  const auto stop_after = [](std::int64_t limit) {
    return [limit](std::int64_t done, std::int64_t) { return done < limit; };
  };
  const auto first = test::need(grove.tree->rotate("yuzhong/mail", kBy, stop_after(1)));
  CHECK(first > 0);
  CHECK(first < 600);
  CHECK(grove.whole().problems.empty());
  CHECK(grove.key("yuzhong/mail").version == 2);
  grove.add("yuzhong/late", "yuzhong/mail", KeyLevel::kUser, kP256);
  // another process, which knows nothing of the first
  const auto again = test::need(KeyTree::open(grove.store, roots({1}), kBy));
  CHECK(test::need(again->rotate("yuzhong/mail", kBy)) == 600 - first);
  CHECK(grove.key("yuzhong/mail").version == 2);
  CHECK(test::need(again->finish_rotation("yuzhong/mail", kBy)) == 0);
  CHECK(grove.whole().problems.empty());
  CHECK(grove.count("SELECT count(*) FROM tree_versions WHERE key = 3 AND destroyed_at IS NULL") == 1);
}

TEST_CASE("the root is rotated with both versions unlocked, and afterwards the old one opens nothing") {
  Grove grove;
  grove.plant(2);
  {
    const auto both = test::need(KeyTree::open(grove.store, roots({1, 2}), kBy));
    CHECK(grove.key("root").version == 2);
    // before it is finished, whoever comes again needs both
    CHECK(!KeyTree::open(grove.store, roots({1}), kBy));
    CHECK(test::need(both->finish_rotation("root", kBy)) == 1);
    CHECK(both->verify()->problems.empty());
  }
  const auto late = test::need(KeyTree::open(grove.store, roots({2}), kBy));
  CHECK(late->verify()->problems.empty());
  CHECK(signs(test::need(late->signer("yuzhong/user-0", kBy))));
  CHECK(!KeyTree::open(grove.store, roots({1}), kBy));
  CHECK(!KeyTree::open(grove.store, roots({3}), kBy));
  CHECK(!KeyTree::open(grove.store, {}, kBy));
}

TEST_CASE("states follow SP 800-57, and a key does what its state allows") {
  Grove grove;
  grove.plant(2);
  const auto to = [&](std::string_view name, KeyState state) {
    return grove.tree->change(name, state, "drill", kBy).has_value();
  };
  CHECK(to("yuzhong/user-0", KeyState::kSuspended));
  CHECK(!grove.tree->signer("yuzhong/user-0", kBy));
  CHECK(!to("yuzhong/user-0", KeyState::kSuspended));
  CHECK(to("yuzhong/user-0", KeyState::kActive));
  CHECK(grove.tree->signer("yuzhong/user-0", kBy));
  CHECK(!to("yuzhong/user-0", KeyState::kPreActive));
  CHECK(to("yuzhong/user-0", KeyState::kDeactivated));
  CHECK(!to("yuzhong/user-0", KeyState::kActive));
  CHECK(to("yuzhong/user-0", KeyState::kCompromised));
  CHECK(!to("yuzhong/user-0", KeyState::kDeactivated));
  // what is above counts
  CHECK(to("yuzhong", KeyState::kSuspended));
  CHECK(!grove.tree->signer("yuzhong/user-1", kBy));
  CHECK(!grove.tree->create({.name = "a", .parent = "yuzhong/mail", .level = KeyLevel::kUser}, kBy));
  CHECK(to("yuzhong", KeyState::kActive));
  CHECK(grove.tree->signer("yuzhong/user-1", kBy));
  CHECK(grove.records("key.state").size() == 6);
  // a suspended wrapping key is not rotated: whoever suspended it decides first
  CHECK(to("yuzhong/mail", KeyState::kSuspended));
  const auto refused = grove.tree->rotate("yuzhong/mail", kBy);
  REQUIRE(!refused);
  CHECK(refused.error().code == Code::kConflict);
  CHECK(!grove.tree->check_rotate("yuzhong/mail", kNow));
  CHECK(grove.key("yuzhong/mail").version == 1);
  CHECK(to("yuzhong/mail", KeyState::kActive));
  CHECK(test::need(grove.tree->check_rotate("yuzhong/mail", kNow)) == 2);
  // a deactivated one opens what it wrapped, and wraps nothing new, however often it is rotated
  CHECK(to("yuzhong/mail", KeyState::kDeactivated));
  CHECK(grove.tree->signer("yuzhong/user-1", kBy));
  CHECK(!grove.tree->create({.name = "a", .parent = "yuzhong/mail", .level = KeyLevel::kUser}, kBy));
  CHECK(grove.tree->rotate("yuzhong/mail", kBy));
  CHECK(grove.key("yuzhong/mail").version == 2);
  CHECK(grove.key("yuzhong/mail").state == KeyState::kDeactivated);
  CHECK(grove.tree->signer("yuzhong/user-1", kBy));
  CHECK(!grove.tree->create({.name = "a", .parent = "yuzhong/mail", .level = KeyLevel::kUser}, kBy));
  // octets that others know are gone with the new version: the key is in use again
  CHECK(to("yuzhong/mail", KeyState::kCompromised));
  CHECK(!grove.tree->create({.name = "a", .parent = "yuzhong/mail", .level = KeyLevel::kUser}, kBy));
  CHECK(grove.tree->rotate("yuzhong/mail", kBy));
  CHECK(grove.key("yuzhong/mail").state == KeyState::kActive);
  CHECK(grove.tree->create({.name = "a", .parent = "yuzhong/mail", .level = KeyLevel::kUser}, kBy));
}

TEST_CASE("a limit of uses and an end in time are kept") {
  Grove grove;
  grove.add("d", "root", KeyLevel::kDomain);
  REQUIRE(grove.tree->create(
      {.name = "three", .parent = "d", .level = KeyLevel::kUser, .kind = kP256, .use_limit = 3}, kBy));
  const auto signer = test::need(grove.tree->signer("three", kBy));
  const auto tbs = message();
  for (int i = 0; i < 3; ++i) CHECK(signer->sign(tbs));
  const auto fourth = signer->sign(tbs);
  REQUIRE(!fourth);
  CHECK(fourth.error().code == Code::kSigner);
  CHECK(grove.key("three").uses == 3);
  CHECK(!grove.tree->signer("three", kBy));

  REQUIRE(grove.tree->create({.name = "brief",
                              .parent = "d",
                              .level = KeyLevel::kUser,
                              .kind = kP256,
                              .not_after = kNow + base::Seconds{60}},
                             kBy));
  CHECK(grove.tree->signer("brief", kBy));
  const auto late = grove.tree->signer("brief", {"local:x", kNow + base::Seconds{60}});
  REQUIRE(!late);
  CHECK(late.error().code == Code::kConflict);
  // without a limit signatures are counted in blocks, never too few
  grove.add("free", "d", KeyLevel::kUser, kP256);
  const auto many = test::need(grove.tree->signer("free", kBy));
  for (int i = 0; i < 5; ++i) CHECK(many->sign(tbs));
  CHECK(grove.key("free").uses >= 5);
}

TEST_CASE("destruction needs a key out of use, takes what is below only when told, and leaves its digests") {
  Grove grove;
  grove.plant(4);
  const auto destroy = [&](std::string_view name, KeyTree::Below below) {
    return grove.tree->destroy(name, below, "end of service", kBy);
  };
  CHECK(yuxin::test::error_of(destroy("yuzhong", KeyTree::Below::kDestroyToo)).code == Code::kConflict);  // active
  REQUIRE(grove.tree->change("yuzhong", KeyState::kDeactivated, "end", kBy));
  CHECK(yuxin::test::error_of(destroy("yuzhong", KeyTree::Below::kRefuse)).code == Code::kConflict);
  CHECK(grove.whole().destroyed == 0);
  CHECK(test::need(destroy("yuzhong", KeyTree::Below::kDestroyToo)) == 6);
  const auto report = grove.whole();
  CHECK(report.destroyed == 6);
  CHECK(report.problems.empty());
  CHECK(grove.count("SELECT count(*) FROM tree_versions WHERE wrapped <> x''") == 0);
  CHECK(!grove.tree->signer("yuzhong/user-0", kBy));
  CHECK(yuxin::test::error_of(destroy("yuzhong", KeyTree::Below::kRefuse)).code == Code::kConflict);
  const auto records = grove.records("key.destroyed");
  CHECK(records.size() == 6);
  for (const auto& record : records) CHECK(record.find("\"sha256\":") != std::string::npos);
}
