// The sessions with a token: a bounded pool that hands each one to one piece of work at a time.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "token_error.hpp"
#include "token_slot.hpp"

namespace yuxin::keymgmt {

// Era is a time in which handles stay valid: it ends when the token or its module was begun anew.
struct Era {
  std::uint64_t epoch = 0;       // of the token
  std::uint64_t generation = 0;  // of the module
  friend bool operator==(const Era&, const Era&) = default;
};

// Session is open with a token. It belongs to one thread at a time.
struct Session {
  CK_SESSION_HANDLE handle = 0;
  Era era;
  std::map<std::string, CK_OBJECT_HANDLE> keys;  // private keys that were found in it
};

// SessionPool opens up to `limit` sessions, and fewer where the token allows fewer. Thread-safe. What it is given to
// do at the module is done under the caller's Module::Use.
class SessionPool {
 public:
  explicit SessionPool(std::size_t limit) : limit_(limit == 0 ? 1 : limit) {}

  // take gives an idle session of this era, or opens one; where all are at work it waits, half a minute at the most.
  [[nodiscard]] Outcome<std::unique_ptr<Session>> take(const Module::Use& use, const TokenPlace& place, Era era);
  // give_back is for sessions that still work.
  void give_back(const Module::Use& use, std::unique_ptr<Session> session, Era now);
  // drop is for sessions that ended with `rv`.
  void drop(const Module::Use& use, std::unique_ptr<Session> session, CK_RV rv);
  // clear closes the idle ones.
  void clear(const Module::Use& use);

 private:
  void release();

  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Session>> idle_;
  std::size_t open_ = 0;
  std::size_t limit_;
};

}  // namespace yuxin::keymgmt
