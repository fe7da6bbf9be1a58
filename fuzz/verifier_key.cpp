// Reads any text as the key of a ledger and as that of a witness; what is accepted is written back as an accepted one
// of the same name, and no text is both.
#include <cstdlib>

#include "yuxin/evidence/checkpoint.hpp"
#include "yuxin/evidence/cosignature.hpp"

namespace evidence = yuxin::evidence;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = yuxin::base::as_text({data, size});
  const auto key = evidence::parse_verifier_key(text);
  const auto witness = evidence::parse_witness_key(text);
  if (key && witness) std::abort();
  if (witness) {
    const auto written = evidence::parse_witness_key(evidence::print_witness_key(*witness));
    if (!written || written->name != witness->name) std::abort();
  }
  if (!key || key->name.empty()) return 0;
  const auto written = evidence::parse_verifier_key(evidence::verifier_key(key->name, key->key));
  if (!written || written->name != key->name) std::abort();
  return 0;
}
