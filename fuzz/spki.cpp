// Reads any octets as a public key; what is accepted must be usable, and reads again to the same key.
#include <cstdlib>

#include "yuxin/x509/key.hpp"

namespace x509 = yuxin::x509;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto key = x509::PublicKey::from_spki({data, size});
  if (!key) return 0;
  if (!yuxin::base::equal(key->spki(), {data, size}) || key->key_bits().empty()) std::abort();
  const auto algorithm = x509::default_signature(key->kind());
  const auto scheme = x509::scheme(algorithm);
  if (x509::verify_tbs(*key, scheme.identifier, key->spki(), key->key_bits())) std::abort();
  return 0;
}
