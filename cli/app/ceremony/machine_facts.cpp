#include "machine_facts.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::cli {

using base::Result;
namespace fs = std::filesystem;

namespace {

constexpr unsigned kUp = 1;  // IFF_UP, netdevice(7)

std::string small_file(const std::string& path) {
  const auto octets = base::read_file(path, 1U << 20U);
  return octets ? std::string(base::as_text(*octets)) : std::string();
}

bool is_up(const std::string& interface) {
  const auto flags = small_file(interface + "/flags");
  // one that does not say is taken for up
  return flags.empty() || (std::strtoul(flags.c_str(), nullptr, 16) & kUp) != 0;
}

std::vector<std::string_view> fields(std::string_view line) {
  std::vector<std::string_view> found;
  while (true) {
    line = base::trim(line);
    if (line.empty()) return found;
    const auto end = std::min(line.find_first_of(" \t"), line.size());
    found.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

// proc(5): in /proc/net/route the second field is the destination; in /proc/net/ipv6_route destination and prefix
// length stand first, and the last is the interface. "lo" holds the kernel's own routes of last resort.
bool has_default_route(const std::string& root) {
  const std::string ipv4 = small_file(root + "/proc/net/route");
  for (const auto line : base::split(ipv4, '\n')) {
    const auto words = fields(line);
    if (words.size() > 1 && words[1] == "00000000") return true;
  }
  const std::string ipv6 = small_file(root + "/proc/net/ipv6_route");
  for (const auto line : base::split(ipv6, '\n')) {
    const auto words = fields(line);
    if (words.size() > 2 && words[0] == std::string(32, '0') && words[1] == "00" && words.back() != "lo") return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> networks_below(const std::string& root) {
  std::vector<std::string> found;
  std::error_code error;
  bool any = false;
  for (const auto& entry : fs::directory_iterator(root + "/sys/class/net", error)) {
    const auto name = entry.path().filename().string();
    // such as "bonding_masters", which is a file
    if (!fs::is_directory(entry.path(), error)) continue;
    any = true;
    if (name != "lo" && is_up(entry.path().string())) found.push_back(name);
  }
  std::ranges::sort(found);
  if (has_default_route(root)) found.emplace_back("default route");
  if (!any) found.emplace_back("unknown");
  return found;
}

Result<base::JsonObject> machine_facts() {
  constexpr std::size_t kLargestProgram = 1U << 30U;
  TRY(const auto program, base::read_file("/proc/self/exe", kLargestProgram));
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host.front() = '\0';
  base::JsonArray network;
  for (auto& name : networks_below("")) network.emplace_back(name);
  const std::string machine = base::is_utf8(host.data()) ? host.data() : "?";
  return base::JsonObject{{"machine", machine},
                          {"network", std::move(network)},
                          {"program", base::hex(x509::sha256(program))},
                          {"version", YUXIN_VERSION}};
}

}  // namespace yuxin::cli
