#include "yuxin/ocsp/request.hpp"

// A request that parses lists as many certificates as it counts.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto query = yuxin::ocsp::parse_request({data, size});
  if (query && yuxin::ocsp::cert_ids(*query).size() != query->count) __builtin_trap();
  return 0;
}
