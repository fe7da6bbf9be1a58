// Describes any octets, and checks that what a screen gets is text without control characters.
#include "yuxin/x509/inspect.hpp"

#include <cstdlib>
#include <string>

#include "yuxin/base/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto described = yuxin::x509::inspect({data, size}, {.now = {1800000000}, .most_entries = 3});
  if (!described) return 0;
  for (const auto& description : *described) {
    std::string text = description.text;
    std::erase(text, '\n');
    if (!yuxin::base::is_utf8(text) || yuxin::base::has_control_character(text)) std::abort();
    if (!yuxin::base::parse_json(yuxin::base::print_json(description.json))) std::abort();
  }
  return 0;
}
