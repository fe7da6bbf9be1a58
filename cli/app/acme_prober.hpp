// Looking at what applicants have put on their hosts and into the DNS, without being led to where strangers must not
// come.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "acme_settings.hpp"
#include "yuxin/http/dns.hpp"
#include "yuxin/ra/acme.hpp"

namespace yuxin::cli {

// is_local_address says whether a literal address leads to this machine, its link, or nobody: unspecified, loopback,
// link-local, multicast and reserved ones (RFC 6890), also as IPv4 within IPv6. True for what is no address.
[[nodiscard]] bool is_local_address(std::string_view literal);

// is_own_address says whether a literal is one of `own` (http::own_addresses), in another form or within IPv6, too.
[[nodiscard]] bool is_own_address(std::string_view literal, const std::set<std::string>& own);

// NetworkProber asks the resolver of the settings, and fetches by http::client. Addresses of this machine, those
// of its interfaces at that moment among them, are not gone to, whoever names them (a record, a redirect), unless the
// settings allow it; redirects lead to the ports 80, 443 and that of http-01 only, and to names only. A question ends
// within 3 seconds, a look within 5.
class NetworkProber final : public ra::AcmeProber {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<NetworkProber>> make(const AcmeSettings& settings);
  [[nodiscard]] ra::Probed<std::string> web_text(const std::string& host, const std::string& token) override;
  [[nodiscard]] ra::Probed<std::vector<std::string>> texts(const std::string& name) override;
  [[nodiscard]] ra::Probed<base::Bytes> alpn_certificate(const std::string& host) override;
  [[nodiscard]] ra::Probed<std::vector<ra::CaaRecord>> caa(const std::string& name) override;

 private:
  NetworkProber(AcmeSettings settings, http::DnsServer resolver)
      : settings_(std::move(settings)), resolver_(std::move(resolver)) {}
  [[nodiscard]] ra::Probed<std::vector<std::string>> addresses(const std::string& host) const;
  [[nodiscard]] ra::Probed<std::vector<base::Bytes>> records(const std::string& name, http::DnsType type) const;

  AcmeSettings settings_;
  http::DnsServer resolver_;
};

}  // namespace yuxin::cli
