// What a profile must keep beyond its grammar: RFC 5280 and the limits of this program.
#pragma once

#include <optional>
#include <string>

#include "yuxin/base/config.hpp"
#include "yuxin/ca/profile.hpp"

namespace yuxin::ca {

// check_under refuses limits of a SAN rule that are no domains or networks.
[[nodiscard]] base::Result<> check_under(const base::ConfigTable& table, const SanRule& rule);

// check_single_labels refuses them for other kinds than DNS, and what is no name without a dot.
[[nodiscard]] base::Result<> check_single_labels(const base::ConfigTable& table, const SanRule& rule);

// parse_constraint reads one name constraint: "dns:city.example", "email:city.example", "ip:192.0.2.0/24".
[[nodiscard]] std::optional<x509::GeneralName> parse_constraint(const std::string& text);

// Network is an address with a prefix length.
struct Network {
  base::Bytes address;  // 4 or 16 octets
  unsigned prefix = 0;
};
[[nodiscard]] std::optional<Network> parse_network(const std::string& text);

// check_extensions refuses, of the extensions that are the same in every certificate, what RFC 5280 does not let
// stand there, and what this program writes itself.
[[nodiscard]] base::Result<> check_extensions(const base::ConfigTable& table, const Profile& profile);

// check_profile refuses a profile whose certificates would contradict RFC 5280, naming the section.
[[nodiscard]] base::Result<> check_profile(const base::ConfigTable& table, const Profile& profile);

}  // namespace yuxin::ca
