// The end of a key file.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include "command.hpp"
#include "keymgmt/keystore/erase_file.hpp"
#include "need.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/keymgmt/keystore.hpp"

namespace base = yuxin::base;
namespace keymgmt = yuxin::keymgmt;
namespace x509 = yuxin::x509;
using base::Code;
using yuxin::test::TemporaryFolder;

TEST_CASE("a destroyed key is not there any more, and its file was overwritten where it lay") {
  const TemporaryFolder folder;
  const auto store =
      keymgmt::SoftwareKeyStore::create(folder.file("keys"), base::Secret(std::string_view("correct horse"))).value();
  REQUIRE(store->generate("old", {x509::KeyType::kP256, 256}));
  REQUIRE(store->generate("new", {x509::KeyType::kP256, 256}));
  const auto path = folder.file("keys") + "/old.key";
  const auto before = base::read_file(path).value();
  CHECK(store->sealed_digest("old").value() == x509::sha256(before));
  const int open = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);  // whoever has it open sees what became of it
  REQUIRE(open >= 0);
  REQUIRE(store->destroy("old"));
  base::Bytes after(before.size());
  CHECK(::pread(open, after.data(), after.size(), 0) == static_cast<ssize_t>(after.size()));
  ::close(open);
  CHECK_FALSE(base::equal(before, after));
  CHECK(base::as_text(after).find("PRIVATE KEY") == std::string_view::npos);
  CHECK_FALSE(base::file_exists(path));
  CHECK(yuxin::test::error_of(store->signer("old")).code == Code::kNotFound);
  CHECK(yuxin::test::error_of(store->sealed_digest("old")).code == Code::kNotFound);
  CHECK(store->list().value().size() == 1);
  CHECK(store->destroy("old"));  // again, as after a power cut
  CHECK(store->signer("new"));
  CHECK_FALSE(store->destroy("../unlock"));
}

TEST_CASE("nothing but the file itself is erased: a link is refused") {
  const TemporaryFolder folder;
  REQUIRE(base::write_file(folder.file("a"), base::as_bytes("octets"), base::Existing::kRefuse,
                           base::Permissions::kPrivate));
  REQUIRE(::symlink(folder.file("a").c_str(), folder.file("b").c_str()) == 0);
  CHECK_FALSE(keymgmt::erase_file(folder.file("b")));
  CHECK(base::as_text(base::read_file(folder.file("a")).value()) == "octets");
  CHECK(keymgmt::erase_file(folder.file("nothing")));
}
