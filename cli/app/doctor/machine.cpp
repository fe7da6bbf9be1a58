// What the doctor looks at around the home: permissions, disk, clock.
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "app/doctor/doctor.hpp"
#include "app/shell_word.hpp"
#include "yuxin/base/file.hpp"

namespace yuxin::cli {

using base::message;

namespace {

constexpr std::uint64_t kMiB = 1U << 20U;
constexpr std::uint64_t kLowDisk = 1024 * kMiB;
constexpr std::uint64_t kNoDisk = 64 * kMiB;
constexpr mode_t kOthersRead = 0077;
constexpr mode_t kOthersWrite = 0022;

// What the home is worked with from cannot be read-only: a disk that failed comes up so, and a folder of another
// account.
void check_writable(const std::string& home, Checklist& list) {
  for (const char* name : {"", "/yuxin.db", "/published/crl", "/exchange"}) {
    const std::string path = home + name;
    if (!base::file_exists(path) || ::access(path.c_str(), W_OK) == 0) continue;
    if (errno == EROFS) {
      list.fail(message("{} lies on a disk that is read-only: nothing can be issued or revoked", path),
                message("look why the disk was mounted read-only, and mount it for writing"));
      return;
    }
    list.warn(message("{} cannot be written by this account: nothing can be issued or revoked", path),
              message("work as the account that the home belongs to, or give it back: chown, chmod u+w"));
  }
}

// Paths that only the owner may read, and those that only the owner may change.
void check_path(const std::string& home, const std::string& name, mode_t forbidden, Checklist& list) {
  const std::string path = home + name;
  struct stat whole{};
  struct stat status{};
  if (::stat(home.c_str(), &whole) != 0 || ::lstat(path.c_str(), &status) != 0)
    return;  // what is missing is another examination's business
  if (S_ISLNK(status.st_mode)) return;
  if ((status.st_mode & forbidden) != 0) {
    list.fail(forbidden == kOthersRead ? message("{} can be read by others", path)
                                       : message("{} can be changed by others", path),
              "chmod go-rwx " + shell_word(path));
  }
  if (status.st_uid != whole.st_uid)
    list.warn(message("{} belongs to another account than the home", path),
              "chown --reference " + shell_word(home) + " " + shell_word(path));
}

std::string megabytes(std::uint64_t octets) { return message("{} MB", octets / kMiB); }

// Inside a container the kernel's clock is the host's business, and what adjtimex says of it means nothing.
bool in_container() {
  return std::getenv("container") != nullptr || base::file_exists("/.dockerenv") ||
         base::file_exists("/run/.containerenv") || base::file_exists("/run/systemd/container");
}

bool is_synchronised() {
  timex state{};
  return ::adjtimex(&state) != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

}  // namespace

std::vector<Check> check_permissions(const std::string& home, const std::vector<std::string>& secrets) {
  Checklist list("permissions");
  for (const auto& file : secrets) {
    struct stat status{};
    // a pipe or /dev/stdin has nothing that stays
    if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || (status.st_mode & kOthersRead) == 0)
      continue;
    list.warn(message("{} can be read by others, and it opens the keys of this home", file),
              "chmod go-rwx " + shell_word(file));
  }
  for (const char* name : {"", "/yuxin.toml", "/profiles", "/published", "/published/crl"})
    check_path(home, name, kOthersWrite, list);
  for (const char* name : {"/keys", "/yuxin.db"}) check_path(home, name, kOthersRead, list);
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(home + "/keys", ignored)) {
    const bool is_public = entry.path().extension() == ".pub";
    check_path(home, "/keys/" + entry.path().filename().string(), is_public ? kOthersWrite : kOthersRead, list);
  }
  check_writable(home, list);
  return std::move(list).finish(message("nobody but the owner reads the keys or changes the home"));
}

std::vector<Check> check_disk(const std::string& home) {
  Checklist list("disk");
  const auto free = base::free_bytes(home);
  const auto remedy = message("free space on {} or move the home", home);
  if (!free) {
    list.fail(free.error().detail, remedy);
  } else if (*free < kNoDisk) {
    list.fail(message("{} free where the database lives; issuing stops when nothing is left", megabytes(*free)),
              remedy);
  } else if (*free < kLowDisk) {
    list.warn(message("{} free where the database lives", megabytes(*free)), remedy);
  }
  return std::move(list).finish(free ? message("{} free", megabytes(*free)) : std::string());
}

std::vector<Check> check_clock(const Patient& patient) {
  Checklist list("clock");
  const auto remedy = message("set the clock and keep it set by a time server (NTP)");
  const int year = base::civil(patient.now).year;
  if (year < 2024 || year > 2200) list.fail(message("the clock says the year {}", year), remedy);
  const auto latest = patient.home.latest_time();
  if (latest && *latest > patient.now + base::minutes(1)) {
    list.fail(message("the clock is {} behind the latest time in the ledger, {}",
                      base::in_words(*latest - patient.now), base::local_time(*latest)),
              message("set the clock; where it is right, say so to the next command that issues: --accept-clock"));
  }
  const bool synchronised = is_synchronised();
  if (!synchronised && !in_container())
    list.warn(message("the kernel says that no time server keeps the clock"), remedy);
  return std::move(list).finish(synchronised ? message("kept by a time server; not behind the ledger")
                                             : message("not behind the ledger; the host keeps it"));
}

}  // namespace yuxin::cli
