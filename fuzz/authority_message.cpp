// What registration authority and authority say to each other. What is read is written and read again as the same.
#include <cstdlib>
#include <string>

#include "ra/authority/news.hpp"
#include "ra/authority/wire.hpp"
#include "yuxin/ra/authority_interface.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin;
  const auto text = base::as_text({data, size});
  if (const auto registries = ra::Registries::parse(text, "registries.toml")) {
    const auto again = ra::Registries::parse(ra::Registries::print((*registries)->all()), "registries.toml");
    if (!again || (*again)->all().size() != (*registries)->all().size()) std::abort();
  }
  const auto json = base::parse_json(text);
  if (!json || !json->is_object()) return 0;
  const auto& object = json->get_object();
  if (const auto order = ra::wire::read_order(object)) {
    const auto again = ra::wire::read_order(ra::wire::print(*order));
    if (!again || again->acts != order->acts || again->request != order->request || again->effect != order->effect)
      std::abort();
  }
  if (const auto check = ra::wire::read_check(object)) {
    if (!ra::wire::read_check(ra::wire::print(*check))) std::abort();
  }
  if (const auto after = ra::wire::read_after(object); after && *after < 0) std::abort();
  static_cast<void>(ra::wire::read_act(object));
  static_cast<void>(ra::wire::read_question(object));
  if (const auto record = evidence::read_record(text, {}); record && record->record.attachment.size() != 0)
    std::abort();
  return 0;
}
