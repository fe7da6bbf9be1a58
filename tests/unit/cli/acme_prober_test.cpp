// Where a stranger's name may lead.
#include "cli/app/acme_prober.hpp"

#include <doctest/doctest.h>

#include "yuxin/http/interfaces.hpp"

using yuxin::cli::is_local_address;
using yuxin::cli::is_own_address;

TEST_CASE("addresses of this machine, its link and nobody are not gone to (RFC 6890)") {
  for (const auto* address : {"127.0.0.1",
                              "127.255.255.254",
                              "0.0.0.0",
                              "0.1.2.3",
                              "169.254.169.254",
                              "224.0.0.1",
                              "239.255.255.250",
                              "255.255.255.255",
                              "240.0.0.1",
                              "::",
                              "::1",
                              "fe80::1",
                              "febf::1",
                              "ff02::1",
                              "::ffff:127.0.0.1",
                              "::ffff:169.254.169.254",
                              "::127.0.0.1",
                              "64:ff9b::7f00:1",
                              "",
                              "localhost",
                              "1.2.3",
                              "0x7f000001"})
    CHECK_MESSAGE(is_local_address(address), address);
  for (const auto* address :
       {"192.0.2.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "126.255.255.255", "128.0.0.1", "169.253.255.255",
        "223.255.255.255", "2001:db8::1", "fd00::1", "fec0::1", "::ffff:192.0.2.1", "64:ff9b::c000:201"})
    CHECK_FALSE_MESSAGE(is_local_address(address), address);
}

TEST_CASE("an address of an interface of this machine is found in every form that it is written in") {
  CHECK(yuxin::http::own_addresses().contains("127.0.0.1"));
  const std::set<std::string> own = {"192.0.2.2", "2001:db8::2"};
  for (const auto* address :
       {"192.0.2.2", "::ffff:192.0.2.2", "::192.0.2.2", "64:ff9b::c000:202", "2001:db8::2", "2001:db8:0:0:0:0:0:2"})
    CHECK_MESSAGE(is_own_address(address, own), address);
  for (const auto* address : {"192.0.2.3", "2001:db8::3", "::ffff:192.0.2.3", "10.0.0.1", ""})
    CHECK_FALSE_MESSAGE(is_own_address(address, own), address);
}
