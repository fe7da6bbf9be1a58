#include "token_pin.hpp"

#include <array>
#include <set>

#include "yuxin/base/file.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Result;
using base::Secret;

namespace {

// Refused holds digests of the PINs that tokens called wrong, under a key that dies with the process: a mistyped PIN
// tells much about the right one.
class Refused {
 public:
  Refused() { base::random_bytes({key_.data(), key_.size()}); }
  void add(const std::string& id, const Secret& pin) {
    const std::lock_guard lock(mutex_);
    digests_.insert(digest(id, pin));
  }
  [[nodiscard]] bool contains(const std::string& id, const Secret& pin) {
    const std::lock_guard lock(mutex_);
    return digests_.contains(digest(id, pin));
  }

 private:
  [[nodiscard]] x509::Digest256 digest(const std::string& id, const Secret& pin) const {
    return x509::sha256(key_.view(), x509::sha256(base::as_bytes(id)), pin.view());
  }
  std::mutex mutex_;
  Secret key_{32};
  std::set<x509::Digest256> digests_;
};

Refused& refused() {
  static Refused all;
  return all;
}

}  // namespace

Result<Secret> PinKeeper::fetch(const std::string& title, Tries tries) const {
  if (file_ && tries == Tries::kLast) {
    return fail(Code::kNotAuthorised,
                "Token {} has one try left before it locks, so the PIN from {} was not tried. Log in once with the "
                "token's own program, which sets its counter back.",
                title, *file_);
  }
  if (file_) return base::read_passphrase_file(*file_);
  if (!ask_) {
    return fail(
        Code::kNotAuthorised,
        "The PIN of token {} is needed and nobody can be asked here. Give it with --pin-file FILE, or name its "
        "file in the URI: ?pin-source=file:/path",
        title);
  }
  return ask_(tries == Tries::kLast ? base::message("{} (one try left before it locks)", title) : title);
}

Result<Secret> PinKeeper::pin(const std::string& id, const std::string& title, Tries tries) const {
  {
    const std::lock_guard lock(mutex_);
    if (!known_.empty()) return known_.clone();
  }
  TRY(auto pin, fetch(title, tries));
  if (pin.empty()) return fail(Code::kNotAuthorised, "No PIN was given for token {}. Nothing was changed.", title);
  if (!refused().contains(id, pin)) return pin;
  return fail(
      Code::kNotAuthorised,
      "Token {} refused this PIN before; it was not tried again, because a token locks after a few wrong ones. "
      "Start again with the right one.",
      title);
}

void PinKeeper::was_right(Secret pin) {
  const std::lock_guard lock(mutex_);
  known_ = std::move(pin);
}

void PinKeeper::was_wrong(const std::string& id, const Secret& pin) {
  refused().add(id, pin);
  const std::lock_guard lock(mutex_);
  known_ = {};
}

}  // namespace yuxin::keymgmt
