// Plans of shares: what is accepted can be carried out.
#include "yuxin/keymgmt/share_plan.hpp"

#include <cstdlib>

#include "yuxin/keymgmt/share_set.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin;
  const auto plan = keymgmt::parse_share_plan(
      base::as_text({data, size}), "plan.toml", [](const std::string& file) -> base::Result<x509::Certificate> {
        return base::fail(base::Code::kNotFound, "There is no file {}.", file);
      });
  if (!plan) return 0;
  const auto set = keymgmt::make_share_set(base::Secret(16), *plan, {0}, std::nullopt);
  if (!set || !keymgmt::parse_register(keymgmt::print_register(set->shares))) std::abort();
  return 0;
}
