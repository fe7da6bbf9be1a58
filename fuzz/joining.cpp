// What a new officer types and keeps: a one-time code in the first line, the file beside --out in the rest. What
// reads prints the same, and a code that is taken is one that the next terminal takes.
#include "cli/app/joining.hpp"

#include <cstdlib>

#include "cli/app/one_time_code.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin;
  const auto whole = base::as_text({data, size});
  const auto end = whole.find('\n');
  const auto code = cli::parse_one_time_code(base::Secret(whole.substr(0, end)));
  if (code) {
    const auto again = cli::parse_one_time_code(cli::print_one_time_code(*code));
    if (!again || again->text() != code->text() || !cli::code_key_of(*code)) std::abort();
  }
  if (end == std::string_view::npos) return 0;
  const auto joining = cli::read_joining(whole.substr(end + 1));
  if (!joining) return 0;
  const auto printed = cli::print_joining(*joining);
  const auto again = cli::read_joining(printed);
  if (!again || cli::print_joining(*again) != printed) std::abort();
  return 0;
}
