#include "witness_state.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "yuxin/base/file.hpp"

namespace yuxin::cli {

using base::Code;
using base::Result;

Result<WitnessState> WitnessState::open(const std::string& file) {
  // The folder is locked and not the file, which is replaced by every new one.
  auto folder = std::filesystem::path(file).parent_path().string();
  if (folder.empty()) folder = ".";
  const int lock = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock < 0 || ::flock(lock, LOCK_EX) != 0) {
    auto error = base::system_error();
    if (lock >= 0) ::close(lock);
    return base::fail_with(Code::kNotFound, std::move(error),
                           "The folder {} for the state of the witness cannot be opened.", folder);
  }
  return WitnessState(file, lock);
}

WitnessState::WitnessState(WitnessState&& other) noexcept
    : file_(std::move(other.file_)), lock_(std::exchange(other.lock_, -1)) {}

WitnessState::~WitnessState() {
  if (lock_ >= 0) ::close(lock_);
}

Result<std::optional<evidence::Checkpoint>> WitnessState::last(const x509::PublicKey& ledger,
                                                               const evidence::WitnessKey& own) const {
  if (!base::file_exists(file_)) return std::optional<evidence::Checkpoint>();
  TRY(const auto octets, base::read_file(file_, 1U << 20U));
  const auto note = base::as_text(octets);
  auto checkpoint = evidence::open_checkpoint(note, ledger);
  const auto countersigned = evidence::demand_witnesses(note, {own}, 1);
  if (!checkpoint || !countersigned) {
    return base::fail(
        Code::kIntegrity,
        "{} is not what this witness countersigned of this ledger: it was changed, or belongs to another "
        "ledger or another key. Nothing was countersigned.",
        file_);
  }
  return std::optional(std::move(*checkpoint));
}

Result<> WitnessState::remember(std::string_view countersigned) const {
  return base::write_file(file_, base::as_bytes(countersigned), base::Existing::kReplace, base::Permissions::kPublic);
}

}  // namespace yuxin::cli
