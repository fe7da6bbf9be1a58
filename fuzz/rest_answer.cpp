// What a server answers to an officer's terminal: a case that reads is one that prints the same, and no draft is
// believed.
#include <cstdlib>

#include "cli/app/draft_check.hpp"
#include "cli/app/remote_json.hpp"
#include "yuxin/ra/item_json.hpp"

namespace {

using namespace yuxin;

const std::shared_ptr<const workflow::Workflow>& definition() {
  static const auto kDefinition = [] {
    for (const auto& shipped : workflow::shipped_workflows()) {
      if (shipped.name == "certificate-request") return workflow::Workflow::parse(shipped.text, "request").value();
    }
    std::abort();
  }();
  return kDefinition;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto json = base::parse_json(base::as_text({data, size}));
  if (!json || !json->is_object()) return 0;
  auto& object = json->get_object();
  // the digest of the definition changes with its text; the seed stands for it
  if (object.contains("definition")) object["definition"] = base::hex(definition()->digest);
  const auto item = ra::read_item(object, definition());
  if (item) {
    const auto printed = ra::print_item(*item);
    const auto again = ra::read_item(printed, definition());
    if (!again || ra::print_item(*again) != printed) std::abort();
  }
  (void)ra::read_steps(object);
  (void)ra::read_effected(*json);
  const auto act = cli::read_act(object);
  if (!act || !item) return 0;
  const cli::AskedStep asked{.workflow = *definition(),
                             .action = "review",
                             .form = {},
                             .about = {{"request", "never"}},
                             .files = {},
                             .role = {},
                             .delivery = {},
                             .known_fields = {},
                             .before = &item->standing.of,
                             .organisation = {},
                             .profile = {}};
  if (cli::check_draft(*act, asked) && act->object != item->standing.of.id) std::abort();
  return 0;
}
