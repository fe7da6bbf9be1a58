// The state of a reshare: what is accepted is exactly what would be written.
#include <cstdlib>

#include "keymgmt/shares/reshare_state.hpp"
#include "yuxin/base/bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin;
  const auto text = base::as_text({data, size});
  const auto state = keymgmt::parse_reshare_state(text);
  if (state && keymgmt::print_reshare_state(*state) != text) std::abort();
  return 0;
}
