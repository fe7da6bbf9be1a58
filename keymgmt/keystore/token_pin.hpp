// PINs: where they come from, and that a wrong one is tried once.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/keymgmt/token_key_store.hpp"

namespace yuxin::keymgmt {

// PinKeeper gives the PIN of one token and keeps the one that was right, in locked memory, so that a token that was
// reset can be logged into again while nobody is there. Thread-safe.
class PinKeeper {
 public:
  // Tries: what the token says about its counter of wrong PINs.
  enum class Tries { kSome, kLast };

  PinKeeper(std::optional<std::string> file, AskPin ask) : file_(std::move(file)), ask_(std::move(ask)) {}

  // pin gives what to try next on the token, which is known by `id` and shown as `title`. kNotAuthorised when there
  // is none, when it was refused before in this process, or when it comes unseen from a file and the token has one
  // try left.
  [[nodiscard]] base::Result<base::Secret> pin(const std::string& id, const std::string& title, Tries tries) const;
  void was_right(base::Secret pin);
  // was_wrong remembers that this PIN must not be tried on this token any more, by anybody in the process.
  void was_wrong(const std::string& id, const base::Secret& pin);

 private:
  [[nodiscard]] base::Result<base::Secret> fetch(const std::string& title, Tries tries) const;

  std::optional<std::string> file_;
  AskPin ask_;
  mutable std::mutex mutex_;
  base::Secret known_;
};

}  // namespace yuxin::keymgmt
