// Replacing a set of shares: at whatever step it stops, one set is complete and in force, and the next attempt
// settles it.
#include "yuxin/keymgmt/reshare.hpp"
#include "need.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "command.hpp"
#include "keymgmt/shares/reshare_state.hpp"
#include "small_shares.hpp"
#include "yuxin/base/file.hpp"

namespace base = yuxin::base;
namespace keymgmt = yuxin::keymgmt;
namespace fs = std::filesystem;
using base::Code;
using keymgmt::Reshare;
using keymgmt::ReshareState;
using yuxin::test::small_set;
using yuxin::test::TemporaryFolder;

namespace {

// The texts themselves: sealing is tested elsewhere.
std::vector<keymgmt::SetFile> files_of(const keymgmt::MadeSet& set) {
  std::vector<keymgmt::SetFile> files;
  for (const auto& made : set.made) {
    const auto seal = set.shares.groups[made.group].shares[made.number].seal;
    files.push_back({keymgmt::set_file_name(made.group, made.number, seal), keymgmt::print_share_text(made.opened)});
  }
  return files;
}

keymgmt::MadeSet next_of(const keymgmt::ShareRegister& current) {
  return keymgmt::make_share_set(yuxin::test::small_secret(), yuxin::test::small_plan(), {1'790'000'100},
                                 keymgmt::register_fingerprint(current))
      .value();
}

struct Scene {
  TemporaryFolder folder;
  keymgmt::MadeSet old = small_set();
  std::string path = folder.file("old/register.json");
  std::string next = folder.file("next");
  Scene() { REQUIRE(keymgmt::write_share_set(folder.file("old"), old.shares, files_of(old))); }

  [[nodiscard]] base::Result<> replace(const keymgmt::MadeSet& set) const {
    TRY(auto reshare, Reshare::open(path));
    return reshare.replace(set.shares, files_of(set), next, {}, {1'790'000'200});
  }
  [[nodiscard]] ReshareState state(ReshareState::Step step, const keymgmt::MadeSet& set) const {
    return {step,
            keymgmt::register_fingerprint(old.shares),
            keymgmt::register_fingerprint(set.shares),
            {},
            next,
            {1'790'000'200}};
  }
  // A folder as an attempt leaves it that was cut off before its end.
  void half_made(const keymgmt::MadeSet& set, bool pending) const {
    REQUIRE(base::make_directory(next));
    for (const auto& file : files_of(set))
      REQUIRE(base::write_file(next + "/" + file.name, file.content.view(), base::Existing::kRefuse,
                               base::Permissions::kPrivate));
    if (!pending) return;
    REQUIRE(base::write_file(next + "/register.pending.json", base::as_bytes(keymgmt::print_register(set.shares)),
                             base::Existing::kRefuse, base::Permissions::kPublic));
  }
};

bool gives_the_secret(const std::string& folder) {
  const auto shares = keymgmt::load_register(folder + "/register.json");
  if (!shares) return false;
  std::vector<keymgmt::OpenedShare> opened;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.path().filename().string().starts_with("share-")) continue;
    const auto text = base::read_file(entry.path().string());
    opened.push_back(keymgmt::parse_share_text(base::as_text(*text), 32).value());
  }
  const auto secret = keymgmt::join_share_set(*shares, opened);
  return secret && base::equal(secret->view(), yuxin::test::small_secret().view());
}

}  // namespace

TEST_CASE("a new set is written for its owner's eyes, its register for everybody's") {
  const Scene scene;
  CHECK(gives_the_secret(scene.folder.file("old")));
  const auto permissions = [&](const std::string& name) {
    return fs::status(scene.folder.file(name)).permissions() & fs::perms::mask;
  };
  CHECK(permissions("old") == fs::perms::owner_all);
  CHECK(permissions("old/share-1-1.json") == (fs::perms::owner_read | fs::perms::owner_write));
  CHECK((permissions("old/register.json") & fs::perms::others_read) != fs::perms::none);
  CHECK(yuxin::test::error_of(keymgmt::write_share_set(scene.folder.file("old"), scene.old.shares, {})).code ==
        Code::kConflict);
}

TEST_CASE("the new set takes the old one's place, and the old register says so") {
  const Scene scene;
  const auto set = next_of(scene.old.shares);
  REQUIRE(scene.replace(set));
  CHECK(gives_the_secret(scene.next));
  const auto old = keymgmt::load_register(scene.path);
  REQUIRE(old);
  REQUIRE(old->superseded);
  CHECK(old->superseded->by == keymgmt::register_fingerprint(set.shares));
  CHECK_FALSE(base::file_exists(scene.path + ".reshare"));
  CHECK_FALSE(base::file_exists(scene.next + "/register.pending.json"));
  // once is enough
  auto again = Reshare::open(scene.path);
  REQUIRE(again);
  CHECK_FALSE(again->finished());
  CHECK(yuxin::test::error_of(again->replace(set.shares, {}, scene.folder.file("third"), {}, {0})).code ==
        Code::kConflict);
}

TEST_CASE("cut off before it was complete, the old set is in force and the rest goes") {
  for (const bool pending : {false, true}) {
    const Scene scene;
    const auto set = next_of(scene.old.shares);
    REQUIRE(keymgmt::save_reshare_state(scene.path, scene.state(ReshareState::Step::kPreparing, set)));
    scene.half_made(set, pending);
    CHECK_FALSE(keymgmt::load_register(scene.path)->superseded);
    CHECK(gives_the_secret(scene.folder.file("old")));
    {
      const auto settled = Reshare::open(scene.path);
      REQUIRE(settled);
      CHECK_FALSE(settled->finished());
      CHECK_FALSE(base::file_exists(scene.next));
      CHECK_FALSE(base::file_exists(scene.path + ".reshare"));
    }
    REQUIRE(scene.replace(set));
    CHECK(gives_the_secret(scene.next));
  }
}

TEST_CASE("what others put into the folder of an attempt is left alone") {
  const Scene scene;
  const auto set = next_of(scene.old.shares);
  REQUIRE(keymgmt::save_reshare_state(scene.path, scene.state(ReshareState::Step::kPreparing, set)));
  scene.half_made(set, false);
  std::ofstream(scene.next + "/notes.txt") << "mine";
  REQUIRE(Reshare::open(scene.path));
  CHECK(base::file_exists(scene.next + "/notes.txt"));
  CHECK_FALSE(base::file_exists(scene.next + "/share-1-1.json"));
}

TEST_CASE("cut off after it was complete, the new set is in force, and the next attempt only finishes it") {
  for (const int done : {0, 1, 2}) {
    const Scene scene;
    const auto set = next_of(scene.old.shares);
    scene.half_made(set, true);
    REQUIRE(keymgmt::save_reshare_state(scene.path, scene.state(ReshareState::Step::kComplete, set)));
    CHECK(keymgmt::load_register(scene.path)->superseded);  // already for whoever only reads
    if (done >= 1) fs::rename(scene.next + "/register.pending.json", scene.next + "/register.json");
    if (done >= 2) {
      auto marked = scene.old.shares;
      marked.superseded = keymgmt::Supersession{keymgmt::register_fingerprint(set.shares), {1'790'000'200}};
      REQUIRE(base::write_file(scene.path, base::as_bytes(keymgmt::print_register(marked)), base::Existing::kReplace,
                               base::Permissions::kPublic));
    }
    const auto settled = Reshare::open(scene.path);
    REQUIRE(settled);
    CHECK(settled->finished() == scene.next);
    CHECK(gives_the_secret(scene.next));
    CHECK(keymgmt::load_register(scene.path)->superseded->by == keymgmt::register_fingerprint(set.shares));
    CHECK_FALSE(base::file_exists(scene.path + ".reshare"));
  }
}

TEST_CASE("a complete set whose folder is gone is asked for, and nothing is changed") {
  const Scene scene;
  const auto set = next_of(scene.old.shares);
  REQUIRE(keymgmt::save_reshare_state(scene.path, scene.state(ReshareState::Step::kComplete, set)));
  CHECK(yuxin::test::error_of(Reshare::open(scene.path)).code == Code::kNotFound);
  CHECK(base::file_exists(scene.path + ".reshare"));
}

TEST_CASE("a damaged state, or one of another register, is not acted on") {
  const Scene scene;
  const auto set = next_of(scene.old.shares);
  scene.half_made(set, true);
  auto state = scene.state(ReshareState::Step::kPreparing, set);
  state.current[0] ^= 1;
  REQUIRE(keymgmt::save_reshare_state(scene.path, state));
  CHECK(yuxin::test::error_of(Reshare::open(scene.path)).code == Code::kIntegrity);
  std::ofstream(scene.path + ".reshare") << "{}";
  CHECK(yuxin::test::error_of(Reshare::open(scene.path)).code == Code::kIntegrity);
  CHECK(base::file_exists(scene.next + "/share-1-1.json"));
}

TEST_CASE("two cannot replace one set at once") {
  const Scene scene;
  const auto held = Reshare::open(scene.path);
  REQUIRE(held);
  CHECK(yuxin::test::error_of(Reshare::open(scene.path)).code == Code::kConflict);
}

TEST_CASE("a folder that is there, or a disk that refuses, leaves the old set in force") {
  const Scene scene;
  const auto set = next_of(scene.old.shares);
  fs::create_directory(scene.next);
  CHECK(yuxin::test::error_of(scene.replace(set)).code == Code::kConflict);
  CHECK_FALSE(base::file_exists(scene.path + ".reshare"));
  auto reshare = Reshare::open(scene.path);
  REQUIRE(reshare);
  CHECK(yuxin::test::error_of(reshare->replace(set.shares, files_of(set), scene.folder.file("no/such"), {}, {0}))
            .code == Code::kNotFound);
  CHECK_FALSE(base::file_exists(scene.path + ".reshare"));
  CHECK_FALSE(keymgmt::load_register(scene.path)->superseded);
  // a set of another origin
  CHECK(yuxin::test::error_of(reshare->replace(small_set().shares, {}, scene.folder.file("other"), {}, {0})).code ==
        Code::kInternal);
  CHECK_FALSE(base::file_exists(scene.folder.file("other")));
}
