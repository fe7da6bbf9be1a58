#include "registration_acme.hpp"

#include "acme_prober.hpp"

namespace yuxin::cli {

using base::Result;

namespace {

constexpr std::uint16_t kHttps = 443;

// AcmeOverNetwork keeps the prober as long as the service.
class AcmeOverNetwork final : public base::HttpService {
 public:
  AcmeOverNetwork(std::unique_ptr<NetworkProber> prober, const ra::AcmeParts& parts)
      : prober_(std::move(prober)), service_(parts) {}
  std::optional<base::HttpReply> answer_now(const base::HttpRequest& request) override {
    return service_.answer_now(request);
  }
  base::HttpReply answer(const base::HttpRequest& request) override { return service_.answer(request); }

 private:
  std::unique_ptr<NetworkProber> prober_;
  ra::AcmeService service_;
};

}  // namespace

ra::AcmeConfig acme_config(const HomeConfig& config, std::uint16_t port) {
  auto acme = config.acme.service;
  if (!acme.url.empty()) return acme;
  const auto& names = config.registration.names;
  const auto named = names.empty() ? host_of_url(config.public_url) : names.front();
  const auto host = named.empty() ? std::string("localhost") : named;
  const bool bare = host.find(':') != std::string::npos && !host.starts_with('[');
  acme.url = "https://" + (bare ? "[" + host + "]" : host);
  if (port != kHttps) acme.url += ":" + std::to_string(port);
  acme.url += "/acme";
  return acme;
}

Result<std::unique_ptr<base::HttpService>> make_acme_service(Home& home, const AcmeHost& host) {
  TRY(auto prober, NetworkProber::make(home.config().acme));
  TRY(const auto profiles, home.profiles());
  auto* const looks = prober.get();
  return std::make_unique<AcmeOverNetwork>(std::move(prober),
                                           ra::AcmeParts{.desk = host.desk,
                                                         .prober = looks,
                                                         .clock = &home.clock(),
                                                         .store = home.shared_store(),
                                                         .clients = host.clients,
                                                         .profiles = profiles,
                                                         .config = acme_config(home.config(), host.port)});
}

}  // namespace yuxin::cli
