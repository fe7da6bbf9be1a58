#include "yuxin/base/file.hpp"
#include "need.hpp"
#include "yuxin/base/writable.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <vector>

using namespace yuxin::base;
namespace fs = std::filesystem;

namespace {

// Folder is a directory of its own for one case.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "yuxin-file-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }
  [[nodiscard]] std::string operator/(const char* name) const { return (path_ / name).string(); }
  [[nodiscard]] std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path_), fs::directory_iterator{}));
  }

 private:
  fs::path path_;
};

unsigned mode_of(const std::string& path) {
  struct stat status{};
  REQUIRE(stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

Result<> write_new(const std::string& path, std::string_view text) {
  return write_file(path, as_bytes(text), Existing::kRefuse, Permissions::kPrivate);
}

std::string content(const std::string& path) { return std::string(as_text(read_file(path).value())); }

// in_child runs a check in a process whose rights or limits it may change.
template <typename Check>
bool in_child(Check check) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) _exit(check() ? 0 : 1);
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  return status == 0;
}

}  // namespace

TEST_CASE("what was written is read") {
  const Folder folder;
  const std::string path = folder / "a";
  CHECK_FALSE(file_exists(path));
  REQUIRE(write_new(path, "content\n").has_value());
  CHECK(file_exists(path));
  CHECK(content(path) == "content\n");
  CHECK(folder.entries() == 1);
  REQUIRE(write_new(folder / "empty", "").has_value());
  CHECK(content(folder / "empty").empty());
}

TEST_CASE("permissions are those that were asked for, whatever the umask") {
  const Folder folder;
  const mode_t before = umask(0077);
  CHECK(write_file(folder / "public", {}, Existing::kRefuse, Permissions::kPublic).has_value());
  umask(0);
  CHECK(write_file(folder / "private", {}, Existing::kRefuse, Permissions::kPrivate).has_value());
  CHECK(make_directory(folder / "home").has_value());
  umask(before);
  CHECK(mode_of(folder / "public") == 0644);
  CHECK(mode_of(folder / "private") == 0600);
  CHECK(mode_of(folder / "home") == 0700);
}

TEST_CASE("an existing file is kept when that was asked, and nothing is left beside it") {
  const Folder folder;
  const std::string path = folder / "a";
  REQUIRE(write_new(path, "old").has_value());
  const auto refused = write_new(path, "new");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::kConflict);
  CHECK(refused.error().detail.find(path) != std::string::npos);
  CHECK(content(path) == "old");
  CHECK(folder.entries() == 1);
}

TEST_CASE("a dangling link counts as existing") {
  const Folder folder;
  fs::create_symlink("nowhere", folder / "link");
  CHECK(yuxin::test::error_of(write_new(folder / "link", "x")).code == Code::kConflict);
  CHECK_FALSE(fs::exists(folder / "nowhere"));
}

TEST_CASE("replacing gives the new content whole and its own permissions") {
  const Folder folder;
  const std::string path = folder / "a";
  REQUIRE(write_file(path, as_bytes("old and long"), Existing::kReplace, Permissions::kPublic).has_value());
  REQUIRE(write_file(path, as_bytes("new"), Existing::kReplace, Permissions::kPrivate).has_value());
  CHECK(content(path) == "new");
  CHECK(mode_of(path) == 0600);
  CHECK(folder.entries() == 1);
}

TEST_CASE("of many writers that refuse an existing file, one wins") {
  const Folder folder;
  for (int round = 0; round < 20; ++round) {
    const std::string path = folder / std::to_string(round).c_str();
    std::atomic<int> winners = 0;
    std::atomic<int> conflicts = 0;
    {
      std::vector<std::jthread> writers;
      for (int i = 0; i < 4; ++i) {
        writers.emplace_back([&] {
          const auto written = write_new(path, "x");
          if (written) {
            ++winners;
          } else if (written.error().code == Code::kConflict) {
            ++conflicts;
          }
        });
      }
    }
    CHECK(winners == 1);
    CHECK(conflicts == 3);
  }
  CHECK(folder.entries() == 20);
}

TEST_CASE("a folder that is not there is named") {
  const Folder folder;
  const auto refused = write_new(folder / "none/a", "x");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::kNotFound);
  CHECK(refused.error().detail.find(folder / "none") != std::string::npos);
}

TEST_CASE("a folder is no file") {
  const Folder folder;
  REQUIRE(make_directory(folder / "d").has_value());
  CHECK(yuxin::test::error_of(write_file(folder / "d", {}, Existing::kReplace, Permissions::kPublic)).code ==
        Code::kConflict);
  CHECK(yuxin::test::error_of(read_file(folder / "d")).code == Code::kUsage);
  CHECK(yuxin::test::error_of(make_directory(folder / "d")).code == Code::kConflict);
  CHECK(folder.entries() == 1);
}

TEST_CASE("a name that is too long, or leads in a circle, is no file") {
  const Folder folder;
  CHECK(yuxin::test::error_of(read_file(folder / std::string(300, 'x').c_str())).code == Code::kNotFound);
  CHECK(yuxin::test::error_of(
            write_file(folder / std::string(300, 'x').c_str(), {}, Existing::kReplace, Permissions::kPublic))
            .code == Code::kUsage);
  std::filesystem::create_symlink("loop", folder / "loop");
  CHECK(yuxin::test::error_of(read_file(folder / "loop")).code == Code::kNotFound);
}

TEST_CASE("whether a name can be had is told before there is anything to write, and nothing is left of the trial") {
  const Folder folder;
  CHECK(check_writable(folder / "new"));
  CHECK(check_writable(folder / std::string(255, 'x').c_str()));  // NAME_MAX of Linux
  CHECK(check_writable("-"));
  CHECK(check_writable("/dev/null"));
  CHECK(folder.entries() == 0);
  REQUIRE(write_new(folder / "old", "old").has_value());
  CHECK(check_writable(folder / "old"));
  CHECK(content(folder / "old") == "old");
  CHECK(folder.entries() == 1);
  CHECK(yuxin::test::error_of(check_writable(folder / std::string(256, 'x').c_str())).code == Code::kUsage);
  CHECK(yuxin::test::error_of(check_writable(folder / "none/new")).code == Code::kNotFound);
  // the folder is there, and nobody can make a file in it
  const auto kernel = check_writable("/proc/new");
  REQUIRE(!kernel);
  CHECK(kernel.error().code == Code::kNotAuthorised);
  CHECK(kernel.error().detail.find("nothing can be made in the folder /proc") != std::string::npos);
  CHECK(in_child([] {
    if (geteuid() == 0 && setuid(65534) != 0) return false;
    const auto foreign = check_writable("/etc/new");
    return !foreign && foreign.error().code == Code::kNotAuthorised;
  }));
}

TEST_CASE("a full disk is said, and leaves the target as it was") {
  const Folder folder;
  const std::string path = folder / "a";
  REQUIRE(write_new(path, "old").has_value());
  CHECK(in_child([&] {
    // RLIMIT_FSIZE fails a write in the middle as a full disk does, with EFBIG.
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, 1000};
    setrlimit(RLIMIT_FSIZE, &limit);
    const auto written = write_file(path, Bytes(5000, 1), Existing::kReplace, Permissions::kPrivate);
    return !written && written.error().code == Code::kUnavailable;
  }));
  CHECK(content(path) == "old");
  CHECK(folder.entries() == 1);
  // /dev/full answers every write with ENOSPC (full(4)).
  const auto full = write_file("/dev/full", as_bytes("x"), Existing::kReplace, Permissions::kPublic);
  REQUIRE_FALSE(full.has_value());
  CHECK(full.error().code == Code::kUnavailable);
  CHECK(full.error().detail.find("disk is full") != std::string::npos);
}

TEST_CASE("a device is written to, not replaced") {
  CHECK(write_file("/dev/null", as_bytes("x"), Existing::kReplace, Permissions::kPublic).has_value());
  CHECK(fs::is_character_file("/dev/null"));
}

TEST_CASE("missing permission is kNotAuthorised") {
  const Folder folder;
  REQUIRE(write_new(folder / "secret", "x").has_value());
  CHECK(in_child([&] {
    if (chmod((folder / ".").c_str(), 0755) != 0) return false;
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) return false;
    if (geteuid() != 65534) chmod((folder / "secret").c_str(), 0);
    const auto read = read_file(folder / "secret");
    if (read || read.error().code != Code::kNotAuthorised) return false;
    if (geteuid() != 65534) return true;
    const auto written = write_new(folder / "new", "x");
    return !written && written.error().code == Code::kNotAuthorised;
  }));
}

TEST_CASE("reading stops at the limit") {
  const Folder folder;
  const std::string path = folder / "a";
  REQUIRE(write_new(path, std::string(100, 'x')).has_value());
  CHECK(read_file(path, 100).value().size() == 100);
  const auto refused = read_file(path, 99);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::kRefused);
  CHECK(yuxin::test::error_of(read_file("/dev/zero", 1000)).code ==
        Code::kRefused);  // has no length to look at first
  CHECK(yuxin::test::error_of(read_file(folder / "none")).code == Code::kNotFound);
}

TEST_CASE("a passphrase is the first line without its end") {
  const Folder folder;
  int number = 0;
  const auto passphrase = [&](std::string_view text) {
    const std::string path = folder / std::to_string(number++).c_str();
    REQUIRE(write_new(path, text).has_value());
    return read_passphrase_file(path);
  };
  CHECK(passphrase("horse\n").value().text() == "horse");
  CHECK(passphrase("horse").value().text() == "horse");
  CHECK(passphrase("horse\r\nsecond line\n").value().text() == "horse");
  CHECK(passphrase(" with blanks \n").value().text() == " with blanks ");
  CHECK(passphrase("horse\n" + std::string(100000, 'x')).value().text() == "horse");
  CHECK(yuxin::test::error_of(passphrase("")).code == Code::kUsage);
  CHECK(yuxin::test::error_of(passphrase("\nsecond\n")).code == Code::kUsage);
  CHECK(yuxin::test::error_of(passphrase("\r\n")).code == Code::kUsage);
  CHECK(yuxin::test::error_of(passphrase(std::string(100000, 'x'))).code == Code::kRefused);
  CHECK(yuxin::test::error_of(read_passphrase_file(folder / "none")).code == Code::kNotFound);
}

TEST_CASE("minus is the standard input and output") {
  CHECK(in_child([] {
    int in[2];
    int out[2];
    if (pipe(in) != 0 || pipe(out) != 0) return false;
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    if (write(in[1], "hello", 5) != 5) return false;
    close(in[1]);
    const auto read = read_file("-");
    if (!read || as_text(*read) != "hello") return false;
    if (!write_file("-", as_bytes("world"), Existing::kRefuse, Permissions::kPrivate)) return false;
    char buffer[8] = {};
    return ::read(out[0], buffer, sizeof buffer) == 5 && std::string_view(buffer) == "world";
  }));
}

TEST_CASE("free space is told, or why not") {
  const Folder folder;
  CHECK(free_bytes(folder / ".").value() > 0);
  CHECK(yuxin::test::error_of(free_bytes("/nonexistent/x")).code == Code::kNotFound);
}

TEST_CASE("a whole file below a folder is read, and neither a pipe that nobody writes to nor one that is too long") {
  const Folder folder;
  REQUIRE(write_file(folder / "short", as_bytes("12345"), Existing::kRefuse, Permissions::kPublic).has_value());
  CHECK(as_text(read_file_below(folder / ".", "short", 5).value()) == "12345");
  CHECK(yuxin::test::error_of(read_file_below(folder / ".", "short", 4)).code == Code::kRefused);
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(yuxin::test::error_of(read_file_below(folder / ".", "pipe", 5)).code == Code::kRefused);
}

TEST_CASE("a file below a folder is opened without following a link, and nothing else is") {
  const Folder folder;
  REQUIRE(make_directory(folder / "d").has_value());
  const std::string text = "what was published";
  REQUIRE(write_file(folder / "d/list", as_bytes(text), Existing::kRefuse, Permissions::kPublic).has_value());
  const auto file = OpenFile::below(folder / ".", "d/list");
  REQUIRE(file.has_value());
  Bytes out(100);
  CHECK((*file)->size() == text.size());
  CHECK((*file)->read_at(5, out) == text.size() - 5);
  CHECK(as_text(ByteView(out).first(3)) == "was");
  std::filesystem::create_symlink(folder / "d/list", folder / "d/link");
  std::filesystem::create_directory_symlink(folder / "d", folder / "e");
  CHECK(yuxin::test::error_of(OpenFile::below(folder / ".", "missing")).code == Code::kNotFound);
  for (const char* path : {"d", "d/link", "e/list", "../x", "d/../d/list"}) {
    CAPTURE(path);
    CHECK(yuxin::test::error_of(OpenFile::below(folder / ".", path)).code == Code::kRefused);
  }
  const auto before = (*file)->identity();
  REQUIRE(write_file(folder / "d/list", as_bytes(text), Existing::kReplace, Permissions::kPublic).has_value());
  CHECK_FALSE(OpenFile::below(folder / ".", "d/list").value()->identity() == before);
}
