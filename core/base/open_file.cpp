#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::base {
namespace {

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr int kFileFlags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

std::int64_t nanoseconds(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

Failure open_failure(const std::string& path) {
  const int number = errno;
  const auto diagnostic = system_error();
  switch (number) {
    case ENOENT:
      return fail_with(Code::kNotFound, diagnostic, "There is no file {}.", path);
    case ELOOP:
    case ENOTDIR:
      return fail_with(Code::kRefused, diagnostic, "{} is no plain file in a plain folder.", path);
    case EACCES:
    case EPERM:
      return fail_with(Code::kNotAuthorised, diagnostic, "{} may not be read.", path);
    default:
      return fail_with(Code::kUnavailable, diagnostic, "{} cannot be read now.", path);
  }
}

}  // namespace

Result<std::shared_ptr<const OpenFile>> OpenFile::below(const std::string& folder, const std::string& path) {
  const std::string whole = folder + "/" + path;
  // the folder itself is the caller's: it may be reached by a link
  int place = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (place < 0) return open_failure(whole);
  const auto parts = split(path, '/');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string part(parts[i]);
    const bool plain = !part.empty() && part != "." && part != "..";
    const int next = plain ? ::openat(place, part.c_str(), i + 1 < parts.size() ? kFolderFlags : kFileFlags) : -1;
    if (!plain) errno = ELOOP;
    const int number = errno;
    ::close(place);
    errno = number;
    if (next < 0) return open_failure(whole);
    place = next;
  }
  struct stat status{};
  const bool known = ::fstat(place, &status) == 0;
  if (!known || !S_ISREG(status.st_mode)) {
    ::close(place);
    return fail(Code::kRefused, "{} is no plain file in a plain folder.", whole);
  }
  const Identity identity{status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size),
                          nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
  return std::shared_ptr<const OpenFile>(new OpenFile(place, identity));
}

OpenFile::~OpenFile() { ::close(number_); }

std::size_t OpenFile::read_at(std::uint64_t offset, std::span<std::uint8_t> out) const {
  std::size_t done = 0;
  while (done < out.size()) {
    const auto got = ::pread(number_, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Result<Bytes> read_file_below(const std::string& folder, const std::string& path, std::size_t limit) {
  TRY(const auto file, OpenFile::below(folder, path));
  if (file->size() > limit) return fail(Code::kRefused, "{}/{} is longer than {} octets.", folder, path, limit);
  Bytes data(file->size());
  if (file->read_at(0, data) != data.size()) {
    return fail(Code::kUnavailable, "{}/{} could not be read, or was changed meanwhile. Try again.", folder, path);
  }
  return data;
}

}  // namespace yuxin::base
