#include "progress.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdio>

#include "yuxin/base/language.hpp"

namespace yuxin::cli {

keymgmt::Progress progress_of(const Context& context, std::string title) {
  if (context.options().quiet || context.options().json || ::isatty(STDERR_FILENO) != 1) return {};
  using Steady = std::chrono::steady_clock;
  return [title = std::move(title), shown = Steady::time_point(), any = false](std::int64_t done,
                                                                               std::int64_t of) mutable {
    const auto now = Steady::now();
    if (now - shown >= std::chrono::milliseconds(100)) {
      std::fprintf(stderr, "\r%s %lld / %lld ", title.c_str(), static_cast<long long>(done),
                   static_cast<long long>(of));
      std::fflush(stderr);
      shown = now;
      any = true;
    }
    if (done >= of && any) std::fprintf(stderr, "\r\033[K");
    return true;
  };
}

}  // namespace yuxin::cli
