// The registration interface: a TLS listener, and the services that stand behind it.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "home.hpp"
#include "registration_desk.hpp"
#include "time_stamping.hpp"
#include "tls_upkeep.hpp"
#include "yuxin/base/pool.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/http/router.hpp"
#include "yuxin/http/server.hpp"

namespace yuxin::cli {

// registration_services names what can be served here, as --only takes it: "est". "ra" stands for all of it.
[[nodiscard]] const std::set<std::string>& registration_services();

// Registration serves officers, programs and machines by TLS 1.2 or 1.3 on a port of its own, with threads of its
// own, so that enrolments do not keep OCSP waiting. A client may show a certificate of one of the home's authorities;
// whether it is revoked, each service looks up in the home's own store for each request.
class Registration {
 public:
  struct Options {
    std::set<std::string> services;  // of registration_services
    std::uint16_t port = 0;
    std::uint16_t plain_port = 0;      // for what protects itself, CMP and SCEP; 0: none
    TimeStamping* stamping = nullptr;  // that runs in this server; null: each stamp is made by itself
  };
  // open makes what the interface proves itself with where it is lacking, and listens. Errors: those of
  // keep_registration_tls and http::Server::start, kMalformed for a clients.toml that cannot be read.
  [[nodiscard]] static base::Result<std::unique_ptr<Registration>> open(std::shared_ptr<Home> home,
                                                                        const Options& options);
  // step renews certificates that run out or were revoked, and takes up new authorities; called often, from one
  // thread. What cannot be done is logged and tried again.
  void step();
  void stop(std::chrono::milliseconds grace) { server_->stop(grace); }
  [[nodiscard]] std::uint16_t port() const { return server_->bound_port(); }
  [[nodiscard]] std::string services_text() const;  // "EST"
  [[nodiscard]] std::string plain_text() const;     // those that do without TLS; empty: none

 private:
  Registration(std::shared_ptr<Home> home, const Options& options);
  [[nodiscard]] base::Result<> add_services(std::uint16_t port);
  // add puts a service on its path where it is wanted; `name` is one of registration_services. kPlain: also where
  // there is no TLS.
  enum class Where { kTls, kPlain };
  void add(std::string_view name, std::string_view path, std::unique_ptr<base::HttpService> service,
           Where where = Where::kTls);
  [[nodiscard]] base::Result<> listen(const Options& wanted);

  std::shared_ptr<Home> home_;
  std::set<std::string> wanted_;
  std::set<std::string> plain_services_;
  Stamping stamping_;
  std::unique_ptr<ra::AutomaticDesk> desk_;
  std::vector<std::unique_ptr<base::HttpService>> services_;
  http::Router router_;
  http::Router plain_;
  base::Pool pool_;
  std::unique_ptr<http::Server> server_;  // goes first: it uses all of the above
  TlsUpkeep upkeep_;
};

}  // namespace yuxin::cli
