// The command line: words with a line end between them become a call, a help page or a refusal of kind kUsage.
#include <cstdlib>
#include <string>
#include <vector>

#include "cli/app/parser.hpp"
#include "yuxin/base/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin;
  std::vector<std::string> words;
  for (const auto word : base::split(base::as_text({data, size}), '\n')) {
    if (word.find('\0') == std::string_view::npos) words.emplace_back(word);
  }
  const auto parsed = cli::parse_call(words);
  if (!parsed) {
    if (parsed.error().code != base::Code::kUsage || parsed.error().detail.empty()) std::abort();
    return 0;
  }
  const auto* call = std::get_if<cli::ParsedCall>(&*parsed);
  if (call == nullptr) return 0;
  for (const auto& option : call->command->options) {
    if (option.presence == cli::Presence::kRequired && !call->arguments.has(option.name)) std::abort();
  }
  return 0;
}
