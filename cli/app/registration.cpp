#include "registration.hpp"

#include <algorithm>

#include "registration_acme.hpp"
#include "registration_cmp.hpp"
#include "registration_identity.hpp"
#include "registration_rest.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ra/acme.hpp"
#include "yuxin/ra/cmp.hpp"
#include "yuxin/ra/est.hpp"
#include "yuxin/ra/rest.hpp"
#include "yuxin/ra/scep.hpp"

namespace yuxin::cli {

using base::Result;

namespace {

constexpr const char* kActor = "service:registration";
constexpr std::size_t kQueue = 512;
// A request spends most of its time waiting for the disk, and those that wait together share a commit: many more
// threads than processors.
constexpr std::size_t kThreads = 16;
constexpr base::Seconds kLookEvery{10};

Stamping stamping_by(TimeStamping* stamping) {
  if (stamping == nullptr) return {};
  return [stamping](base::ByteView request) -> Result<base::Bytes> { return stamping->authority().respond(request); };
}

}  // namespace

const std::set<std::string>& registration_services() {
  static const std::set<std::string> kServices = {"acme", "cmp", "est", "rest", "scep"};
  return kServices;
}

namespace {

// ScepKeys opens the keys of SCEP when they are first wanted, and looks at them again after some time.
class ScepKeys {
 public:
  explicit ScepKeys(Home& home) : home_(home) {}
  Result<std::shared_ptr<const ra::ScepIdentity>> get() {
    const std::lock_guard lock(mutex_);
    const auto now = home_.clock().now();
    if (identity_ && now >= looked_ && now - looked_ < kLookEvery) return identity_;
    TRY(identity_, keep_registration_scep(home_, kActor));
    looked_ = now;
    return identity_;
  }

 private:
  Home& home_;
  std::mutex mutex_;
  std::shared_ptr<const ra::ScepIdentity> identity_;
  base::UnixTime looked_{0};
};

}  // namespace

// One line for each service.
Result<> Registration::add_services(std::uint16_t port) {
  TRY(auto clients, ClientFile::open(*home_));
  TRY(const auto profiles, home_->profiles());
  desk_ = make_automatic_desk(*home_, clients, stamping_);
  const auto source = [clients] { return clients->clients(); };
  add("est", ra::EstService::kPath, std::make_unique<ra::EstService>(ra::EstParts{desk_.get(), source, profiles}));
  TRY(auto acme, make_acme_service(*home_, {desk_.get(), source, port}));
  add("acme", ra::AcmeService::kPath, std::move(acme));
  TRY(auto cmp, make_cmp_service(*home_, *desk_, source));
  add("cmp", ra::CmpService::kPath, std::move(cmp), Where::kPlain);
  add("rest", "/v1/", make_rest_service(*home_, stamping_));
  const auto scep_keys = std::make_shared<ScepKeys>(*home_);
  add("scep", ra::ScepService::kPath,
      std::make_unique<ra::ScepService>(
          ra::ScepParts{desk_.get(), source, [scep_keys] { return scep_keys->get(); }, &home_->clock()}),
      Where::kPlain);
  return {};
}

Registration::Registration(std::shared_ptr<Home> home, const Options& options)
    : home_(std::move(home)),
      wanted_(options.services),
      stamping_(stamping_by(options.stamping)),
      pool_(kThreads, kQueue) {}

Result<std::unique_ptr<Registration>> Registration::open(std::shared_ptr<Home> home, const Options& options) {
  std::unique_ptr<Registration> made(new Registration(std::move(home), options));
  TRY(made->add_services(options.port));
  TRY(keep_registration_tls(*made->home_, kActor));
  TRY(keep_registration_service(*made->home_, kActor));
  TRY(made->listen(options));
  return made;
}

void Registration::add(std::string_view name, std::string_view path, std::unique_ptr<base::HttpService> service,
                       Where where) {
  if (!wanted_.contains(std::string(name))) return;
  services_.push_back(std::move(service));
  const auto route = [&](http::Router& router) {
    if (!path.ends_with('/')) router.exact(path, {}, *services_.back());
    router.prefix(path.ends_with('/') ? std::string(path) : std::string(path) + "/", {}, *services_.back());
  };
  route(router_);
  if (where != Where::kPlain) return;
  route(plain_);
  plain_services_.insert(std::string(name));
}

Result<> Registration::listen(const Options& wanted) {
  http::ListenerOptions listener;
  listener.address = home_->config().registration.address;
  listener.port = wanted.port;
  listener.port_option = "--ra-port";
  listener.service = &router_;
  listener.limits.large_body = ra::RestService::kLargestAct;
  TRY(listener.tls, registration_tls(*home_));
  upkeep_.begin(*listener.tls);
  http::ServerOptions options;
  options.listeners.push_back(std::move(listener));
  if (wanted.plain_port != 0) {
    http::ListenerOptions plain;
    plain.address = home_->config().registration.address;
    plain.port = wanted.plain_port;
    plain.port_option = home_->path() + "/yuxin.toml, [registration] plain_port";
    plain.service = &plain_;
    options.listeners.push_back(std::move(plain));
  }
  options.pool = &pool_;
  options.clock = &home_->clock();
  TRY(server_, http::Server::start(options));
  return {};
}

void Registration::step() {
  upkeep_.step(*server_, home_->clock().now(), [this]() -> Result<http::TlsServerOptions> {
    TRY(keep_registration_service(*home_, kActor));
    TRY(keep_registration_tls(*home_, kActor));
    return registration_tls(*home_);
  });
}

namespace {

std::string text_of(const std::set<std::string>& services) {
  std::vector<std::string> texts;
  for (const auto& name : services) {
    auto& text = texts.emplace_back(name);
    std::ranges::transform(text, text.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
  }
  return base::join(texts, base::message(", "));
}

}  // namespace

std::string Registration::services_text() const { return text_of(wanted_); }
std::string Registration::plain_text() const { return text_of(plain_services_); }

}  // namespace yuxin::cli
