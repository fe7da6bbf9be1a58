// Addresses: what is taken apart can be put together and taken apart again.
#include <cstdlib>

#include "core/http/url.hpp"
#include "yuxin/base/bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin;
  const auto url = http::parse_url(base::as_text({data, size}));
  if (!url) return 0;
  const auto again = http::parse_url((url->tls ? "https://" : "http://") + url->authority() + url->target);
  if (!again || again->host != url->host || again->port != url->port || again->target != url->target) std::abort();
  static_cast<void>(http::resolve_location(*url, base::as_text({data, size})));
  return 0;
}
