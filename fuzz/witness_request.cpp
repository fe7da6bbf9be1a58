// Reads any text as a request to a witness (C2SP tlog-witness); what is read is written back octet for octet, and is
// never accepted from a log whose key did not sign it.
#include <cstdlib>

#include "yuxin/evidence/witness.hpp"

namespace evidence = yuxin::evidence;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto key =
      evidence::parse_verifier_key("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
          .value()
          .key;
  const auto text = yuxin::base::as_text({data, size});
  const auto request = evidence::parse_witness_request(text);
  if (!request) return 0;
  if (evidence::print_witness_request(*request) != text) std::abort();
  evidence::Checkpoint last{"go.sum database tree", {15'368'405, {}}};
  if (evidence::check_request(*request, key, last)) std::abort();  // the root of nothing is nobody's
  const auto first = evidence::check_request(*request, key, std::nullopt);
  if (first && first->origin != last.origin) std::abort();
  return 0;
}
