// Plain archives: GNU tar reads what we write, and everything that is not exactly ours is refused.
#include "yuxin/evidence/tar.hpp"

#include <doctest/doctest.h>

#include "command.hpp"

namespace {

using namespace yuxin;
using evidence::FileMap;
using evidence::read_tar;
using evidence::write_tar;

base::Bytes octets(std::string_view text) { return base::to_bytes(base::as_bytes(text)); }

FileMap some_files() {
  return {{"README.md", octets("read me\n")},
          {"acts/001.p7m", base::Bytes(512, 7)},
          {"acts/002.p7m", base::Bytes(513, 8)},
          {"empty", {}}};
}

TEST_CASE("GNU tar lists and extracts the archive, with plain modes and no owners") {
  const test::TemporaryFolder folder;
  test::write_octets(folder.file("a.tar"), write_tar(some_files()).value());
  const auto listed = folder.run("TZ=UTC tar --numeric-owner -tvf a.tar");
  CHECK(listed.status == 0);
  CHECK(listed.output ==
        "-rw-r--r-- 0/0               8 1970-01-01 00:00 README.md\n"
        "-rw-r--r-- 0/0             512 1970-01-01 00:00 acts/001.p7m\n"
        "-rw-r--r-- 0/0             513 1970-01-01 00:00 acts/002.p7m\n"
        "-rw-r--r-- 0/0               0 1970-01-01 00:00 empty\n");
  CHECK(folder.run("mkdir out && tar -xf a.tar -C out").status == 0);
  CHECK(test::read_octets(folder.file("out/acts/002.p7m")) == base::Bytes(513, 8));
}

TEST_CASE("what was written is read back, and the same files give the same octets") {
  const auto archive = write_tar(some_files()).value();
  CHECK(read_tar(archive).value() == some_files());
  CHECK(write_tar(some_files()).value() == archive);
  CHECK(read_tar(write_tar({}).value()).value().empty());
}

// without_devices leaves out of every header the device numbers, which mean nothing for a plain file (GNU tar writes
// zeros up to 1.34 and leaves them empty since 1.35), and the checksum over them.
base::Bytes without_devices(base::Bytes archive) {
  constexpr std::size_t kBlock = 512;
  for (std::size_t at = 0; at + kBlock <= archive.size(); at += kBlock) {
    const auto header = archive.begin() + static_cast<std::ptrdiff_t>(at);
    if (!std::equal(header + 257, header + 262, "ustar")) continue;
    std::fill(header + 148, header + 156, std::uint8_t{0});
    std::fill(header + 329, header + 345, std::uint8_t{0});
  }
  return archive;
}

TEST_CASE("GNU tar's archive of the same files in its ustar form is ours, but for device numbers") {
  const test::TemporaryFolder folder;
  for (const auto& [name, content] : some_files()) {
    std::filesystem::create_directories(folder.path() / "in" / std::filesystem::path(name).parent_path());
    test::write_octets(folder.path() / "in" / name, content);
  }
  const auto made = folder.run(
      "tar -C in --format=ustar --blocking-factor=1 --owner=:0 --group=:0 --numeric-owner --mode=0644 --mtime=@0 "
      "-cf b.tar README.md acts/001.p7m acts/002.p7m empty");
  CHECK(made.status == 0);
  CHECK(without_devices(test::read_octets(folder.file("b.tar"))) == without_devices(write_tar(some_files()).value()));
}

TEST_CASE("an archive with any one bit changed is refused or says other files") {
  const auto archive = write_tar(some_files()).value();
  for (std::size_t at = 0; at < archive.size(); ++at) {
    auto changed = archive;
    changed[at] ^= 1U;
    const auto files = read_tar(changed);
    if (files) CHECK(*files != some_files());
  }
}

TEST_CASE("cut, lengthened, reordered and doubled archives are refused") {
  const auto archive = write_tar(some_files()).value();
  for (std::size_t size = 0; size < archive.size(); size += 128) {
    CHECK_FALSE(read_tar(base::ByteView(archive).first(size)));
  }
  auto longer = archive;
  longer.resize(longer.size() + 512);
  CHECK_FALSE(read_tar(longer));

  const auto a = write_tar({{"a", octets("1")}}).value();
  const auto b = write_tar({{"b", octets("2")}}).value();
  const auto joined = [](const base::Bytes& one, const base::Bytes& other) {
    base::Bytes both(one.begin(), one.end() - 1024);
    base::append(both, other);
    return both;
  };
  CHECK(read_tar(joined(a, b)));
  CHECK_FALSE(read_tar(joined(b, a)));
  CHECK_FALSE(read_tar(joined(a, a)));
}

TEST_CASE("names that could lead out of a folder are neither written nor read") {
  for (const char* name : {"/etc/passwd", "../a", "a/../b", "a//b", "a/", "", "a b", "a\\b", "a\n"}) {
    CAPTURE(name);
    CHECK_FALSE(write_tar({{name, octets("x")}}));
  }
  CHECK_FALSE(write_tar({{std::string(101, 'a'), octets("x")}}));
  CHECK(write_tar({{std::string(100, 'a'), octets("x")}}));
}

}  // namespace
