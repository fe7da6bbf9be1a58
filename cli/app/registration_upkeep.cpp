#include "registration_upkeep.hpp"

#include "case_view.hpp"
#include "desk_home.hpp"
#include "registry_home.hpp"
#include "yuxin/base/log.hpp"

namespace yuxin::cli {

using base::Result;

namespace {

constexpr const char* kActor = "service:upkeep";
// What the authority has revoked is known here within the second.
constexpr std::chrono::milliseconds kFollowEvery{500};
constexpr std::chrono::milliseconds kAway{2'000};

}  // namespace

RegistrationUpkeep::RegistrationUpkeep(std::shared_ptr<Home> home)
    : home_(std::move(home)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

std::string RegistrationUpkeep::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

void RegistrationUpkeep::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto followed = follow();
    tell(followed);
    if (followed) take_turn(settling_, base::Seconds{2}, &RegistrationUpkeep::settle);
    take_turn(passing_, base::minutes(1), &RegistrationUpkeep::let_pass);
    const auto end = std::chrono::steady_clock::now() + (followed ? kFollowEvery : kAway);
    while (!stop.stop_requested() && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

void RegistrationUpkeep::take_turn(Duty& duty, base::Seconds every, Result<> (RegistrationUpkeep::*work)()) {
  const auto now = home_->clock().now();
  if (now < duty.next && duty.next - now <= every) return;
  duty.next = now + every;
  if (auto done = (this->*work)(); !done) base::log_error(done.error().detail + " " + done.error().diagnostic);
}

// A certificate that was renewed, and a key that was changed, are taken up with the next question.
Result<> RegistrationUpkeep::follow() {
  TRY(const auto authority, open_remote_authority(*home_));
  return authority->refresh();
}

Result<> RegistrationUpkeep::settle() {
  TRY(const auto desk, open_desk(*home_, kActor));
  TRY(const auto pending, desk->cases().pending());
  if (pending.empty()) return {};
  TRY(const auto effected, desk->settle());
  for (const auto& one : effected) base::log_info(one.case_id + ": " + one.text);
  return {};
}

Result<> RegistrationUpkeep::let_pass() {
  TRY(const bool waits, workflow::anything_waits(home_->store()));
  if (waits) {
    TRY(const auto desk, open_desk(*home_, kActor));
    TRY(const auto passed, desk->cases().let_pass(home_->clock().now()));
    for (const auto& one : passed) base::log_warning(passed_text(one));
  }
  auto done = home_->checkpoint();
  // so that somebody who copies the file alone lacks a minute of it and not a day
  home_->store().database().settle();
  return done;
}

void RegistrationUpkeep::tell(const Result<>& followed) {
  const auto now = followed ? std::string() : followed.error().detail;
  if (now != logged_ && !now.empty()) base::log_error(now);
  if (now != logged_ && now.empty() && logged_) base::log_info(base::message("The authority answers again."));
  if (now != logged_) {
    if (auto noted = ra::note_trouble(home_->store(), now); !noted) base::log_error(noted.error().detail);
  }
  logged_ = now;
  const std::lock_guard lock(mutex_);
  trouble_ = now;
}

}  // namespace yuxin::cli
