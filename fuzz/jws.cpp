// A request of ACME before anybody has verified it. The fuzzer has no key, so that no signature of its own is good.
#include "ra/acme/jws.hpp"

#include <cstdlib>

using namespace yuxin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = base::as_text({data, size});
  if (const auto json = base::parse_json(text); json && json->is_object())
    static_cast<void>(ra::acme::read_jwk(json->as_object()));
  const auto jws = ra::acme::parse_jws(text);
  if (!jws) return 0;
  if (jws->jwk && jws->kid) std::abort();
  static constexpr std::uint8_t kKey[32] = {1};
  if (ra::acme::verify_mac(*jws, kKey)) std::abort();
  if (jws->jwk) static_cast<void>(ra::acme::verify_jws(*jws, jws->jwk->key));
  return 0;
}
