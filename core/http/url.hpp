// Addresses that the client fetches.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "yuxin/base/result.hpp"

namespace yuxin::http {

// Url is an http or https address (RFC 3986, RFC 9110 section 4.2), taken apart.
struct Url {
  bool tls = false;
  std::string host;  // a name or a literal address, IPv6 without brackets
  std::uint16_t port = 80;
  std::string target;  // path and query, as they came; "/" when there is no path

  // authority is what stands in the Host field: the port only when it is not the scheme's own.
  [[nodiscard]] std::string authority() const;
};

// parse_url refuses user names (they leak and deceive), characters that are not visible ASCII, and hosts that are
// neither name nor address. A fragment is dropped. Errors: kUsage.
[[nodiscard]] base::Result<Url> parse_url(std::string_view text);

// resolve_location reads the Location of a redirect that came from `from`: an address, or a path on the same host.
// Errors: kMalformed, and kRefused for a way from https to http.
[[nodiscard]] base::Result<Url> resolve_location(const Url& from, std::string_view location);

}  // namespace yuxin::http
