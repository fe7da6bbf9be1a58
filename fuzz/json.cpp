// JSON: what is accepted is printed in two ways that both read back as the same value.
#include "yuxin/base/json.hpp"

#include <cstdlib>

#include "yuxin/base/bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin::base;
  const auto value = parse_json(as_text({data, size}));
  if (!value) return 0;
  const std::string line = print_json(*value);
  const auto again = parse_json(line);
  const auto pretty = parse_json(print_json_pretty(*value));
  if (!again || !pretty || print_json(*pretty) != print_json(*again)) std::abort();
  return 0;
}
