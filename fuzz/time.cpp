// Times, periods and text from outside: printing and reading again gives the same.
#include "yuxin/base/time.hpp"

#include <cstdlib>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin::base;
  const std::string_view text = as_text({data, size});
  if (const auto period = parse_period(text)) {
    if (parse_period(print_period(*period)) != period) std::abort();
    static_cast<void>(rfc3339(add({0}, *period)));
  }
  if (const auto time = parse_rfc3339(text)) {
    if (civil(*time).year > 0 && civil(*time).year < 9999 && parse_rfc3339(rfc3339(*time)) != time) std::abort();
    static_cast<void>(local_time(*time));
    static_cast<void>(http_date(*time));
  }
  if (columns(text) > 2 * code_points(text)) std::abort();
  if (is_utf8(text) && !is_utf8(middle_cut(text, 7))) std::abort();
  static_cast<void>(has_control_character(text));
  static_cast<void>(language_named(text));
  return 0;
}
