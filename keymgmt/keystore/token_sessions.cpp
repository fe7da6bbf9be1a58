#include "token_sessions.hpp"

#include <chrono>

namespace yuxin::keymgmt {

using base::Code;

namespace {

constexpr std::chrono::seconds kLongestWait{30};

Outcome<std::unique_ptr<Session>> open_session(const Module::Use& use, const TokenPlace& place, Era era) {
  auto session = std::make_unique<Session>();
  session->era = era;
  const auto open = [&](CK_FLAGS flags) {
    return use.functions->C_OpenSession(place.slot, flags, nullptr, nullptr, &session->handle);
  };
  CK_RV rv = open(CKF_SERIAL_SESSION | CKF_RW_SESSION);
  if (rv == CKR_TOKEN_WRITE_PROTECTED) rv = open(CKF_SERIAL_SESSION);  // signing only reads
  if (rv != CKR_OK) return trouble(rv, place.label, "C_OpenSession");
  return session;
}

}  // namespace

Outcome<std::unique_ptr<Session>> SessionPool::take(const Module::Use& use, const TokenPlace& place, Era era) {
  const auto end = std::chrono::steady_clock::now() + kLongestWait;
  std::unique_lock lock(mutex_);
  while (true) {
    while (!idle_.empty()) {
      auto session = std::move(idle_.back());
      idle_.pop_back();
      if (session->era == era) return session;
      --open_;  // its handle means nothing any more
    }
    if (open_ < limit_) {
      ++open_;
      lock.unlock();
      auto session = open_session(use, place, era);
      if (session) return session;
      lock.lock();
      --open_;
      freed_.notify_one();
      // the token allows fewer: those that are open must do
      auto refusal = std::move(session).error();
      if (refusal.rv != CKR_SESSION_COUNT || open_ == 0) return tl::unexpected(std::move(refusal));
      limit_ = open_;
    }
    if (freed_.wait_until(lock, end) == std::cv_status::timeout) {
      return settled(base::fail(Code::kUnavailable,
                                "Token {} is busy: none of its {} sessions came free. Try again later.", place.label,
                                limit_));
    }
  }
}

void SessionPool::give_back(const Module::Use& use, std::unique_ptr<Session> session, Era now) {
  if (session->era != now) return drop(use, std::move(session), CKR_OK);
  {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(session));
  }
  freed_.notify_one();
}

void SessionPool::drop(const Module::Use& use, std::unique_ptr<Session> session, CK_RV rv) {
  // a handle that may have ended could be somebody else's session by now
  if (session_survives(rv) && session->era.generation == use.generation)
    use.functions->C_CloseSession(session->handle);
  release();
}

void SessionPool::clear(const Module::Use& use) {
  std::vector<std::unique_ptr<Session>> old;
  {
    const std::lock_guard lock(mutex_);
    old.swap(idle_);
  }
  for (auto& session : old) drop(use, std::move(session), CKR_OK);
}

void SessionPool::release() {
  {
    const std::lock_guard lock(mutex_);
    --open_;
  }
  freed_.notify_one();
}

}  // namespace yuxin::keymgmt
