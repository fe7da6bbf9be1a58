#include "client_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "toml_text.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::Result;
using ra::MachineClients;

namespace {

constexpr std::string_view kHead =
    "# Who may enrol by machine, for what; docs/machines.md describes every key. A running server sees a change at "
    "once.\n";
constexpr std::string_view kTable = "[[client]]";

// Block is a [[client]] table: from its head to the line before the next head, or before the comment above that.
struct Block {
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::vector<Block> blocks_of(const std::vector<std::string_view>& lines) {
  std::vector<Block> blocks;
  for (std::size_t at = 0; at < lines.size(); ++at) {
    if (!base::trim(lines[at]).starts_with('[')) continue;
    if (!blocks.empty() && blocks.back().end == lines.size()) {
      auto end = at;
      while (end > blocks.back().begin + 1 && base::trim(lines[end - 1]).starts_with('#')) --end;
      blocks.back().end = end;
    }
    if (base::trim(lines[at]).starts_with(kTable)) blocks.push_back({at, lines.size()});
  }
  return blocks;
}

}  // namespace

std::string print_client(const ra::MachineClient& client) {
  std::vector<std::string> protocols;
  for (const auto protocol : client.protocols) protocols.emplace_back(ra::protocol_name(protocol));
  auto text = fmt::format(
      "{}\n"
      "name        = {}\n"
      "protocols   = {}\n"
      "profiles    = {}\n"
      "names_under = {}\n"
      "secret      = \"sha256:{}\"\n",
      kTable, toml_string(client.name), toml_strings(protocols), toml_strings(client.profiles),
      toml_strings(client.names_under), base::hex(client.secret));
  if (client.renewal == ra::MachineClient::Renewal::kBySecret) text += "renewal     = \"secret\"\n";
  if (client.organisation) text += fmt::format("organisation = {}\n", toml_string(client.organisation->text()));
  if (client.per_day > 0) text += fmt::format("per_day     = {}\n", client.per_day);
  return text;
}

Result<std::string> with_client(std::string_view text, const std::string& file, const ra::MachineClient& client) {
  TRY(const auto before, MachineClients::parse(text, file));
  if (before->find(client.name) != nullptr)
    return fail(Code::kConflict, "There is a client {} already in {}. Nothing was changed.", client.name, file);
  std::string after(text.empty() ? kHead : text);
  if (!after.ends_with('\n')) after += '\n';
  after += '\n' + print_client(client);
  TRY(MachineClients::parse(after, file));
  return after;
}

Result<std::string> without_client(std::string_view text, const std::string& file, std::string_view name) {
  TRY(const auto before, MachineClients::parse(text, file));
  std::vector<std::string> names;
  for (const auto& one : before->all()) names.push_back(one.name);
  const auto place = std::ranges::find(names, name);
  if (place == names.end()) {
    if (const auto near = base::nearest(name, names))
      return fail(Code::kNotFound, "There is no client {}; did you mean {}?", name, *near);
    return fail(Code::kNotFound, "There is no client {}. See: yuxin client list", name);
  }
  const auto lines = base::split(text, '\n');
  const auto blocks = blocks_of(lines);
  const auto by_hand =
      fail(Code::kConflict, "{} is not written as one [[client]] after the other. Remove {} by hand.", file, name);
  if (blocks.size() != names.size()) return by_hand;
  const auto& block = blocks[static_cast<std::size_t>(place - names.begin())];
  std::string after;
  for (std::size_t at = 0; at < lines.size(); ++at) {
    if (at >= block.begin && at < block.end) continue;
    after += lines[at];
    if (at + 1 < lines.size()) after += '\n';
  }
  names.erase(place);
  const auto left = MachineClients::parse(after, file);
  std::vector<std::string> left_names;
  for (const auto& one : left ? (*left)->all() : std::vector<ra::MachineClient>()) left_names.push_back(one.name);
  if (!left || left_names != names) return by_hand;
  return after;
}

}  // namespace yuxin::cli
