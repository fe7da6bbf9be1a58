// Whether a machine has a network, as the kernel shows it.
#include "cli/app/ceremony/machine_facts.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "command.hpp"

namespace cli = yuxin::cli;
using yuxin::test::TemporaryFolder;
using Names = std::vector<std::string>;

namespace {

// Machine is a folder that looks like /.
class Machine {
 public:
  void put(const std::string& name, const std::string& text) const {
    const std::filesystem::path path(folder_.file(name));
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  [[nodiscard]] Names networks() const { return cli::networks_below(folder_.file("")); }

 private:
  TemporaryFolder folder_;
};

constexpr const char* kHead = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";

}  // namespace

TEST_CASE("a machine with a loopback and cards that are down has no network") {
  const Machine machine;
  machine.put("sys/class/net/lo/flags", "0x9\n");
  machine.put("sys/class/net/eth0/flags", "0x1002\n");  // BROADCAST, MULTICAST
  machine.put("sys/class/net/bonding_masters", "");
  machine.put("proc/net/route", kHead);
  // as Linux shows it without a network: two routes of last resort on lo
  machine.put("proc/net/ipv6_route",
              "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
              "00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo\n");
  CHECK(machine.networks().empty());
}

TEST_CASE("an interface that is up, of whatever kind, is a network") {
  const Machine machine;
  machine.put("sys/class/net/lo/flags", "0x9\n");
  machine.put("sys/class/net/wlan0/flags", "0x1003\n");
  machine.put("sys/class/net/docker0/flags", "0x1003\n");
  CHECK(machine.networks() == Names{"docker0", "wlan0"});
}

TEST_CASE("a default route is a network, also where no interface says that it is up") {
  for (const auto& [file, text] : std::vector<std::pair<std::string, std::string>>{
           {"proc/net/route", std::string(kHead) + "ppp0\t00000000\t0102A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"},
           {"proc/net/ipv6_route",
            "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
            "fe800000000000000000000000000001 "
            "00000400 00000001 00000000 00000003     ppp0\n"}}) {
    const Machine machine;
    machine.put("sys/class/net/lo/flags", "0x9\n");
    machine.put(file, text);
    CHECK(machine.networks() == Names{"default route"});
  }
}

TEST_CASE("a machine that cannot be looked at is not taken for one without a network") {
  const Machine machine;
  CHECK(machine.networks() == Names{"unknown"});
  machine.put("sys/class/net/eth0/other", "");  // an interface without flags
  CHECK(machine.networks() == Names{"eth0"});
}

TEST_CASE("the digest of the program is that of the file that runs") {
  const auto facts = cli::machine_facts();
  REQUIRE(facts);
  const auto self = std::filesystem::read_symlink("/proc/self/exe").string();
  const auto by_tool = yuxin::test::run("sha256sum '" + self + "'");
  CHECK(by_tool.output.substr(0, 64) == yuxin::base::json_string(*facts, "program"));
}
