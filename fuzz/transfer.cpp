// Transfer bundles and their manifests: what is accepted is exactly what would be written.
#include "yuxin/keymgmt/transfer.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin;
  const base::ByteView octets(data, size);
  const auto manifest = keymgmt::read_manifest(base::as_text(octets));
  if (manifest && keymgmt::print_manifest(*manifest) != std::string(base::as_text(octets))) std::abort();
  const auto transfer = keymgmt::read_transfer(octets);
  if (transfer && transfer->items.size() > keymgmt::kMostTransferItems) std::abort();
  return 0;
}
