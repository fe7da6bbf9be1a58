// Opens any text as a signed checkpoint, with the key that signed the seeds: another text that opens is a forgery.
#include <cstdlib>

#include "yuxin/evidence/checkpoint.hpp"

namespace evidence = yuxin::evidence;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto key =
      evidence::parse_verifier_key("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
          .value()
          .key;
  const auto checkpoint = evidence::open_checkpoint(yuxin::base::as_text({data, size}), key);
  if (checkpoint && checkpoint->origin != "go.sum database tree") std::abort();
  return 0;
}
