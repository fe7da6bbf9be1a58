// Registers of shares: what is accepted is exactly what would be written, and a quorum can be counted by it.
#include <cstdlib>

#include "yuxin/keymgmt/share_register.hpp"
#include "yuxin/keymgmt/share_set.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin;
  const auto text = base::as_text({data, size});
  const auto shares = keymgmt::parse_register(text);
  if (!shares) return 0;
  if (keymgmt::print_register(*shares) != text) std::abort();
  keymgmt::Quorum quorum(*shares);
  for (std::size_t group = 0; group < shares->groups.size(); ++group) {
    for (std::size_t number = 0; number < shares->groups[group].shares.size(); ++number) quorum.add({group, number});
  }
  if (!quorum.met()) std::abort();  // all together are always enough
  return 0;
}
