// Textual encodings: whatever is read is written and read back the same.
#include <cstdlib>

#include "yuxin/base/bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin::base;
  const std::string_view text = as_text({data, size});
  for (const PemBlock& block : parse_pem(text)) {
    const auto again = parse_pem(pem(block.label, block.der));
    if (again.size() != 1 || again[0].label != block.label || again[0].der != block.der) std::abort();
  }
  if (const auto octets = from_base64(text); octets && from_base64(base64(*octets)) != octets) std::abort();
  if (const auto octets = from_hex(text); octets && from_hex(hex_upper(*octets)) != octets) std::abort();
  return 0;
}
