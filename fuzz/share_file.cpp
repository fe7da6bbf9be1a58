// Sealed shares: what is accepted is exactly what would be written.
#include "yuxin/keymgmt/share_file.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin;
  const auto text = base::as_text({data, size});
  const auto file = keymgmt::parse_share_file(text);
  if (file && keymgmt::print_share_file(*file) != text) std::abort();
  return 0;
}
