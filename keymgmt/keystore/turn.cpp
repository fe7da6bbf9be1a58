#include "turn.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <thread>
#include <utility>

namespace yuxin::keymgmt {

using base::Code;
using base::Result;

namespace {

constexpr std::chrono::minutes kLongestWait{2};
constexpr std::chrono::milliseconds kPause{20};

}  // namespace

Result<Turn> Turn::take(const std::string& file_or_folder) {
  Turn turn(::open(file_or_folder.c_str(), O_RDONLY | O_CLOEXEC));
  if (turn.file_ < 0) return turn;
  const auto end = std::chrono::steady_clock::now() + kLongestWait;
  while (::flock(turn.file_, LOCK_EX | LOCK_NB) != 0) {
    if (std::chrono::steady_clock::now() >= end) {
      return base::fail_with(Code::kUnavailable, base::system_error(),
                             "Another process has been making a key in {} for two minutes. Nothing was changed; "
                             "try again when it has finished.",
                             file_or_folder);
    }
    std::this_thread::sleep_for(kPause);
  }
  return turn;
}

Turn::Turn(Turn&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

Turn& Turn::operator=(Turn&& other) noexcept {
  std::swap(file_, other.file_);
  return *this;
}

Turn::~Turn() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace yuxin::keymgmt
