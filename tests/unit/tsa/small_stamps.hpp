// A store with the tables of the time-stamping authority, for its tests.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fake_clock.hpp"
#include "small_tsa.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/tsa/authority.hpp"

namespace yuxin::test {

inline std::shared_ptr<store::Store> stamp_store(const std::shared_ptr<store::Database>& database) {
  std::vector<store::Migration> steps;
  for (const auto& part : {store::migrations(), evidence::migrations(), tsa::migrations()})
    steps.insert(steps.end(), part.begin(), part.end());
  need(store::migrate(*database, steps));
  return need(store::Store::over(database, ""));
}
inline std::shared_ptr<store::Store> stamp_store() { return stamp_store(need(store::open_memory())); }

// block_records gives the ledger's records of serial numbers, as JSON.
inline std::vector<base::JsonObject> block_records(store::Store& store) {
  std::vector<base::JsonObject> found;
  need(store.read([&](store::Reader& reader) -> base::Result<> {
    found.clear();
    TRY(const auto size, evidence::size(reader));
    return evidence::for_each(reader, 0, size, [&](const evidence::StoredRecord& record) -> base::Result<> {
      TRY(const auto json, base::parse_json(record.text));
      if (base::json_string(json.get_object(), "kind") == "tsa.serials") found.push_back(json.get_object());
      return {};
    });
  }));
  return found;
}

}  // namespace yuxin::test
