// Definitions of workflows: what is accepted is a whole, and reads the same again.
#include "yuxin/workflow/definition.hpp"

#include <cstdlib>

#include "yuxin/base/bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin;
  const auto workflow = workflow::Workflow::parse(base::as_text({data, size}), "workflow.toml");
  if (!workflow) return 0;
  if ((*workflow)->steps_from("").empty()) std::abort();
  for (const auto& state : (*workflow)->states) {
    if (state.is_final != (*workflow)->steps_from(state.name).empty()) std::abort();
  }
  for (const auto& transition : (*workflow)->transitions) {
    if (transition.by.empty()) std::abort();
  }
  for (const auto& deadline : (*workflow)->deadlines) {
    for (const auto& policy : (*workflow)->policies) {
      if (deadline.within.at(policy).of({}, policy).text.empty()) std::abort();
    }
  }
  return 0;
}
