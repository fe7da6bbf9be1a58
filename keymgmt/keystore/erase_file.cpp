#include "erase_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "yuxin/base/secret.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::Result;

namespace {

// Descriptor is closed with its scope.
class Descriptor {
 public:
  Descriptor(const std::string& path, int flags) : number_(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

base::Failure cannot(const std::string& path) {
  return base::fail_with(Code::kUnavailable, base::system_error(), "The file {} could not be destroyed.", path);
}

base::Failure cannot_remove(const std::string& path) {
  return base::fail_with(Code::kUnavailable, base::system_error(),
                         "What the file {} held is destroyed; that the file is gone for good could not be made sure. "
                         "Remove it where it is still there.",
                         path);
}

Result<> overwrite(const std::string& path, int file, std::size_t size) {
  base::Bytes random(size);
  base::random_bytes(random);
  std::size_t at = 0;
  while (at < size) {
    const auto count = ::pwrite(file, random.data() + at, size - at, static_cast<off_t>(at));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return cannot(path);
    at += static_cast<std::size_t>(count);
  }
  return ::fsync(file) == 0 ? Result<>() : cannot(path);
}

}  // namespace

Result<> erase_file(const std::string& path) {
  const Descriptor file(path, O_WRONLY);
  if (file.number() < 0) return errno == ENOENT ? Result<>() : cannot(path);
  struct stat status{};
  if (::fstat(file.number(), &status) != 0) return cannot(path);
  TRY(overwrite(path, file.number(), static_cast<std::size_t>(status.st_size)));
  if (::unlink(path.c_str()) != 0) return cannot_remove(path);
  const Descriptor folder(std::filesystem::absolute(path).parent_path().string(), O_RDONLY | O_DIRECTORY);
  if (folder.number() < 0 || ::fsync(folder.number()) != 0) return cannot_remove(path);
  return {};
}

}  // namespace yuxin::keymgmt
