// What EST clients send: credentials and requests, in their encodings.
#include "ra/est/message.hpp"
#include "yuxin/base/bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin;
  const auto credentials = ra::est::read_credentials(base::as_text({data, size}));
  const auto request = ra::est::read_request({data, size});
  return credentials && request ? 0 : 0;
}
