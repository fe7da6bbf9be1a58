#include "csv.hpp"

#include <algorithm>

#include "yuxin/base/text.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::size_t kMostRows = 10'000;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] std::size_t line() const { return line_; }

  Result<std::vector<std::string>> row() {
    std::vector<std::string> cells;
    for (;;) {
      TRY(auto cell, next_cell());
      cells.push_back(std::move(cell));
      if (at_end()) return cells;
      if (text_[at_] == ',') {
        ++at_;
        continue;
      }
      end_line();
      return cells;
    }
  }

 private:
  void end_line() {
    if (text_[at_] == '\r') ++at_;
    if (!at_end() && text_[at_] == '\n') ++at_;
    ++line_;
  }
  Result<std::string> next_cell() {
    if (at_end() || text_[at_] != '"') {
      const auto end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
      std::string cell(text_.substr(at_, end - at_));
      at_ = end;
      return cell;
    }
    const auto began = line_;
    std::string cell;
    for (++at_; !at_end(); ++at_) {
      if (text_[at_] == '\n') ++line_;
      if (text_[at_] != '"') {
        cell += text_[at_];
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        cell += '"';
        ++at_;
      } else {
        ++at_;
        if (at_end() || text_[at_] == ',' || text_[at_] == '\r' || text_[at_] == '\n') return cell;
        return fail(Code::kMalformed, "Line {} of the table: text stands behind the quotation mark.", line_);
      }
    }
    return fail(Code::kMalformed, "Line {} of the table: a quotation mark has no end.", began);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

bool is_blank(const std::vector<std::string>& cells) { return cells.size() == 1 && cells.front().empty(); }

}  // namespace

Result<CsvTable> parse_csv(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (!base::is_utf8(text)) return fail(Code::kMalformed, "The table is not UTF-8. Save it as \"CSV UTF-8\".");
  Reader reader(text);
  CsvTable table;
  while (!reader.at_end()) {
    const auto line = reader.line();
    TRY(auto cells, reader.row());
    if (is_blank(cells)) continue;
    if (table.columns.empty()) {
      for (const auto& name : cells) {
        if (name.empty() || std::ranges::count(cells, name) > 1)
          return fail(Code::kMalformed, "Line {} of the table: a column has no name, or the name of another.", line);
      }
      table.columns = std::move(cells);
      continue;
    }
    if (cells.size() != table.columns.size()) {
      return fail(Code::kMalformed, "Line {} of the table does not fit its columns: cells {}, columns {}.", line,
                  cells.size(), table.columns.size());
    }
    if (table.rows.size() == kMostRows) return fail(Code::kMalformed, "The table has more than {} rows.", kMostRows);
    table.rows.push_back(std::move(cells));
  }
  if (table.columns.empty()) return fail(Code::kMalformed, "The table is empty; its first line names the columns.");
  return table;
}

}  // namespace yuxin::cli
