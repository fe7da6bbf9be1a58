#include "trial.hpp"

namespace yuxin::cli {

int end_trial(const Context& context, base::JsonObject facts, const std::string& said) {
  facts["dry_run"] = true;
  if (context.options().json) context.document(facts);
  context.remark(said.empty() ? base::message("Every check passed. Nothing was changed (--dry-run).") : said);
  return 0;
}

}  // namespace yuxin::cli
