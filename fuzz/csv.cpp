// Tables that offices hand in: every row has a cell for each column.
#include "cli/app/csv.hpp"

#include <cstdlib>

#include "yuxin/base/bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto table = yuxin::cli::parse_csv(yuxin::base::as_text({data, size}));
  if (!table) return 0;
  if (table->columns.empty()) std::abort();
  for (const auto& row : table->rows) {
    if (row.size() != table->columns.size()) std::abort();
  }
  return 0;
}
