#include <array>

#include "yuxin/ocsp/request.hpp"

// Whatever decodes fits the room that it was given, also when the room is too small for it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::array<std::uint8_t, yuxin::ocsp::kMaxGetRequest> room;
  const std::span<std::uint8_t> part(room.data(), size % 2 == 0 ? room.size() : size / 2);
  const auto der = yuxin::ocsp::decode_get_request(yuxin::base::as_text({data, size}), part);
  if (der && der->size() > part.size()) __builtin_trap();
  return 0;
}
