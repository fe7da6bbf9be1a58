#include "home_schema.hpp"

#include "yuxin/base/language.hpp"
#include "yuxin/ca/approval.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/keymgmt/key_tree.hpp"
#include "yuxin/notify/notifier.hpp"
#include "yuxin/ra/automatic_desk.hpp"
#include "yuxin/tsa/serials.hpp"
#include "yuxin/workflow/cases.hpp"

namespace yuxin::cli {

std::vector<store::Migration> home_migrations() {
  std::vector<store::Migration> all;
  for (const auto& step : store::migrations()) all.push_back(step);
  for (const auto& step : evidence::migrations()) all.push_back(step);
  for (const auto& step : tsa::migrations()) all.push_back(step);
  for (const auto& step : keymgmt::migrations()) all.push_back(step);
  for (const auto& step : ca::migrations()) all.push_back(step);
  for (const auto& step : workflow::migrations()) all.push_back(step);
  for (const auto& step : ra::migrations()) all.push_back(step);
  for (const auto& step : notify::migrations()) all.push_back(step);
  return all;
}

base::Result<std::vector<std::string>> database_faults(store::Reader& reader) {
  TRY(auto faults, store::schema_differences(reader.session(), home_migrations()));
  TRY(const auto rules, reader.foreign_rules());
  for (const auto& rule : rules)
    faults.push_back(base::message("The database holds the rule \"{}\", which yuxin did not make.", rule));
  return faults;
}

}  // namespace yuxin::cli
