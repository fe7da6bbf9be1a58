// What a home that stays open keeps of what it has read, so that a server does not read it again for every request.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "yuxin/base/file.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/ca/approval.hpp"
#include "yuxin/evidence/act.hpp"
#include "yuxin/evidence/clock_floor.hpp"
#include "yuxin/evidence/organisation.hpp"

namespace yuxin::cli {

// FollowedFile keeps what was made of a file until somebody writes to the file, puts another in its place, or removes
// it; that it is not there is kept likewise. What cannot be read is an error each time. Thread-safe.
template <typename T>
class FollowedFile {
 public:
  using Value = std::shared_ptr<const T>;
  FollowedFile(std::string folder, std::string name) : folder_(std::move(folder)), name_(std::move(name)) {}

  // get gives what is kept, or what `read` makes of the file as it is now.
  base::Result<Value> get(const std::function<base::Result<Value>()>& read) {
    // looked at before it is read: what is written meanwhile is another file to the next call
    const auto file = base::OpenFile::below(folder_, name_);
    if (!file && file.error().code != base::Code::kNotFound) return read();
    const auto now = file ? Identity((*file)->identity()) : Identity();
    const std::lock_guard lock(mutex_);
    if (value_ && now == seen_) return value_;
    TRY(value_, read());
    seen_ = now;
    return value_;
  }

 private:
  using Identity = std::optional<base::OpenFile::Identity>;
  std::string folder_;
  std::string name_;
  std::mutex mutex_;
  Identity seen_;
  Value value_;
};

// HomeMemory is a home's. Thread-safe.
class HomeMemory {
 public:
  explicit HomeMemory(const std::string& home);

  FollowedFile<evidence::Organisation> organisation;
  FollowedFile<ca::ApprovalPolicy> approvals;
  evidence::ClockFloor clock_floor;

  // trust gives the trust in acts that these certificates of authorities (DER) make: the roots among them are its
  // anchors.
  [[nodiscard]] base::Result<evidence::ActTrust> trust(std::vector<base::Bytes> authorities);

 private:
  std::mutex mutex_;
  std::vector<base::Bytes> authorities_;
  std::optional<evidence::ActTrust> trust_;
};

}  // namespace yuxin::cli
