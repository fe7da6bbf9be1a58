// approvals.toml: what is accepted can be asked.
#include <cstdlib>

#include "yuxin/base/bytes.hpp"
#include "yuxin/ca/approval.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin;
  const auto policy = ca::ApprovalPolicy::parse(base::as_text({data, size}), "approvals.toml");
  if (!policy) return 0;
  for (const auto& rule : (*policy)->rules()) {
    ca::Profile profile;
    profile.name = "p";
    profile.approval = rule.name;
    const auto demand = (*policy)->demand_of(profile);
    if (!demand || *demand == nullptr) std::abort();
  }
  for (const auto& service : (*policy)->services()) {
    if (service.names_under.empty() || service.profiles.empty() || service.per_day < 1) std::abort();
  }
  return 0;
}
