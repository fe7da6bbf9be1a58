// yuxin.toml: what is read is written for a new home and read back the same.
#include <cstdlib>

#include "cli/app/home_config.hpp"
#include "yuxin/base/bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin;
  const auto text = base::as_text({data, size});
  const auto config = cli::parse_home_config(text, "yuxin.toml");
  if (!config) {
    if (config.error().code != base::Code::kMalformed || config.error().detail.empty()) std::abort();
    return 0;
  }
  const auto printed = cli::print_home_config(*config);
  const auto again = cli::parse_home_config(printed, "yuxin.toml");
  if (!again || again->organisation != config->organisation || again->public_url != config->public_url ||
      cli::print_home_config(*again) != printed) {
    std::abort();
  }
  if (!config->public_url.empty() && cli::host_of_url(config->public_url).empty()) std::abort();
  return 0;
}
