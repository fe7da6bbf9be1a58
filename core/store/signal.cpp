#include "signal.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace yuxin::store {

namespace {

using base::Code;
using base::fail_with;

static_assert(std::atomic_ref<std::uint64_t>::is_always_lock_free, "the counter is shared between processes");
constexpr std::size_t kSize = sizeof(std::uint64_t);

base::Failure cannot(const std::string& path) {
  const Code code = errno == EACCES || errno == EPERM ? Code::kNotAuthorised : Code::kUnavailable;
  return fail_with(
      code, base::system_error(),
      "The file {} through which processes tell each other of revocations cannot be used. Check its folder "
      "and its owner.",
      path);
}

struct File {
  int descriptor = -1;
  bool writable = true;
  ~File() {
    if (descriptor >= 0) ::close(descriptor);
  }
};

void open_file(const std::string& path, File& file) {
  file.descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file.descriptor >= 0 || (errno != EACCES && errno != EROFS && errno != EPERM)) return;
  file.writable = false;
  file.descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
}

}  // namespace

base::Result<std::unique_ptr<Signal>> Signal::open(const std::string& path) {
  std::unique_ptr<Signal> signal(new Signal);
  if (path.empty()) return signal;
  File file;
  open_file(path, file);
  struct stat status{};
  if (file.descriptor < 0 || fstat(file.descriptor, &status) != 0) return cannot(path);
  // Growing is atomic enough: two processes that both grow the file to eight octets leave eight zero octets.
  if (static_cast<std::size_t>(status.st_size) < kSize) {
    // With room on the disk, which a mapping of a file that is only long would ask for when it is too late to refuse.
    if (!file.writable) return cannot(path);
    errno = ::posix_fallocate(file.descriptor, 0, kSize);
    if (errno != 0) return cannot(path);
  }
  const int protection = file.writable ? PROT_READ | PROT_WRITE : PROT_READ;
  void* memory = mmap(nullptr, kSize, protection, MAP_SHARED, file.descriptor, 0);
  if (memory == MAP_FAILED) return cannot(path);
  signal->counter_ = static_cast<std::uint64_t*>(memory);
  signal->mapped_ = true;
  signal->writable_ = file.writable;
  return signal;
}

Signal::~Signal() {
  if (mapped_) munmap(counter_, kSize);
}

std::uint64_t Signal::value() const {
  return std::atomic_ref<std::uint64_t>(*counter_).load(std::memory_order_acquire);
}

void Signal::raise() {
  if (writable_) std::atomic_ref<std::uint64_t>(*counter_).fetch_add(1, std::memory_order_acq_rel);
}

}  // namespace yuxin::store
