// keys/unlock.json: what is read is written and read back the same; nothing else costs any work.
#include <cstdlib>

#include "keymgmt/keystore/passphrase_seal.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin;
  const auto seal = keymgmt::parse_seal(base::as_text({data, size}));
  if (!seal) return 0;
  if (seal->salt.size() != 32 || seal->nonce.size() != 12 || seal->sealed.size() > 4096) std::abort();
  const auto again = keymgmt::parse_seal(keymgmt::print_seal(*seal));
  if (!again || again->salt != seal->salt || again->nonce != seal->nonce || again->sealed != seal->sealed)
    std::abort();
  return 0;
}
