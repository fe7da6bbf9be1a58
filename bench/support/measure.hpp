// What every measurement needs: the processor time so far, and an end with words when something fails.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <type_traits>
#include <utility>

#include "yuxin/base/result.hpp"

namespace yuxin::bench {

// seconds reads one of the system's clocks: CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID, CLOCK_MONOTONIC.
inline double seconds(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// must gives the value, or ends the program with the error.
template <typename T>
T must(base::Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s %s\n", result.error().detail.c_str(), result.error().diagnostic.c_str());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace yuxin::bench
