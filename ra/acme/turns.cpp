#include "turns.hpp"

#include <exception>

#include "yuxin/base/language.hpp"
#include "yuxin/base/log.hpp"

namespace yuxin::ra::acme {

Turns::~Turns() {
  closing_ = true;
  const std::lock_guard lock(mutex_);
  for (auto& [account, line] : lines_) line.waiting.clear();
}

bool Turns::submit(std::int64_t account, std::function<void()> job) {
  const std::lock_guard lock(mutex_);
  auto& line = lines_[account];
  if (line.waiting.size() >= kMostOfOne || waiting_ >= kMost) return false;
  line.waiting.push_back(std::move(job));
  ++waiting_;
  start(account);
  return true;
}

void Turns::start(std::int64_t account) {
  auto& line = lines_[account];
  while (line.running < kAtOnce && !line.waiting.empty()) {
    auto job = std::move(line.waiting.front());
    line.waiting.pop_front();
    --waiting_;
    // A full pool drops it; whoever wants it brings it again.
    if (pool_.submit([this, account, job = std::move(job)] { run(account, job); })) ++line.running;
  }
  if (line.running == 0 && line.waiting.empty()) lines_.erase(account);
}

void Turns::run(std::int64_t account, const std::function<void()>& job) {
  try {
    if (!closing()) job();
  } catch (const std::exception& bug) {
    base::log_error(base::message("A challenge of ACME could not be looked at: {}", bug.what()));
  }
  const std::lock_guard lock(mutex_);
  --lines_[account].running;
  start(account);
}

}  // namespace yuxin::ra::acme
