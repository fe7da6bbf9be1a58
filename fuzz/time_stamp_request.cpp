#include "yuxin/x509/time_stamp.hpp"

using namespace yuxin::x509;

// A request that parses and is made again from what was read says the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto request = parse_time_stamp_request({data, size});
  if (!request || !request->digest || request->has_extensions) return 0;
  const auto made = make_time_stamp_request(
      {*request->digest, request->imprint, request->nonce, request->policy, request->certificates});
  const auto again = parse_time_stamp_request(made);
  if (!again || again->digest != request->digest || !yuxin::base::equal(again->imprint, request->imprint) ||
      !yuxin::base::equal(again->nonce, request->nonce) || !yuxin::base::equal(again->policy, request->policy) ||
      again->certificates != request->certificates) {
    __builtin_trap();
  }
  return 0;
}
