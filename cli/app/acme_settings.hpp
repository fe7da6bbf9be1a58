// The table [acme] of yuxin.toml.
#pragma once

#include <cstdint>
#include <string>

#include "yuxin/base/config.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/ra/acme.hpp"

namespace yuxin::cli {

// AcmeSettings is how ACME is served, and how names are looked at.
struct AcmeSettings {
  ra::AcmeConfig service;          // its `url` may be empty: then the registration interface's own
  std::string resolver;            // "192.0.2.53" or "192.0.2.53:5353"; empty: the first one of /etc/resolv.conf
  std::uint16_t http01_port = 80;  // where http-01 is looked at
  std::uint16_t tls_alpn01_port = 443;
  bool local_addresses = false;  // whether names may lead to this machine or its link
};

[[nodiscard]] base::Result<> read_acme_settings(base::ConfigTable& file, AcmeSettings& settings);
[[nodiscard]] std::string print_acme_settings(const AcmeSettings& settings);

}  // namespace yuxin::cli
