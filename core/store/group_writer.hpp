// The one writer of a database: a thread that commits what was submitted in groups.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "yuxin/store/database.hpp"

namespace yuxin::store {

// Committer is the connection behind a GroupWriter, as little of it as a group commit needs. Called on the writer's
// thread only.
class Committer {
 public:
  virtual ~Committer() = default;
  [[nodiscard]] virtual Session& session() = 0;
  [[nodiscard]] virtual base::Result<> begin() = 0;
  // commit: durable on success; the transaction is over either way. Every begin that succeeded is followed by one
  // commit or one roll_back.
  [[nodiscard]] virtual base::Result<> commit() = 0;
  // is_unsure, after a commit that failed: nobody can know that what it held was not kept.
  [[nodiscard]] virtual bool is_unsure() const = 0;
  virtual void roll_back() = 0;
  [[nodiscard]] virtual base::Result<> savepoint() = 0;
  [[nodiscard]] virtual base::Result<> release() = 0;
  [[nodiscard]] virtual base::Result<> roll_back_to_savepoint() = 0;
  // in_transaction is false when the database itself has given the transaction up.
  [[nodiscard]] virtual bool in_transaction() const = 0;
  // writes counts the statements run so far that may have changed something.
  [[nodiscard]] virtual std::int64_t writes() const = 0;
  // housekeeping is called after the completions of a group.
  virtual void housekeeping() = 0;
};

// GroupWriter runs transactions for Database::write and submit. What was queued while a group was committed is the
// next group: under load groups grow by themselves, and a lone transaction never waits. Thread-safe. The destructor
// runs what was accepted.
class GroupWriter {
 public:
  GroupWriter(Committer& committer, std::size_t group_limit);
  ~GroupWriter();
  GroupWriter(const GroupWriter&) = delete;
  GroupWriter& operator=(const GroupWriter&) = delete;

  [[nodiscard]] base::Result<> write(Transaction body);
  void submit(Transaction body, Completion done);

 private:
  struct Job {
    Transaction body;
    Completion done;
    base::Result<> result;
  };
  void work();
  // gather waits for more to join the group, as long as it is worth it.
  void gather(std::unique_lock<std::mutex>& lock);
  // How a body is kept from its neighbours. A savepoint costs about as much as a small body, so the first try goes
  // without, and holds as long as nothing fails that has written.
  enum class Guard { kNone, kSavepoint };
  void run(std::vector<Job>& group);
  [[nodiscard]] bool run_together(std::vector<Job>& group, Guard guard);
  [[nodiscard]] std::optional<base::Result<>> run_unguarded(const Transaction& body);
  [[nodiscard]] std::optional<base::Result<>> run_in_savepoint(const Transaction& body);
  [[nodiscard]] base::Result<> run_alone(const Transaction& body);
  [[nodiscard]] base::Result<> commit();
  // truth: when the group's own commit may have been kept, a later try that meets a bad disk does not change that.
  [[nodiscard]] base::Result<> truth(base::Result<> outcome) const;

  Committer& committer_;
  const std::size_t group_limit_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  bool stopping_ = false;
  std::optional<base::Error> unsure_;  // of the group that is run, until a commit has taken its place in the log
  int guarded_groups_ = 0;  // that many groups to come take savepoints at once; used on the writer's thread only
  std::thread thread_;
};

}  // namespace yuxin::store
