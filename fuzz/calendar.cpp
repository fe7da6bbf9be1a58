// Working days of a year: a span that has passed has passed later.
#include "yuxin/workflow/calendar.hpp"

#include <cstdlib>

#include "yuxin/base/bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin;
  const auto text = base::as_text({data, size});
  const auto span = workflow::parse_time_span(text.substr(0, text.find('\n')));
  const workflow::Calendar::Source source{"year.toml", std::string(text.substr(text.find('\n') + 1))};
  const auto calendar = workflow::Calendar::load({&source, 1});
  if (!calendar || !span) return 0;
  const base::UnixTime start{1'780'000'000};  // May 2026
  if ((*calendar)->after(start, *span) <= start) std::abort();
  return 0;
}
