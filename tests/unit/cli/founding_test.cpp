// Founding a city in a folder: what is there afterwards, and that a refusal or a leftover of a killed attempt leaves
// nothing.
#include "cli/app/founding.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "cli/app/home.hpp"
#include "command.hpp"
#include "fake_clock.hpp"
#include "need.hpp"

namespace base = yuxin::base;
namespace cli = yuxin::cli;
namespace fs = std::filesystem;
namespace test = yuxin::test;
using base::Code;

namespace {

const test::FakeClock kClock{base::UnixTime{1795341600}};  // 2026-11-22T10:00:00Z

cli::FoundingPlan plan_for(const std::string& folder) {
  cli::FoundingPlan plan;
  plan.folder = folder;
  plan.organisation = "Test City";
  plan.public_url = "http://pki.city.test";
  plan.keys = cli::key_choices().front();
  plan.root_passphrase = base::Secret("the root's");
  plan.online_passphrase = base::Secret("the other");
  plan.actor = "local:alice";
  return plan;
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

}  // namespace

TEST_CASE("a city has two homes with a passphrase each, whose certificates openssl chains") {
  const test::TemporaryFolder folder;
  const auto founded = cli::found(plan_for(folder.file("city")), kClock);
  REQUIRE_MESSAGE(founded.has_value(), (founded ? "" : founded.error().detail));
  CHECK(names_in(folder.path()) == std::vector<std::string>{"city"});
  CHECK(names_in(folder.path() / "city") == std::vector<std::string>{"online", "root"});
  std::ofstream(folder.file("root.pem")) << founded->root.pem();
  std::ofstream(folder.file("issuing.pem")) << founded->issuing.pem();
  std::ofstream(folder.file("ocsp.pem")) << founded->ocsp_signer.pem();
  const auto verdict = folder.run(
      "openssl verify -attime 1795341600 -x509_strict -CAfile root.pem -untrusted issuing.pem issuing.pem ocsp.pem "
      "2>&1");
  CHECK(verdict.output == "issuing.pem: OK\nocsp.pem: OK\n");
  for (const auto& [name, right] : {std::pair{"root", "the root's"}, {"online", "the other"}}) {
    const auto home = cli::Home::open(folder.file("city/" + std::string(name)), cli::Home::Access::kWrite, kClock);
    REQUIRE(home.has_value());
    CHECK(yuxin::test::error_of((*home)->unlock(base::Secret("wrong"))).code == Code::kNotAuthorised);
    CHECK((*home)->unlock(base::Secret(right)).has_value());
  }
}

TEST_CASE("a folder with anything in it is not touched") {
  const test::TemporaryFolder folder;
  const auto city = folder.file("city");
  std::ofstream(city) << "a file";
  CHECK(yuxin::test::error_of(cli::found(plan_for(city), kClock)).code == Code::kConflict);
  fs::remove(city);
  fs::create_directory(city);
  std::ofstream(city + "/letter") << "dear";
  CHECK(yuxin::test::error_of(cli::found(plan_for(city), kClock)).code == Code::kConflict);
  fs::remove(city + "/letter");
  fs::create_directory(city + "/online");
  const auto twice = cli::found(plan_for(city), kClock);
  REQUIRE_FALSE(twice.has_value());
  CHECK(twice.error().code == Code::kConflict);
  CHECK(twice.error().detail.find("holds a home already") != std::string::npos);
  fs::remove(city + "/online");
  fs::create_symlink("nowhere", folder.file("dangling"));
  CHECK(yuxin::test::error_of(cli::found(plan_for(folder.file("dangling")), kClock)).code == Code::kConflict);
  CHECK(yuxin::test::error_of(cli::found(plan_for(folder.file("no/such/folder")), kClock)).code == Code::kNotFound);
  CHECK(names_in(folder.path()) == std::vector<std::string>{"city", "dangling"});
  // an empty folder is what people make first
  CHECK(cli::found(plan_for(city), kClock).has_value());
}

TEST_CASE("what a killed attempt left beside the folder is cleared away, what somebody else builds is not") {
  const test::TemporaryFolder folder;
  const auto abandoned = folder.file("city.making-0123456789ab");
  const auto busy = folder.file("city.making-ba9876543210");
  for (const auto& left : {abandoned, busy}) {
    fs::create_directories(left + "/online/keys");
    std::ofstream(left + "/online/keys/issuing.key") << "sealed";
  }
  fs::create_directory(folder.file("city.making"));
  fs::create_directory(folder.file("other.making-0123456789ab"));
  const int held = ::open(busy.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  REQUIRE(::flock(held, LOCK_EX | LOCK_NB) == 0);
  CHECK(cli::found(plan_for(folder.file("city")), kClock).has_value());
  CHECK(names_in(folder.path()) ==
        std::vector<std::string>{"city", "city.making", "city.making-ba9876543210", "other.making-0123456789ab"});
  ::close(held);
}
