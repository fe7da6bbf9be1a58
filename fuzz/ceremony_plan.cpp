// Plans of ceremonies: what is accepted can be begun.
#include "yuxin/keymgmt/ceremony_plan.hpp"

#include <cstdlib>

#include "yuxin/keymgmt/ceremony.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin;
  const auto plan = keymgmt::parse_ceremony_plan(base::as_text({data, size}), "plan.toml");
  if (!plan) return 0;
  keymgmt::Ceremony ceremony(*plan);
  if (plan->administrator().role != keymgmt::CeremonyRole::kAdministrator || ceremony.step().witnesses.empty())
    std::abort();
  const auto opened = ceremony.apply({keymgmt::EventKind::kOpened,
                                      {},
                                      {{"ceremony", std::string(32, 'a')},
                                       {"mode", "practice"},
                                       {"network", base::JsonArray()},
                                       {"plan", base::hex(plan->digest)},
                                       {"program", std::string(64, 'b')}},
                                      {1}});
  if (!opened) std::abort();
  return 0;
}
