#include "group_writer.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <iterator>
#include <optional>
#include <utility>

namespace yuxin::store {

namespace {

// Where several transactions came together last time, more are on their way: a commit costs as much processor time as
// several of them, so it is worth a short wait, and another one as long as each brings some more. A lone writer never
// waits. The wait ends when there are enough to share the cost: to go on would only bring everybody into step, and
// the processors idle while the disk works. It ends, too, when few come: the others wait for this commit then, or the
// load is one that the processors carry anyhow.
constexpr std::chrono::microseconds kWait{1000};
constexpr int kWaits = 4;
constexpr std::size_t kFlow = 3;  // a wait that brings fewer is the last
constexpr std::size_t kEnough = 32;

constexpr int kGuardedGroups = 64;

// An exception is a bug or a lack of memory. It must not take the writer, and with it the process, down: the
// transaction is undone like any that failed.
base::Result<> call(const Transaction& body, Session& session) {
  try {
    return body(session);
  } catch (const std::exception& e) {
    return base::fail_with(base::Code::kInternal, e.what(),
                           "A change could not be stored because of a mistake in the program; nothing was changed. "
                           "Report this with the log.");
  }
}

}  // namespace

GroupWriter::GroupWriter(Committer& committer, std::size_t group_limit)
    : committer_(committer), group_limit_(std::max<std::size_t>(group_limit, 1)), thread_([this] { work(); }) {}

GroupWriter::~GroupWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void GroupWriter::submit(Transaction body, Completion done) {
  bool awaited = false;
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back({std::move(body), std::move(done), {}});
    awaited = queue_.size() == 1 || queue_.size() == kEnough;
  }
  if (awaited) wake_.notify_one();
}

base::Result<> GroupWriter::write(Transaction body) {
  if (std::this_thread::get_id() == thread_.get_id()) {
    return base::fail_with(
        base::Code::kInternal, "write called on the writer's thread",
        "The program would have waited for itself; nothing was changed. Report this with the log.");
  }
  std::mutex mutex;
  std::condition_variable wake;
  std::optional<base::Result<>> outcome;
  submit(std::move(body), [&](base::Result<> result) {
    // Notified under the lock: once it is free the waiter may be gone, and these variables with it.
    const std::lock_guard lock(mutex);
    outcome = std::move(result);
    wake.notify_one();
  });
  std::unique_lock lock(mutex);
  wake.wait(lock, [&] { return outcome.has_value(); });
  return std::move(*outcome);
}

void GroupWriter::work() {
  std::vector<Job> group;
  bool gathering = false;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      if (gathering) gather(lock);
      const auto count = static_cast<std::deque<Job>::difference_type>(std::min(queue_.size(), group_limit_));
      group.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(queue_.begin() + count));
      queue_.erase(queue_.begin(), queue_.begin() + count);
    }
    gathering = group.size() > 1;
    run(group);
    for (auto& job : group) job.done(std::move(job.result));
    group.clear();
    committer_.housekeeping();
  }
}

void GroupWriter::gather(std::unique_lock<std::mutex>& lock) {
  const std::size_t enough = std::min(group_limit_, kEnough);
  for (int waits = 0; waits < kWaits; ++waits) {
    const std::size_t before = queue_.size();
    if (wake_.wait_for(lock, kWait, [&] { return stopping_ || queue_.size() >= enough; })) return;
    if (queue_.size() < before + kFlow) return;
  }
}

void GroupWriter::run(std::vector<Job>& group) {
  unsure_.reset();
  if (group.size() > 1) {
    if (guarded_groups_ == 0 && run_together(group, Guard::kNone)) return;
    // Failures come in swarms: whoever sends bad requests shall not have every group run twice.
    guarded_groups_ = guarded_groups_ == 0 ? kGuardedGroups : guarded_groups_ - 1;
    if (run_together(group, Guard::kSavepoint)) return;
  }
  for (auto& job : group) job.result = truth(run_alone(job.body));
}

// run_together is false when the group could not be committed as one; nothing of it is stored then.
bool GroupWriter::run_together(std::vector<Job>& group, Guard guard) {
  if (auto begun = committer_.begin(); !begun) {
    for (auto& job : group) job.result = truth(begun);
    return true;
  }
  bool anything = false;
  for (auto& job : group) {
    auto result = guard == Guard::kNone ? run_unguarded(job.body) : run_in_savepoint(job.body);
    if (!result) {
      committer_.roll_back();
      return false;
    }
    job.result = std::move(*result);
    anything = anything || job.result.has_value();
  }
  if (!anything) {
    committer_.roll_back();
    return true;
  }
  return commit().has_value();
}

base::Result<> GroupWriter::commit() {
  auto done = committer_.commit();
  if (done) {
    unsure_.reset();
  } else if (committer_.is_unsure()) {
    unsure_ = done.error();
  }
  return done;
}

base::Result<> GroupWriter::truth(base::Result<> outcome) const {
  if (outcome || !unsure_ || outcome.error().code != base::Code::kUnavailable) return outcome;
  return base::Failure(*unsure_);
}

// The two ways to run one body of a group give nothing when it could not be undone by itself, so that the group has
// to be given up.
std::optional<base::Result<>> GroupWriter::run_unguarded(const Transaction& body) {
  const std::int64_t before = committer_.writes();
  auto result = call(body, committer_.session());
  if (!committer_.in_transaction()) return std::nullopt;
  if (!result && committer_.writes() != before) return std::nullopt;
  return result;
}

std::optional<base::Result<>> GroupWriter::run_in_savepoint(const Transaction& body) {
  if (!committer_.savepoint()) return std::nullopt;
  auto result = call(body, committer_.session());
  if (!committer_.in_transaction()) return std::nullopt;
  if (!(result ? committer_.release() : committer_.roll_back_to_savepoint())) return std::nullopt;
  return result;
}

base::Result<> GroupWriter::run_alone(const Transaction& body) {
  TRY(committer_.begin());
  auto result = call(body, committer_.session());
  if (!result) {
    committer_.roll_back();
    return result;
  }
  return commit();
}

}  // namespace yuxin::store
