#include "yuxin/base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "yuxin/base/folder.hpp"
#include "yuxin/base/writable.hpp"

namespace yuxin::base {
namespace {

// Descriptor closes what it holds.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] explicit operator bool() const { return number_ >= 0; }
  // close reports what a network file system found out only now.
  [[nodiscard]] bool close() { return ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

// Temporary removes its file unless the file was given its final name.
class Temporary {
 public:
  explicit Temporary(std::string path) : path_(std::move(path)) {}
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  [[nodiscard]] const char* path() const { return path_.c_str(); }
  void keep() { path_.clear(); }

 private:
  std::string path_;
};

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// read_failure turns errno after reading `path` into the sentence that helps.
Failure read_failure(const std::string& path) {
  const int number = errno;
  std::string diagnostic = path + ": " + system_error();
  switch (number) {
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG:
    case ELOOP:  // links that lead in a circle
      return fail_with(Code::kNotFound, std::move(diagnostic), "There is no file {}.", path);
    case EACCES:
    case EPERM:
      return fail_with(Code::kNotAuthorised, std::move(diagnostic),
                       "No permission to read {}. Ask its owner, or run as a user who may read it.", path);
    case EISDIR:
      return fail_with(Code::kUsage, std::move(diagnostic), "{} is a folder; name a file in it.", path);
    default:
      return fail_with(Code::kUnavailable, std::move(diagnostic),
                       "{} could not be read: the disk or the network behind it reports an error.", path);
  }
}

bool is_folder(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

// write_failure does the same after writing.
Failure write_failure(const std::string& path) {
  const int number = errno;
  std::string diagnostic = path + ": " + system_error();
  switch (number) {
    case EEXIST:
      return fail_with(Code::kConflict, std::move(diagnostic),
                       "{} exists already and was left as it is. Choose another name, or move it away first.", path);
    case EISDIR:
      return fail_with(Code::kConflict, std::move(diagnostic), "{} is a folder; name a file in it.", path);
    case ENOENT:
    case ENOTDIR:
      // what the kernel shows as a folder, /proc for one, answers so where nothing can be made in it
      if (is_folder(folder_of(path)))
        return fail_with(Code::kNotAuthorised, std::move(diagnostic),
                         "{} was not written: nothing can be made in the folder {}. Choose another one.", path,
                         folder_of(path));
      return fail_with(Code::kNotFound, std::move(diagnostic),
                       "{} was not written: there is no folder {}. Make it first.", path, folder_of(path));
    case ENAMETOOLONG:
    case ELOOP:
      return fail_with(
          Code::kUsage, std::move(diagnostic),
          "{} was not written: the name is too long, or its links lead in a circle. Choose another name.", path);
    case EACCES:
    case EPERM:
      return fail_with(Code::kNotAuthorised, std::move(diagnostic),
                       "No permission to write {}. Choose another folder, or run as a user who may write there.",
                       path);
    case ENOSPC:
    case EDQUOT:
      return fail_with(Code::kUnavailable, std::move(diagnostic),
                       "{} was not written: the disk is full. Free space on it, then try again.", path);
    case EROFS:
      return fail_with(Code::kUnavailable, std::move(diagnostic),
                       "{} was not written: its file system is read-only. Choose another folder, or have it mounted "
                       "for writing.",
                       path);
    default:
      return fail_with(Code::kUnavailable, std::move(diagnostic),
                       "{} was not written: the disk or the network behind it reports an error.", path);
  }
}

bool write_whole(int descriptor, ByteView data) {
  while (!data.empty()) {
    const ssize_t count = ::write(descriptor, data.data(), data.size());
    if (count < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    data = data.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

// read_some reads at most `out.size()` octets, fewer only at the end; -1 for an error.
ssize_t read_some(int descriptor, std::span<std::uint8_t> out) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    const ssize_t count = ::read(descriptor, out.data() + filled, out.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return -1;
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  return static_cast<ssize_t>(filled);
}

// flush_folder makes the names in the folder of `path` durable. False: errno says why not.
bool flush_folder(const std::string& path) {
  const Descriptor folder(::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // A folder that may be written and not read, and a file system that cannot flush folders (EINVAL): there is nothing
  // more to be had from them.
  if (!folder) return errno == EACCES;
  return ::fsync(folder.get()) == 0 || errno == EINVAL;
}

// settled is the end of writing a file that has its name already, so it must not be said that it was not written.
Result<> settled(const std::string& path) {
  if (flush_folder(path)) return {};
  return fail_with(Code::kUnavailable, path + ": " + system_error(),
                   "{} was written, but the disk or the network behind it reports an error, so that a power cut may "
                   "undo it. Look at the file before you try again.",
                   path);
}

// is_stream is true for what cannot be replaced by renaming: /dev/stdout, a pipe, a terminal.
bool is_stream(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && (S_ISCHR(status.st_mode) || S_ISFIFO(status.st_mode));
}

Result<> write_stream(const std::string& path, int descriptor, ByteView data) {
  if (!write_whole(descriptor, data)) return write_failure(path);
  return {};
}

// rename_without_replacing is one step, so that two writers cannot both win.
bool rename_without_replacing(const char* from, const char* to) {
  if (::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;
  // File systems without that flag can mostly link, which also refuses an existing name.
  if (::link(from, to) != 0) return false;
  ::unlink(from);
  return true;
}

std::string temporary_beside(const std::string& path) {
  std::array<std::uint8_t, 8> salt{};
  random_bytes(salt);
  return folder_of(path) + "/.yuxin-" + hex(salt);
}

// The file is private until it is complete, whatever it may become.
Descriptor make_private(const std::string& path) {
  return Descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
}

Failure too_long(const std::string& path, std::size_t limit) {
  return fail(Code::kRefused, "{} is longer than the {} octets that are accepted here. Is it the right file?",
              path == "-" ? std::string(tr("The standard input")) : path, limit);
}

// Wiped clears a buffer that may hold a secret.
struct Wiped {
  std::array<std::uint8_t, 4096> octets{};
  Wiped() = default;
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  ~Wiped() { explicit_bzero(octets.data(), octets.size()); }
};

}  // namespace

Result<Bytes> read_file(const std::string& path, std::size_t limit) {
  const bool standard_input = path == "-";
  const Descriptor file(standard_input ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return read_failure(path);
  Bytes data;
  std::array<std::uint8_t, 65536> buffer{};
  struct stat status{};
  if (::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
    // before a gigabyte is read for nothing
    if (std::cmp_greater(status.st_size, limit)) return too_long(path, limit);
    data.reserve(static_cast<std::size_t>(status.st_size));
  }
  while (true) {
    const ssize_t count = read_some(file.get(), buffer);
    if (count < 0) return read_failure(path);
    if (count == 0) return data;
    if (static_cast<std::size_t>(count) > limit - data.size()) return too_long(path, limit);
    append(data, ByteView(buffer).first(static_cast<std::size_t>(count)));
  }
}

Result<Secret> read_passphrase_file(const std::string& path) {
  const Descriptor file(path == "-" ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return read_failure(path);
  Wiped buffer;
  const ssize_t count = read_some(file.get(), buffer.octets);
  if (count < 0) return read_failure(path);
  std::string_view line = as_text(ByteView(buffer.octets).first(static_cast<std::size_t>(count)));
  const std::size_t end = line.find('\n');
  if (end == std::string_view::npos && line.size() == buffer.octets.size()) {
    return fail(Code::kRefused, "The first line of {} is too long for a passphrase. Is it the right file?", path);
  }
  line = line.substr(0, end);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty()) {
    return fail(Code::kUsage, "The first line of {} is empty; the passphrase must stand there.", path);
  }
  return Secret(line);
}

Result<> write_file(const std::string& path, ByteView data, Existing existing, Permissions permissions) {
  if (path == "-") return write_stream(path, STDOUT_FILENO, data);
  if (is_stream(path)) {
    const Descriptor stream(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!stream) return write_failure(path);
    return write_stream(path, stream.get(), data);
  }
  if (existing == Existing::kRefuse && file_exists(path)) {
    errno = EEXIST;  // said before any work; the renaming below asks again
    return write_failure(path);
  }
  const std::string temporary_path = temporary_beside(path);
  Descriptor file = make_private(temporary_path);
  if (!file) return write_failure(path);
  Temporary temporary(temporary_path);
  if (!write_whole(file.get(), data)) return write_failure(path);
  // A memory stick without permissions answers EPERM; its mount options decide who reads it.
  if (::fchmod(file.get(), static_cast<mode_t>(permissions)) != 0 && errno != EPERM) return write_failure(path);
  if (::fsync(file.get()) != 0 || !file.close()) return write_failure(path);

  const bool named = existing == Existing::kRefuse ? rename_without_replacing(temporary.path(), path.c_str())
                                                   : ::rename(temporary.path(), path.c_str()) == 0;
  if (!named) return write_failure(path);
  temporary.keep();
  return settled(path);
}

Result<> check_writable(const std::string& path) {
  if (path == "-" || is_stream(path)) return {};
  struct stat status{};
  // the temporary's name is short, so the target's own is asked for
  if (::lstat(path.c_str(), &status) != 0 && errno != ENOENT) return write_failure(path);
  // without a name nothing is left, wherever this is killed; not every file system can do that
  if (Descriptor(::open(folder_of(path).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600))) return {};
  const std::string temporary_path = temporary_beside(path);
  const Descriptor file = make_private(temporary_path);
  if (!file) return write_failure(path);
  const Temporary temporary(temporary_path);
  return {};
}

Result<> place_file(const std::string& temporary, const std::string& path) {
  Descriptor file(::open(temporary.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file || ::fsync(file.get()) != 0 || !file.close()) return write_failure(path);
  if (!rename_without_replacing(temporary.c_str(), path.c_str())) return write_failure(path);
  return settled(path);
}

Result<> make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0) return write_failure(path);
  if (flush_folder(path)) return {};
  auto failure = write_failure(path);
  ::rmdir(path.c_str());
  return failure;
}

bool file_exists(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0;
}

Failure folder_failure(int number, const std::string& folder) {
  errno = number;
  std::string diagnostic = folder + ": " + system_error();
  if (number == EACCES || number == EPERM) {
    std::string closed = folder;  // the uppermost, because those below cannot even be looked at
    for (auto above = folder_of(folder); above != "." && above != "/"; above = folder_of(above))
      if (::access(above.c_str(), X_OK) != 0 && errno == EACCES) closed = above;
    return fail_with(Code::kNotAuthorised, std::move(diagnostic),
                     "This account may not work in the folder {}. Work as the account that the home belongs to; if "
                     "you are that, open the folder: chmod u+rwx {}",
                     closed, closed);
  }
  if (number == ENOENT || number == ENOTDIR)
    return fail_with(Code::kNotFound, std::move(diagnostic),
                     "There is no folder {}. Restore it from the latest backup of the home.", folder);
  if (number == EROFS)
    return fail_with(Code::kUnavailable, std::move(diagnostic),
                     "The folder {} lies on a file system that is read-only. Look why, and mount it for writing.",
                     folder);
  if (number == ENOSPC || number == EDQUOT)
    return fail_with(Code::kUnavailable, std::move(diagnostic),
                     "The disk that holds the folder {} is full. Free space on it, then try again.", folder);
  return fail_with(Code::kUnavailable, std::move(diagnostic),
                   "The folder {} cannot be used: the disk or the network behind it reports an error.", folder);
}

Result<std::uint64_t> free_bytes(const std::string& path) {
  struct statvfs status{};
  if (::statvfs(path.c_str(), &status) != 0) return read_failure(path);
  return std::uint64_t{status.f_bavail} * status.f_frsize;
}

}  // namespace yuxin::base
