#include "interface_home.hpp"

#include <map>
#include <thread>

#include "desk_home.hpp"
#include "home_proofs.hpp"
#include "policy_files.hpp"
#include "registration_identity.hpp"
#include "yuxin/base/log.hpp"

namespace yuxin::cli {

using base::Code;
using base::Result;

namespace {

constexpr const char* kFile = "registries.toml";
constexpr const char* kActor = "service:authority-interface";
constexpr std::size_t kLongestFile = std::size_t{1} << 20U;
constexpr std::size_t kQueue = 512;
// Definitions, profiles and policies are read again after so long; registries.toml, certificates, roles and their
// revocation are looked at for every request.
constexpr base::Seconds kKeepFor{5};

// RegistryFile follows registries.toml: one that cannot be read lets nobody in.
class RegistryFile {
 public:
  explicit RegistryFile(const Home& home) : home_(home) {}
  Result<std::shared_ptr<const ra::Registries>> registries() {
    const std::lock_guard lock(mutex_);
    const auto file = base::OpenFile::below(home_.path(), kFile);
    const auto seen = file ? Seen((*file)->identity()) : Seen();
    if (known_ && seen == seen_) return known_;
    known_ = nullptr;
    TRY(known_, read_registries(home_));
    seen_ = seen;
    return known_;
  }

 private:
  using Seen = std::optional<base::OpenFile::Identity>;
  const Home& home_;
  std::mutex mutex_;
  Seen seen_;
  std::shared_ptr<const ra::Registries> known_;
};

// OpenDesks keeps the desk of each registration authority, and the files that they go by, for some seconds.
class OpenDesks {
 public:
  explicit OpenDesks(Home& home) : home_(home) {}
  Result<std::shared_ptr<ra::Desk>> desk(const ca::Petitioner& petitioner) {
    const std::lock_guard lock(mutex_);
    TRY(freshen());
    auto key = petitioner.name + " " + petitioner.service;
    if (petitioner.within) key += " " + petitioner.within->text();
    auto& desk = desks_[key];
    if (desk == nullptr) {
      TRY(desk, open_desk_for(home_, petitioner));
    }
    return desk;
  }
  Result<base::JsonObject> policy() {
    const std::lock_guard lock(mutex_);
    TRY(freshen());
    if (!policy_) {
      TRY(policy_, policy_files(home_));
    }
    return *policy_;
  }

 private:
  Result<> freshen() {
    const auto now = home_.clock().now();
    if (now >= since_ && now - since_ < kKeepFor) return {};
    desks_.clear();
    policy_.reset();
    since_ = now;
    return {};
  }

  Home& home_;
  std::mutex mutex_;
  base::UnixTime since_{0};
  std::map<std::string, std::shared_ptr<ra::Desk>> desks_;
  std::optional<base::JsonObject> policy_;
};

ra::InterfaceParts parts_of(Home& home, TimeStamping* stamping) {
  const auto file = std::make_shared<RegistryFile>(home);
  const auto desks = std::make_shared<OpenDesks>(home);
  Stamping stamp;
  if (stamping != nullptr)
    stamp = [stamping](base::ByteView request) -> Result<base::Bytes> {
      return stamping->authority().respond(request);
    };
  ra::InterfaceParts parts;
  parts.store = home.shared_store();
  parts.clock = &home.clock();
  parts.home = home.path();
  parts.registries = [file] { return file->registries(); };
  parts.desk = [desks](const ca::Petitioner& petitioner) { return desks->desk(petitioner); };
  parts.policy = [desks] { return desks->policy(); };
  parts.sign_head = [&home](const evidence::TreeHead& head) { return home.sign_head(head); };
  parts.proofs =
      [&home, stamp = std::move(stamp)](const std::string& actor) -> Result<std::unique_ptr<evidence::ProofSource>> {
    return std::make_unique<HomeProofs>(home, actor, stamp);
  };
  return parts;
}

Result<http::TlsServerOptions> interface_tls(Home& home) {
  TRY(auto options, registration_tls(home));
  options.client_certificate = http::ClientCertificate::kRequired;
  return options;
}

}  // namespace

std::string registries_path(const Home& home) { return home.path() + "/" + kFile; }

Result<std::shared_ptr<const ra::Registries>> read_registries(const Home& home) {
  const auto file = registries_path(home);
  auto text = base::read_file(file, kLongestFile);
  if (!text && text.error().code != Code::kNotFound) return tl::unexpected(std::move(text).error());
  return ra::Registries::parse(text ? base::as_text(*text) : std::string_view(), file);
}

InterfaceListener::InterfaceListener(std::shared_ptr<Home> home, TimeStamping* stamping)
    : home_(std::move(home)),
      service_(parts_of(*home_, stamping)),
      pool_(std::max(2U, std::thread::hardware_concurrency()), kQueue) {}

Result<std::unique_ptr<InterfaceListener>> InterfaceListener::open(std::shared_ptr<Home> home, std::uint16_t port,
                                                                   TimeStamping* stamping) {
  TRY(read_registries(*home));
  TRY(keep_registration_tls(*home, kActor));
  std::unique_ptr<InterfaceListener> made(new InterfaceListener(std::move(home), stamping));
  http::ListenerOptions listener;
  listener.address = made->home_->config().authority_interface.address;
  listener.port = port;
  listener.port_option = "--ca-port";
  listener.service = &made->service_;
  listener.limits.large_body = ra::InterfaceLimits().body;
  TRY(listener.tls, interface_tls(*made->home_));
  made->upkeep_.begin(*listener.tls);
  http::ServerOptions options;
  options.listeners.push_back(std::move(listener));
  options.pool = &made->pool_;
  options.clock = &made->home_->clock();
  TRY(made->server_, http::Server::start(options));
  return made;
}

void InterfaceListener::step() {
  upkeep_.step(*server_, home_->clock().now(), [this]() -> Result<http::TlsServerOptions> {
    TRY(keep_registration_tls(*home_, kActor));
    return interface_tls(*home_);
  });
}

}  // namespace yuxin::cli
