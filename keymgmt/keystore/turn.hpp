// Taking turns at making keys: of all processes of the machine one does it at a time.
#pragma once

#include <string>

#include "yuxin/base/result.hpp"

namespace yuxin::keymgmt {

// Turn is held until it goes, or the process ends. It is an advisory lock on a module's own file, which all processes
// can read, whoever runs them and whatever home they work in; or on a folder of keys.
class Turn {
 public:
  // take waits its turn, two minutes at the most (a smart card may take one for an RSA key): kUnavailable. What
  // cannot be read is used without taking turns.
  [[nodiscard]] static base::Result<Turn> take(const std::string& file_or_folder);
  Turn(Turn&& other) noexcept;
  Turn& operator=(Turn&& other) noexcept;
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn();

 private:
  explicit Turn(int file) : file_(file) {}
  int file_ = -1;
};

}  // namespace yuxin::keymgmt
