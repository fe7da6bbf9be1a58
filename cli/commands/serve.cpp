// yuxin serve: the status services, the registration interface, and what a running authority does by itself.
#include <csignal>
#include <iostream>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <set>
#include <thread>

#include "app/attribute_authority.hpp"
#include "app/clock_check.hpp"
#include "app/custodian_unlock.hpp"
#include "app/front_page.hpp"
#include "app/home_schema.hpp"
#include "app/interface_home.hpp"
#include "app/monitoring.hpp"
#include "app/notifications.hpp"
#include "app/registration.hpp"
#include "app/registration_upkeep.hpp"
#include "app/registry_home.hpp"
#include "app/share_input.hpp"
#include "app/time_stamping.hpp"
#include "app/unlocking.hpp"
#include "app/upkeep.hpp"
#include "commands.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/base/pool.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ca/newer_lists.hpp"
#include "yuxin/http/router.hpp"
#include "yuxin/http/server.hpp"
#include "yuxin/ra/remote_authority.hpp"
#include "yuxin/tsa/responder.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;

constexpr std::size_t kQueue = 2048;
constexpr std::chrono::milliseconds kGrace{20'000};
constexpr base::Seconds kLookEvery{1};

// The signals that end the server are taken by the main thread alone; every other thread is started with them
// blocked.
class EndSignals {
 public:
  EndSignals() {
    ::sigemptyset(&set_);
    ::sigaddset(&set_, SIGTERM);
    ::sigaddset(&set_, SIGINT);
    ::sigaddset(&set_, SIGHUP);  // the terminal is gone: the end too
    ::pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGUSR1, SIG_IGN);
    ::signal(SIGUSR2, SIG_IGN);
  }
  // arrived waits a quarter of a second for one of them.
  [[nodiscard]] bool arrived() const {
    const timespec wait{0, 250'000'000};
    return ::sigtimedwait(&set_, nullptr, &wait) > 0;
  }

 private:
  sigset_t set_{};
};

// serve_until_end calls `step` until a signal comes. kIntegrity once the database is no longer the file that was
// opened: answers from that one would go on without what everybody else writes.
template <typename Step>
Result<> serve_until_end(const EndSignals& signals, Home& home, Step step) {
  while (!signals.arrived()) {
    if (auto placed = home.store().database().in_place(); !placed) {
      base::log_error(placed.error().detail);
      return fail(Code::kIntegrity, "Stopped, because {}/yuxin.db is no longer the database that was served.",
                  home.path());
    }
    step();
  }
  return {};
}

Result<std::uint16_t> port_of(const Arguments& arguments, std::string_view option, std::uint16_t otherwise) {
  const auto text = arguments.maybe(option);
  if (!text) return otherwise;
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), port);
  if (error != std::errc{} || end != text->data() + text->size())
    return fail(Code::kUsage, "\"{}\" is no port; it is a number from 0 to 65535.", *text);
  return port;
}

Result<std::set<std::string>> parts_of(const Arguments& arguments) {
  std::set<std::string> known = {"ca", "ocsp", "crl", "tsa", "notify"};
  const auto& registration = registration_services();
  known.insert(registration.begin(), registration.end());
  const auto only = arguments.maybe("--only");
  if (!only) return known;
  std::set<std::string> parts;
  for (const auto part : base::split(*only, ',')) {
    const std::string name(base::trim(part));
    if (name == "ra") {
      parts.insert(registration.begin(), registration.end());
      continue;
    }
    if (!known.contains(name))
      return fail(Code::kUsage, "\"{}\" is not served by this version; --only takes ra, {}.", name,
                  base::join(std::vector(known.begin(), known.end()), message(", ")));
    parts.insert(name);
  }
  return parts;
}

ocsp::ResponderOptions responder_options(const HomeConfig& config) {
  ocsp::ResponderOptions options;
  options.validity = base::add({0}, config.ocsp_valid_for) - base::UnixTime{0};
  options.renew_after = {options.validity.count / 2};
  options.renew_lead = {std::min<std::int64_t>(60, options.validity.count / 8)};
  if (config.never_issued_is_revoked) options.never_issued = ocsp::ResponderOptions::NeverIssued::kExtendedRevoked;
  return options;
}

void add_routes(http::Router& router, const std::set<std::string>& parts, ocsp::Responder* responder,
                ocsp::Publication& publication, RoleListService& roles, Monitoring& monitoring) {
  if (parts.contains("ocsp") && responder != nullptr) {
    router.exact("/ocsp", {"POST", "GET"}, *responder);
    router.prefix("/ocsp/", {"GET"}, *responder);
  }
  if (parts.contains("crl")) {
    router.prefix("/crl/", {"GET"}, publication);
    router.exact(RoleListService::kPath, {"GET"}, roles);
    router.prefix("/ca/", {"GET"}, publication);
  }
  for (const char* path : {"/healthz", "/readyz", "/metrics", "/checkpoint"}) router.exact(path, {"GET"}, monitoring);
  router.prefix("/checkpoint/", {"GET"}, monitoring);
}

Result<std::shared_ptr<Home>> open_for_serving(const Context& context, const Arguments& arguments) {
  const auto shares = arguments.maybe("--shares");
  if (!shares) return open_unlocked_home(context);
  TRY(auto home, open_home(context, Home::Access::kWrite));
  TRY(unlock_by_custodians(context, arguments, *shares, *home));
  TRY(end_interrupted(context, *home));
  return home;
}

// A server's standard error is its log: what is wrong stands there with its time, like what the services say.
void warn(const Context& context, const std::string& text) {
  context.options().json ? context.warn(text) : base::log_warning(text);
}

// Status is told on any clock; what a wrong one stops is new certificates for the services, until it is set.
Result<> welcome_clock(const Context& context, const Arguments& arguments, Home& home) {
  auto met = meet_clock(context, arguments, home);
  if (met || met.error().code != Code::kConflict) return met;
  warn(context, met.error().detail);
  return {};
}

// A rule, a table or an index that somebody put into the database can hide what was revoked, or refuse it.
Result<> check_database(Home& home) {
  std::vector<std::string> faults;
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(faults, database_faults(reader));
    return {};
  }));
  if (!faults.empty())
    return fail(Code::kIntegrity,
                "{} What it would say cannot be believed, so nothing is served. Find out who had access: yuxin audit "
                "verify",
                base::join(faults, " "));
  TRY(const auto older, ca::find_roll_backs(home.store(), home.path()));
  if (older.empty()) return {};
  return fail(Code::kIntegrity, "{} Nothing is served. To go on: {}", ca::roll_back_text(older.front()),
              ca::roll_back_remedy(older.front()));
}

// An offline root is turned away before anybody types a passphrase.
Result<> check_serves(const Context& context) {
  TRY(const auto home, open_home(context, Home::Access::kRead));
  TRY(check_database(*home));
  if (home->config().kind != HomeKind::kOfflineRoot) return {};
  return fail(Code::kConflict,
              "{} is an offline root. It serves nothing; its list is published by the online home: yuxin ca "
              "import-crl root FILE",
              home->path());
}

// open_interface gives nothing where no registration authority elsewhere is served: the settings name no port, and
// none was given.
Result<std::unique_ptr<InterfaceListener>> open_interface(const Context& context, const Arguments& arguments,
                                                          const std::shared_ptr<Home>& home,
                                                          const std::set<std::string>& parts,
                                                          TimeStamping* stamping) {
  const auto& config = home->config().authority_interface;
  TRY(const auto port, port_of(arguments, "--ca-port", config.port));
  const bool wanted = config.port != 0 || arguments.has("--ca-port");
  if (!parts.contains("ca") || !wanted) {
    if (!parts.contains("ca") || !arguments.has("--only")) return nullptr;
    return fail(Code::kConflict,
                "No port for registration authorities on other hosts. Write it under [authority_interface] of "
                "{}/yuxin.toml, or "
                "give it: --ca-port 8444",
                home->path());
  }
  TRY(auto opened, InterfaceListener::open(home, port, stamping));
  context.remark(message("Registration authorities order at https://{}:{}.", config.address, opened->port()));
  return opened;
}

// open_registration gives nothing where none of its services are wanted. Where nobody asked for it by name, a home
// that cannot have it (its authority is revoked, the port is taken) goes on telling status without it.
Result<std::unique_ptr<Registration>> open_registration(const Context& context, const Arguments& arguments,
                                                        const std::shared_ptr<Home>& home,
                                                        const std::set<std::string>& parts, TimeStamping* stamping) {
  Registration::Options options;
  std::ranges::set_intersection(parts, registration_services(),
                                std::inserter(options.services, options.services.end()));
  if (options.services.empty()) return nullptr;
  TRY(options.port, port_of(arguments, "--ra-port", home->config().registration.port));
  options.plain_port = home->config().registration.plain_port;
  options.stamping = stamping;
  auto opened = Registration::open(home, options);
  // a port that was named and cannot be had is a mistake; that the authority signs nothing new is none of serve's
  const bool mistaken = arguments.has("--ra-port") && !opened && opened.error().code != Code::kConflict;
  if (!opened && (arguments.has("--only") || mistaken)) return tl::unexpected(std::move(opened).error());
  if (!opened) {
    warn(context, message("No registration interface: {}", opened.error().detail));
    return nullptr;
  }
  context.remark(message("Registration by {} on https://{}:{}.", (*opened)->services_text(),
                         home->config().registration.address, (*opened)->port()));
  if (const auto plain = (*opened)->plain_text(); options.plain_port != 0 && !plain.empty())
    context.remark(message("Without TLS, because their messages protect themselves, also on http://{}:{}: {}.",
                           home->config().registration.address, options.plain_port, plain));
  return opened;
}

std::string served_text(const std::set<std::string>& parts) {
  std::vector<std::string> texts;
  if (parts.contains("ocsp")) texts.push_back(message("OCSP"));
  if (parts.contains("crl")) texts.push_back(message("lists and issuer certificates"));
  if (parts.contains("tsa")) texts.push_back(message("time stamps"));
  return base::join(texts, message(", "));
}

bool is_loopback(std::string_view address) { return address.starts_with("127.") || address == "::1"; }

// Front is the listening server with what it needs; it is gone before the services are.
class Front {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Front>> open(const Context& context, Home& home, std::uint16_t port,
                                                           const std::set<std::string>& parts, http::Router& router,
                                                           Monitoring& monitoring) {
    std::unique_ptr<Front> front(new Front(context, monitoring));
    http::ListenerOptions listener;
    listener.address = home.config().public_address;
    listener.port = port;
    listener.port_option = "--public-port";
    listener.service = &router;
    http::ServerOptions options;
    options.listeners.push_back(std::move(listener));
    options.pool = &front->pool_;
    options.clock = &home.clock();
    options.threads = front->cores_;
    // on the machine's own address everybody comes through one proxy, and no allowance keeps one from another's way
    if (is_loopback(home.config().public_address)) options.max_connections_per_client = options.max_connections;
    TRY(front->server_, http::Server::start(options));
    monitoring.count_with([server = front->server_.get()] { return server->counts(); });
    const auto served = served_text(parts);
    context.remark(message("Serving {} on http://{}:{}. Stop with Ctrl-C.",
                           served.empty() ? message("health and figures") : served, home.config().public_address,
                           front->server_->bound_port()));
    return front;
  }
  [[nodiscard]] std::uint16_t port() const { return server_->bound_port(); }
  // close finishes what was accepted.
  void close() {
    context_.remark(message("Stopping; finishing what was accepted."));
    server_->stop(kGrace);
    monitoring_.count_with(nullptr);  // what is left in the pool outlives the server
  }

 private:
  Front(const Context& context, Monitoring& monitoring)
      : context_(context), monitoring_(monitoring), pool_(cores_, kQueue) {}

  const Context& context_;
  Monitoring& monitoring_;
  const unsigned cores_ = std::max(1U, std::thread::hardware_concurrency());
  base::Pool pool_;
  std::unique_ptr<http::Server> server_;
};

// tell_ready gives a program one line, once everything listens; who asked for any free port learns it there.
void tell_ready(const Context& context, const Home& home, const Front& front, const Registration* registration,
                const InterfaceListener* interface) {
  if (!context.options().json) return;
  base::JsonObject ready{{"ready", true}, {"address", home.config().public_address}, {"public_port", front.port()}};
  ready["ra_port"] = registration == nullptr ? base::Json(nullptr) : base::Json(registration->port());
  ready["ca_port"] = interface == nullptr ? base::Json(nullptr) : base::Json(interface->port());
  context.out(base::print_json(ready));
  std::cout.flush();
}

// Lists and certificates were signed when they were made: whoever only hands them out needs no key.
bool needs_no_key(const Context& context, const Arguments& arguments, const std::set<std::string>& parts) {
  return parts == std::set<std::string>{"crl"} && !names_an_unlocking(context) && !arguments.has("--shares");
}

Result<int> hand_out(Context& context, const Arguments& arguments, const std::set<std::string>& parts,
                     const EndSignals& signals) {
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(auto port, port_of(arguments, "--public-port", home->config().public_port));
  TRY(auto publication, ocsp::Publication::start(home->store().status(), home->clock(), {.home = home->path()}));
  Monitoring monitoring(*home, nullptr);
  monitoring.watch(*publication);
  RoleListService roles(*home);
  http::Router router;
  add_routes(router, parts, nullptr, *publication, roles, monitoring);
  FrontPage page(*home, parts);
  router.exact("/", {"GET"}, page);
  TRY(auto front, Front::open(context, *home, port, parts, router, monitoring));
  tell_ready(context, *home, *front, nullptr, nullptr);
  context.remark(
      message("Without a passphrase nothing is signed here: lists are handed out as another server or yuxin ca crl "
              "makes them."));
  base::UnixTime next{0};
  const auto ended = serve_until_end(signals, *home, [&] {
    const auto now = home->clock().now();
    if (now < next && next - now <= kLookEvery) return;
    next = now + kLookEvery;
    if (auto done = publication->tick(); !done) base::log_error(done.error().detail);
  });
  front->close();
  TRY(ended);
  context.remark(message("Stopped."));
  return 0;
}

// Without anything that the authority has told there are no certificates, not even the own ones.
Result<> follow_first(Home& home) {
  TRY(const auto known, ra::followed(home.store()));
  if (known.records > 0) return {};
  TRY(const auto authority, open_remote_authority(home));
  auto followed = authority->refresh();
  if (followed) return {};
  return base::fail_with(followed.error().code, followed.error().diagnostic,
                         "Nothing has come from the authority at {} yet, so that nothing can be served: {}",
                         home.config().authority.url, followed.error().detail);
}

// A registration authority whose authority is elsewhere serves registration, and what is asked of every server.
Result<int> serve_registration(Context& context, const Arguments& arguments, const std::set<std::string>& parts,
                               const EndSignals& signals) {
  TRY(auto home, open_for_serving(context, arguments));
  TRY(authority_elsewhere(*home));
  TRY(auto port, port_of(arguments, "--public-port", home->config().public_port));
  TRY(follow_first(*home));
  RegistrationUpkeep upkeep(home);
  std::optional<Notifications> notifications;
  if (parts.contains("notify")) notifications.emplace(home);
  Monitoring monitoring(*home, nullptr);
  monitoring.follow_with(upkeep);
  if (notifications) monitoring.notify_with(*notifications);
  RoleListService roles(*home);
  TRY(auto publication, ocsp::Publication::start(home->store().status(), home->clock(), {.home = home->path()}));
  http::Router router;
  add_routes(router, {}, nullptr, *publication, roles, monitoring);
  FrontPage page(*home, parts);
  router.exact("/", {"GET"}, page);
  TRY(auto registration, open_registration(context, arguments, home, parts, nullptr));
  TRY(auto front, Front::open(context, *home, port, parts, router, monitoring));
  tell_ready(context, *home, *front, registration.get(), nullptr);
  const auto ended = serve_until_end(signals, *home, [&] {
    if (registration) registration->step();
  });
  upkeep.stop();
  if (notifications) notifications->stop();
  front->close();
  if (registration) registration->stop(kGrace);
  TRY(ended);
  if (auto done = home->checkpoint(); !done) base::log_warning(done.error().detail);
  context.remark(message("Stopped."));
  return 0;
}

// registration_parts refuses what a registration authority elsewhere has not.
Result<std::set<std::string>> registration_parts(const Arguments& arguments, const std::set<std::string>& parts) {
  auto known = registration_services();
  known.insert("notify");
  if (!arguments.has("--only")) return known;
  for (const auto& part : parts) {
    if (!known.contains(part))
      return fail(Code::kConflict,
                  "The authority of this registration authority is elsewhere; \"{}\" is served there.", part);
  }
  return parts;
}

Result<HomeKind> kind_of(const Context& context) {
  TRY(const auto home, open_home(context, Home::Access::kRead));
  return home->config().kind;
}

Result<int> run(Context& context, const Arguments& arguments) {
  const EndSignals signals;
  TRY(auto parts, parts_of(arguments));
  TRY(check_serves(context));
  TRY(port_of(arguments, "--ra-port", 0));
  TRY(port_of(arguments, "--ca-port", 0));
  TRY(const auto kind, kind_of(context));
  if (kind == HomeKind::kRegistration) {
    TRY(parts, registration_parts(arguments, parts));
    return serve_registration(context, arguments, parts, signals);
  }
  if (needs_no_key(context, arguments, parts)) return hand_out(context, arguments, parts, signals);
  TRY(auto home, open_for_serving(context, arguments));
  TRY(welcome_clock(context, arguments, *home));
  TRY(auto port, port_of(arguments, "--public-port", home->config().public_port));
  auto& status = home->store().status();
  TRY(auto responder, ocsp::Responder::start(status, home->clock(), responder_options(home->config())));
  TRY(auto publication, ocsp::Publication::start(status, home->clock(), {.home = home->path()}));
  std::unique_ptr<TimeStamping> stamping;
  if (parts.contains("tsa")) {
    TRY(stamping, TimeStamping::start(home));
  }
  Upkeep upkeep(home, *responder, *publication, stamping.get());
  TRY(upkeep.prepare());

  std::optional<Notifications> notifications;
  if (parts.contains("notify")) notifications.emplace(home);
  Monitoring monitoring(*home, responder.get());
  if (notifications) monitoring.notify_with(*notifications);
  if (parts.contains("crl")) monitoring.watch(*publication);
  RoleListService roles(*home);
  http::Router router;
  add_routes(router, parts, responder.get(), *publication, roles, monitoring);
  std::optional<tsa::Responder> stamps;
  if (stamping) {
    router.exact("/tsa", {"POST"}, stamps.emplace(stamping->authority()));
    monitoring.stamp_with(stamping->authority());
  }
  FrontPage page(*home, parts);
  router.exact("/", {"GET"}, page);
  TRY(auto interface, open_interface(context, arguments, home, parts, stamping.get()));
  TRY(auto registration, open_registration(context, arguments, home, parts, stamping.get()));
  TRY(auto front, Front::open(context, *home, port, parts, router, monitoring));
  tell_ready(context, *home, *front, registration.get(), interface.get());
  const auto ended = serve_until_end(signals, *home, [&] {
    upkeep.step();
    if (registration) registration->step();
    if (interface) interface->step();
  });
  if (notifications) notifications->stop();
  front->close();
  if (registration) registration->stop(kGrace);
  if (interface) interface->stop(kGrace);
  TRY(ended);
  if (auto done = home->checkpoint(); !done) base::log_warning(done.error().detail);
  context.remark(message("Stopped."));
  return 0;
}

}  // namespace

CommandSpec serve_command() {
  std::vector<OptionSpec> options = {
      {"--only", Arity::kOne, Presence::kOptional, "ocsp,crl,tsa,ra,ca,notify", "serve these parts only"},
      {"--public-port", Arity::kOne, Presence::kOptional, "N", "port of the status service; 0 takes a free one"},
      {"--ra-port", Arity::kOne, Presence::kOptional, "N", "port of the registration interface"},
      {"--ca-port", Arity::kOne, Presence::kOptional, "N", "port for registration authorities on other hosts"},
      {"--shares", Arity::kOne, Presence::kOptional, "REGISTER",
       "unlock by the custodians of this set instead of a passphrase"}};
  for (auto& option : share_options(Arity::kMany)) options.push_back(option);
  options.push_back(accept_clock_option());
  return {
      "serve",
      "",
      "serve OCSP, revocation lists, issuer certificates, time stamps and registration; renew lists and signers",
      std::move(options),
      {"yuxin --home city/online --passphrase-file pass serve", "yuxin --home city/online serve --public-port 8080",
       "yuxin --home city/online serve --shares shares/register.json"},
      run};
}

}  // namespace yuxin::cli
