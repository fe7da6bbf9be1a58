// The folder of a rehearsal.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "yuxin/base/result.hpp"

namespace yuxin::cli {

// Stage is a folder that goes with the rehearsal, unless it is to stay. It goes too when the rehearsal is ended by
// Ctrl-C, by SIGTERM or with its terminal; what a kill -9 or a power cut leaves, the next rehearsal of the same user
// removes. Must be raised before the program has other threads, because those signals are taken by a thread of its
// own.
class Stage {
 public:
  // raise makes a new folder `out` that stays (kConflict when it exists), or without a name one that goes.
  [[nodiscard]] static base::Result<std::unique_ptr<Stage>> raise(const std::optional<std::string>& out);
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage();
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  explicit Stage(std::string path) : path_(std::move(path)) {}
  void watch();
  std::string path_;
  int lock_ = -1;  // held as long as the folder is in use; -1 for one that stays
  std::atomic<bool> over_{false};
  std::thread watch_;
};

}  // namespace yuxin::cli
