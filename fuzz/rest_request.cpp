// Requests of the REST interface: address and body. What is let in is what the document says.
#include <cstdlib>
#include <string>

#include "ra/rest/operations.hpp"
#include "ra/rest/target.hpp"
#include "yuxin/base/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin;
  const auto whole = base::as_text({data, size});
  const auto end = whole.find('\n');
  const auto target = ra::rest::parse_target(whole.substr(0, end));
  if (!target) return 0;
  for (const auto& segment : target->path) {
    if (!base::is_utf8(segment) || base::has_control_character(segment)) std::abort();
  }
  for (const auto* method : {"GET", "POST"}) {
    const auto found = ra::rest::find_operation(method, *target);
    if (found.operation == nullptr) continue;
    if (found.allowed.empty() || found.operation->carry_out == nullptr) std::abort();
    if (ra::rest::check_query(*found.operation, *target) && target->query.size() > found.operation->parameters.size())
      std::abort();
    if (found.operation->body.empty() || end == std::string_view::npos) continue;
    const auto json = base::parse_json(whole.substr(end + 1));
    if (json && ra::check_schema(*json, found.operation->body) && !json->is_object()) std::abort();
  }
  return 0;
}
