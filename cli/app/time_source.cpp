// What can be asked whether the clock is right: the kernel, which a time server keeps, or a time server itself.
#include <sys/timex.h>

#include "time_stamping.hpp"
#include "yuxin/http/ntp.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::chrono::milliseconds kPatience{3000};

// KernelSource believes the kernel as long as somebody keeps its clock: it knows how far that may be off.
class KernelSource final : public tsa::TimeSource {
 public:
  [[nodiscard]] Result<tsa::TimeReading> ask() override {
    timex state{};
    const int clock = ::adjtimex(&state);
    if (clock == -1) {
      return base::fail_with(Code::kUnavailable, base::system_error(),
                             "The kernel does not tell how its clock stands.");
    }
    if (clock == TIME_ERROR || (state.status & STA_UNSYNC) != 0)
      return fail(Code::kRefused, "The kernel says that no time server keeps the clock.");
    return tsa::TimeReading{0, state.maxerror};
  }
};

class NtpSource final : public tsa::TimeSource {
 public:
  NtpSource(http::NtpAddress address, const base::Clock& clock) : address_(std::move(address)), clock_(clock) {}
  [[nodiscard]] Result<tsa::TimeReading> ask() override {
    TRY(const auto reading, http::ask_ntp(address_.host, address_.port, clock_, kPatience));
    return tsa::TimeReading{reading.offset, reading.error};
  }

 private:
  http::NtpAddress address_;
  const base::Clock& clock_;
};

}  // namespace

Result<std::shared_ptr<tsa::TimeSource>> time_source_of(const TimeStampingConfig& config, const base::Clock& clock) {
  if (config.time_source.empty()) return std::shared_ptr<tsa::TimeSource>();
  if (config.time_source == "kernel") return std::make_shared<KernelSource>();
  TRY(auto address, http::parse_ntp_address(config.time_source));
  return std::make_shared<NtpSource>(std::move(address), clock);
}

}  // namespace yuxin::cli
