// clients.toml: what is accepted says everything of every client, and what a command writes reads back.
#include <cstdlib>

#include "cli/app/client_file.hpp"
#include "yuxin/base/bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin;
  const auto text = base::as_text({data, size});
  const auto clients = ra::MachineClients::parse(text, "clients.toml");
  if (!clients) return 0;
  for (const auto& client : (*clients)->all()) {
    if (client.protocols.empty() || client.profiles.empty() || client.names_under.empty() || client.per_day < 0)
      std::abort();
    const auto alone = ra::MachineClients::parse(cli::print_client(client), "clients.toml");
    if (!alone || (*alone)->find(client.name) == nullptr) std::abort();
    const auto without = cli::without_client(text, "clients.toml", client.name);
    if (!without) continue;
    const auto left = ra::MachineClients::parse(*without, "clients.toml");
    if (!left || (*left)->find(client.name) != nullptr || (*left)->all().size() + 1 != (*clients)->all().size())
      std::abort();
  }
  return 0;
}
