// The settings of a home: yuxin.toml.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "acme_settings.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"

namespace yuxin::cli {

// kRegistration: a registration authority whose authority is on another host (docs/split.md).
enum class HomeKind { kOnline, kOfflineRoot, kRegistration };

// LedgerConfig says who else vouches for checkpoints.
struct LedgerConfig {
  std::string
      time_stamp_url;  // of a time stamping authority (RFC 3161, HTTP); empty: the home's own, if there is one
  std::string time_stamp_trust;  // PEM file with its root, absolute or relative to the home; empty: the home's roots
  std::vector<std::string> witnesses;  // "NAME+HASH+KEY" each, checked
};

// TimeStampingConfig is the table [tsa].
struct TimeStampingConfig {
  // The policy of the shipped practice, under an arc of a random UUID (X.667). Authorities that publish a practice
  // statement put their own OID here.
  std::string policy = "2.25.191336888890531288923779631045426595650.1";
  std::int64_t accuracy_ms = 1000;  // 0: tokens say nothing of it
  bool ordering = false;            // no two stamps of one server have the same time
  bool gm_form = false;             // GM/T 0010 instead of RFC 5652; SM2 keys only
  std::string time_source;          // empty, "kernel", or "ntp://host[:port]"
  std::int64_t time_source_bound_ms = 1000;
  base::Period key_renew_every{.years = 1};
};

// KeysConfig is the table [keys].
struct KeysConfig {
  std::vector<std::string> modules;  // of PKCS #11; empty: those that p11-kit knows
  std::string services;              // URI of the token for the keys that the home makes itself; empty: software
};

// RegistrationConfig is the table [registration].
struct RegistrationConfig {
  std::string address = "127.0.0.1";  // that the registration interface listens on
  std::uint16_t port = 8443;
  std::uint16_t plain_port = 0;  // plain HTTP for CMP and SCEP, which protect themselves; 0: none
  // Names and addresses that its TLS certificate bears; none: the host of public_url, or localhost.
  std::vector<std::string> names;
};

// AuthorityConfig is the table [authority] of a registration authority.
struct AuthorityConfig {
  std::string url;                           // "https://ca.city.example:8444"
  std::string trust = "exchange/trust.pem";  // its root; absolute or relative to the home
};

// InterfaceConfig is the table [authority_interface]: where registration authorities on other hosts are served.
struct InterfaceConfig {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: nowhere
};

struct HomeConfig {
  HomeKind kind = HomeKind::kOnline;
  std::string organisation;
  std::string public_url;                    // "http://pki.city.example", without a slash at its end; may be empty
  std::string public_address = "127.0.0.1";  // that the status service listens on
  std::uint16_t public_port = 8080;
  base::Period crl_valid_for{.seconds = 7 * 86400};
  base::Period crl_every{.seconds = 86400};  // a new list at least this often
  base::Period ocsp_valid_for{.seconds = 3600};
  bool never_issued_is_revoked = false;  // RFC 6960 extended revoked instead of unknown
  base::Period ocsp_signer_renew_before{.seconds = 10 * 86400};
  KeysConfig keys;
  LedgerConfig ledger;
  TimeStampingConfig tsa;
  RegistrationConfig registration;
  AuthorityConfig authority;
  InterfaceConfig authority_interface;
  AcmeSettings acme;
  std::string workflow_policy = "2026";  // which values of the workflows count: [policy.2026] of their definitions
};

// parse_home_config reads the text of yuxin.toml. Errors name the file, the line and the nearest known key.
[[nodiscard]] base::Result<HomeConfig> parse_home_config(std::string_view text, const std::string& file);
// print_home_config writes a new yuxin.toml, with every key and what it means.
[[nodiscard]] std::string print_home_config(const HomeConfig& config);

// check_public_url takes "http://host[:port][/path]" and gives it without a slash at the end; kUsage otherwise.
[[nodiscard]] base::Result<std::string> check_public_url(std::string_view url);
// check_authority_url takes "https://host[:port]" and gives it without a slash at the end; kUsage otherwise.
[[nodiscard]] base::Result<std::string> check_authority_url(std::string_view url);
// is_local_url says that a checked address leads to the machine itself: localhost, 127.0.0.0/8 or ::1.
[[nodiscard]] bool is_local_url(std::string_view url);
// host_of_url is the host of a checked address; port_of_url its port (80 when none is written).
[[nodiscard]] std::string host_of_url(std::string_view url);
[[nodiscard]] std::uint16_t port_of_url(std::string_view url);

}  // namespace yuxin::cli
