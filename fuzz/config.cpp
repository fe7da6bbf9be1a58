// Configuration: every getter on every key of whatever parses.
#include "yuxin/base/config.hpp"

#include "yuxin/base/bytes.hpp"

namespace {

void walk(yuxin::base::ConfigTable table, int depth) {
  for (const std::string& key : table.keys()) {
    static_cast<void>(table.where(key));
    static_cast<void>(table.string(key));
    static_cast<void>(table.integer(key));
    static_cast<void>(table.boolean(key));
    static_cast<void>(table.period(key));
    static_cast<void>(table.strings(key));
    const auto inner = table.table(key);
    if (inner && *inner && depth < 8) walk(**inner, depth + 1);
    const auto list = table.tables(key);
    if (!list || depth >= 8) continue;
    for (const auto& entry : *list) walk(entry, depth + 1);
  }
  static_cast<void>(table.finish());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin::base;
  const auto table = ConfigTable::parse(as_text({data, size}), "f");
  if (table) walk(*table, 0);
  return 0;
}
