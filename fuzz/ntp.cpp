#include "yuxin/http/ntp.hpp"

using namespace yuxin;

// The first sixteen octets are when the request went and how long the answer took; the rest is the answer. The token
// is what the answer repeats, so that the checks behind it are reached. A reading is never better than its way.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static_cast<void>(http::parse_ntp_address(base::as_text({data, size})));
  if (size < 16 + 32) return 0;
  const auto number = [&](std::size_t at) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) value = (value << 8U) | data[at + i];
    return value;
  };
  // within the years that a clock can show
  const auto sent = static_cast<std::int64_t>(number(0) >> 9U);
  const auto took = static_cast<std::int64_t>(number(8) >> 24U);
  const auto token = number(16 + 24);
  const auto reading = http::read_ntp_answer({data + 16, size - 16}, token, {sent, sent + took});
  if (reading && (reading->error < 0 || reading->stratum < 1 || reading->stratum > 15)) __builtin_trap();
  return 0;
}
