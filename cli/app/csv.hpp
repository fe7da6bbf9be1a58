// Tables as offices exchange them: comma-separated values (RFC 4180).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"

namespace yuxin::cli {

// CsvTable has as many cells in each row as there are columns.
struct CsvTable {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};
// parse_csv reads a table whose first line names the columns. A byte order mark, blank lines and either line end are
// taken; quotes as RFC 4180 section 2. kMalformed names the line: a row that is too long or too short, quotes without
// an end, a column twice, text that is no UTF-8, more than 10 000 rows.
[[nodiscard]] base::Result<CsvTable> parse_csv(std::string_view text);

}  // namespace yuxin::cli
