#include "stage.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "yuxin/base/file.hpp"

namespace yuxin::cli {

using base::Code;
using base::Result;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPrefix = "yuxin-rehearsal-";
constexpr std::array kEnds = {SIGINT, SIGTERM, SIGHUP};

sigset_t ends() {
  sigset_t set{};
  ::sigemptyset(&set);
  for (const int signal : kEnds) ::sigaddset(&set, signal);
  return set;
}

// The name goes first, so that nothing is made in the folder any more while it is emptied.
void remove(const std::string& path) {
  std::error_code ignored;
  const auto going = path + ".gone";
  fs::rename(path, going, ignored);
  fs::remove_all(going, ignored);
}

// The folder itself is the lock: gives the descriptor that holds it, or -1 where somebody else does, or the folder is
// another user's.
int hold(const std::string& path) {
  const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  struct stat status{};
  const bool ours = folder >= 0 && ::fstat(folder, &status) == 0 && status.st_uid == ::geteuid();
  if (ours && ::flock(folder, LOCK_EX | LOCK_NB) == 0) return folder;
  if (folder >= 0) ::close(folder);
  return -1;
}

void remove_what_was_cut_off(const fs::path& place) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(place, ignored)) {
    if (!entry.path().filename().string().starts_with(kPrefix)) continue;
    const int held = hold(entry.path().string());
    if (held < 0) continue;
    remove(entry.path().string());
    ::close(held);
  }
}

}  // namespace

Result<std::unique_ptr<Stage>> Stage::raise(const std::optional<std::string>& out) {
  if (out) {
    TRY(base::make_directory(*out));
    return std::unique_ptr<Stage>(new Stage(fs::absolute(*out).string()));
  }
  std::error_code error;
  const auto place = fs::temp_directory_path(error);
  if (!error) remove_what_was_cut_off(place);
  auto name = (place / (std::string(kPrefix) + "XXXXXX")).string();
  if (error || ::mkdtemp(name.data()) == nullptr)
    return base::fail_with(Code::kUnavailable, base::system_error(), "No folder for the rehearsal could be made.");
  std::unique_ptr<Stage> stage(new Stage(std::move(name)));
  stage->lock_ = hold(stage->path_);
  if (stage->lock_ < 0)
    return base::fail_with(Code::kUnavailable, base::system_error(), "No folder for the rehearsal could be made.");
  const auto set = ends();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  stage->watch_ = std::thread([stage = stage.get()] { stage->watch(); });
  return stage;
}

// Waits for a signal that ends the program, and lets it do so when the folder is gone.
void Stage::watch() {
  const auto set = ends();
  while (!over_) {
    const timespec wait{0, 50'000'000};
    const int signal = ::sigtimedwait(&set, nullptr, &wait);
    if (signal <= 0) continue;
    remove(path_);
    ::signal(signal, SIG_DFL);
    ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
    ::raise(signal);
  }
}

Stage::~Stage() {
  if (watch_.joinable()) {
    over_ = true;
    watch_.join();
    const auto set = ends();
    ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  }
  if (lock_ < 0) return;
  remove(path_);
  ::close(lock_);
}

}  // namespace yuxin::cli
