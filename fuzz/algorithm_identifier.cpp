// Reads any octets as the AlgorithmIdentifier of a signature; what is accepted is written back as an accepted one.
#include <cstdlib>

#include "yuxin/x509/algorithm.hpp"

namespace x509 = yuxin::x509;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto algorithm = x509::scheme_by_identifier({data, size});
  if (algorithm && x509::scheme_by_identifier(x509::scheme(*algorithm).identifier) != algorithm) std::abort();
  (void)x509::parse_key_kind(yuxin::base::as_text({data, size}));
  return 0;
}
