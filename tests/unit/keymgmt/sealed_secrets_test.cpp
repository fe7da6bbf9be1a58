#include "yuxin/keymgmt/sealed_secrets.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "command.hpp"
#include "need.hpp"
#include "yuxin/base/file.hpp"

namespace base = yuxin::base;
namespace keymgmt = yuxin::keymgmt;
using base::Code;
using base::Secret;
using keymgmt::SealedSecrets;
using yuxin::test::error_of;
using yuxin::test::need;

namespace {

// Home has a folder of keys that a passphrase unlocks.
struct Home {
  Home() {
    need(base::make_directory(keys()));
    need(keymgmt::create_unlock_file(keys(), passphrase));
  }
  [[nodiscard]] std::string keys() const { return folder.file("keys"); }
  [[nodiscard]] std::string file(const std::string& name) const { return keys() + "/" + name + ".secret"; }
  [[nodiscard]] SealedSecrets secrets() const {
    return {keys(), need(keymgmt::unlock_by_passphrase(keys(), passphrase))};
  }
  yuxin::test::TemporaryFolder folder;
  Secret passphrase{"correct horse battery staple"};
};

}  // namespace

TEST_CASE("a secret that was kept is found, in a file that does not show it and that nobody else reads") {
  const Home home;
  const auto secrets = home.secrets();
  need(secrets.keep("client-meters", Secret("sesame open")));
  CHECK(need(secrets.find("client-meters")).text() == "sesame open");
  const auto octets = need(base::read_file(home.file("client-meters")));
  CHECK(base::as_text(octets).find("sesame") == std::string_view::npos);
  const auto mode = std::filesystem::status(home.file("client-meters")).permissions();
  CHECK(mode == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  // the next one takes its place
  need(secrets.keep("client-meters", Secret("another")));
  CHECK(need(secrets.find("client-meters")).text() == "another");
  need(secrets.destroy("client-meters"));
  CHECK(error_of(secrets.find("client-meters")).code == Code::kNotFound);
  CHECK_FALSE(base::file_exists(home.file("client-meters")));
  need(secrets.destroy("client-meters"));
}

TEST_CASE("a file that was damaged, or stands in for another, is found out") {
  const Home home;
  const auto secrets = home.secrets();
  need(secrets.keep("one", Secret("sesame")));
  need(secrets.keep("two", Secret("barley")));
  std::filesystem::copy_file(home.file("one"), home.file("two"), std::filesystem::copy_options::overwrite_existing);
  CHECK(error_of(secrets.find("two")).code == Code::kIntegrity);
  CHECK(need(secrets.find("one")).text() == "sesame");
  need(base::write_file(home.file("one"), base::as_bytes("nothing"), base::Existing::kReplace,
                        base::Permissions::kPrivate));
  CHECK(error_of(secrets.find("one")).code == Code::kIntegrity);
}

TEST_CASE("what is no name, or no secret, is not kept") {
  const Home home;
  const auto secrets = home.secrets();
  for (const auto* name : {"", "../thief", "Client", "a.b", "a/b"}) {
    CHECK(error_of(secrets.keep(name, Secret("sesame"))).code == Code::kUsage);
    CHECK(error_of(secrets.find(name)).code == Code::kNotFound);
  }
  CHECK(error_of(secrets.keep("empty", Secret())).code == Code::kUsage);
  CHECK(error_of(secrets.keep("long", Secret(1025))).code == Code::kUsage);
}

TEST_CASE("a rotation of the root key takes the secrets with it") {
  const Home home;
  need(home.secrets().keep("client-meters", Secret("sesame")));
  const auto before = home.secrets();
  need(keymgmt::begin_root_rotation(home.keys(), need(keymgmt::unlock_by_passphrase(home.keys(), home.passphrase)),
                                    {{}, home.passphrase}));
  CHECK(need(home.secrets().find("client-meters")).text() == "sesame");
  CHECK(need(home.secrets().rewrap()) == 1);
  CHECK(need(home.secrets().rewrap()) == 0);
  need(keymgmt::end_root_rotation(home.keys()));
  CHECK(need(home.secrets().find("client-meters")).text() == "sesame");
  // whoever was unlocked before keeps nothing more, and says so
  CHECK(error_of(before.keep("client-pumps", Secret("late"))).code == Code::kConflict);
  CHECK(error_of(before.find("client-meters")).code == Code::kConflict);
}
