// Reads any text as a verifier key; what is accepted is written back as an accepted one of the same name.
#include <cstdlib>

#include "yuxin/evidence/checkpoint.hpp"

namespace evidence = yuxin::evidence;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = yuxin::base::as_text({data, size});
  const auto key = evidence::parse_verifier_key(text);
  if (!key || key->name.empty()) return 0;
  const auto written = evidence::parse_verifier_key(evidence::verifier_key(key->name, key->key));
  if (!written || written->name != key->name) std::abort();
  return 0;
}
