#include "yuxin/keymgmt/reshare.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "reshare_state.hpp"
#include "yuxin/base/file.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::Existing;
using base::fail;
using base::Permissions;
using base::Result;

namespace {

constexpr std::size_t kLargestRegister = 1U << 20U;
constexpr const char* kPendingName = "register.pending.json";  // until the set is in force

std::string pending_of(const std::string& folder) { return folder + "/" + kPendingName; }
std::string register_of(const std::string& folder) { return folder + "/" + kRegisterName; }

Result<ShareRegister> read_register(const std::string& path) {
  TRY(const auto text, base::read_file(path, kLargestRegister));
  auto shares = parse_register(base::as_text(text));
  if (!shares) return fail(shares.error().code, "{}: {}", path, shares.error().detail);
  return shares;
}

Result<> write_files(const std::string& folder, const std::vector<SetFile>& files) {
  for (const auto& file : files)
    TRY(base::write_file(folder + "/" + file.name, file.content.view(), Existing::kRefuse, Permissions::kPrivate));
  return {};
}

bool is_of_a_set(const std::string& name) {
  return name == kPendingName || name.starts_with("share-") || name.starts_with(".yuxin-");
}

// Removes what an attempt left in its folder, and the folder if nothing else is in it. A folder with a register is a
// whole set, which no attempt that was given up has left, whatever the state beside the old register says.
void remove_set(const std::string& folder) {
  if (base::file_exists(register_of(folder))) return;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (is_of_a_set(entry.path().filename().string())) std::filesystem::remove(entry.path(), ignored);
  }
  std::filesystem::remove(folder, ignored);
}

// The register of the new set gets its name; may be done again.
Result<> name_register(const ReshareState& state) {
  const auto pending = pending_of(state.folder);
  const auto found = base::file_exists(pending) ? pending : register_of(state.folder);
  const auto next = read_register(found);
  if (!next || register_fingerprint(*next) != state.next) {
    return fail(Code::kNotFound,
                "A new set of shares is complete in {}, and that folder is not there now, or damaged. Bring it back "
                "to where it was, then try again.",
                state.folder);
  }
  if (found != pending) return {};
  TRY(base::write_file(register_of(state.folder), base::as_bytes(print_register(*next)), Existing::kReplace,
                       Permissions::kPublic));
  std::error_code ignored;
  std::filesystem::remove(pending, ignored);
  return {};
}

}  // namespace

std::string set_file_name(std::size_t group, std::size_t number, ShareSeal seal) {
  return fmt::format("share-{}-{}.{}", group + 1, number + 1, seal == ShareSeal::kPaper ? "txt" : "json");
}

Result<> write_share_set(const std::string& folder, const ShareRegister& shares, const std::vector<SetFile>& files) {
  TRY(base::make_directory(folder));
  auto written = write_files(folder, files);
  if (written) {
    written = base::write_file(register_of(folder), base::as_bytes(print_register(shares)), Existing::kRefuse,
                               Permissions::kPublic);
  }
  if (!written) {
    // the register first: only the flush behind it may have failed, and a folder with one is a set
    std::error_code ignored;
    std::filesystem::remove(register_of(folder), ignored);
    remove_set(folder);
  }
  return written;
}

Result<ShareRegister> load_register(const std::string& path) {
  TRY(auto shares, read_register(path));
  if (path == "-" || shares.superseded) return shares;
  TRY(const auto state, find_reshare_state(path));
  const bool replaced =
      state && state->step == ReshareState::Step::kComplete && state->current == register_fingerprint(shares);
  if (replaced) shares.superseded = Supersession{state->next, state->at};
  return shares;
}

struct Reshare::Impl {
  Impl(std::string path_of_register, int descriptor) : path(std::move(path_of_register)), lock(descriptor) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { ::close(lock); }

  // What must still be done once the new set is in force.
  Result<> finish(const ReshareState& state) {
    TRY(name_register(state));
    if (!current.superseded) {
      current.superseded = Supersession{state.next, state.at};
      TRY(base::write_file(path, base::as_bytes(print_register(current)), Existing::kReplace, Permissions::kPublic));
    }
    remove_reshare_state(path);
    return {};
  }

  Result<> settle() {
    TRY(const auto state, find_reshare_state(path));
    if (!state) return {};
    if (state->current != register_fingerprint(current)) {
      return fail(Code::kIntegrity,
                  "{}.reshare is about another register than this one. Look which of them was moved.", path);
    }
    if (state->step == ReshareState::Step::kComplete) {
      TRY(finish(*state));
      finished = state->folder;
      return {};
    }
    remove_set(state->folder);
    remove_reshare_state(path);
    return {};
  }

  std::string path;
  int lock;
  ShareRegister current;
  std::optional<std::string> finished;
};

Result<Reshare> Reshare::open(const std::string& register_path) {
  TRY(auto before, read_register(register_path));
  const int descriptor = ::open(register_path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return fail(Code::kNotFound, "There is no file {}.", register_path);
  auto impl = std::make_unique<Impl>(register_path, descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return fail(Code::kConflict, "Somebody else is replacing the shares of {} right now. Nothing was changed.",
                register_path);
  }
  // what was read before the lock may have changed since
  TRY(impl->current, read_register(register_path));
  TRY(impl->settle());
  return Reshare(std::move(impl));
}

const ShareRegister& Reshare::current() const { return impl_->current; }
const std::optional<std::string>& Reshare::finished() const { return impl_->finished; }

Result<> Reshare::replace(const ShareRegister& next, const std::vector<SetFile>& files, const std::string& folder,
                          const x509::Digest256& plan, base::UnixTime now,
                          const std::function<Result<>()>& before_force) {
  auto& current = impl_->current;
  if (current.superseded) return fail(Code::kConflict, "The set \"{}\" was replaced already.", current.title);
  const auto fingerprint = register_fingerprint(current);
  if (next.replaces != fingerprint)
    return fail(Code::kInternal, "The new set does not say which one it replaces. Nothing was changed.");
  if (base::file_exists(folder))
    return fail(Code::kConflict, "{} exists already. Nothing was changed. Name a folder that does not exist.",
                folder);
  ReshareState state{ReshareState::Step::kPreparing,
                     fingerprint,
                     register_fingerprint(next),
                     plan,
                     std::filesystem::absolute(folder).lexically_normal().string(),
                     now};
  TRY(save_reshare_state(impl_->path, state));
  auto prepared = [&]() -> Result<> {
    TRY(base::make_directory(state.folder));
    TRY(write_files(state.folder, files));
    TRY(base::write_file(pending_of(state.folder), base::as_bytes(print_register(next)), Existing::kRefuse,
                         Permissions::kPublic));
    if (before_force) TRY(before_force());
    state.step = ReshareState::Step::kComplete;
    return save_reshare_state(impl_->path, state);  // from here on the new set is in force
  }();
  if (!prepared) {
    // Whether the last step reached the disk is not known when only its flush failed.
    const auto reached = find_reshare_state(impl_->path);
    const bool complete = !reached || (*reached && (*reached)->step == ReshareState::Step::kComplete);
    if (!complete) {
      remove_set(state.folder);
      remove_reshare_state(impl_->path);
    }
    return prepared;
  }
  auto finished = impl_->finish(state);
  if (finished) return {};
  return base::fail_with(Code::kUnavailable, finished.error().diagnostic,
                         "The new set in {} is in force, but the old register could not be marked: {} Run the same "
                         "command again.",
                         state.folder, finished.error().detail);
}

Reshare::Reshare(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Reshare::Reshare(Reshare&&) noexcept = default;
Reshare& Reshare::operator=(Reshare&&) noexcept = default;
Reshare::~Reshare() = default;

}  // namespace yuxin::keymgmt
