// keys/unlock.json: what is read is written and read back the same; nothing else costs any work.
#include <cstdlib>

#include "keymgmt/unlock/unlock_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin;
  const auto file = keymgmt::parse_unlock_file(base::as_text({data, size}));
  if (!file) return 0;
  if (file->version < 1 || file->ways.empty()) std::abort();
  const auto written = keymgmt::print_unlock_file(*file);
  const auto again = keymgmt::parse_unlock_file(written);
  if (!again || again->version != file->version || again->ways.size() != file->ways.size() ||
      again->before.has_value() != file->before.has_value() || keymgmt::print_unlock_file(*again) != written)
    std::abort();
  return 0;
}
