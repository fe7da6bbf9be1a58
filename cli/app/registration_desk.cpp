#include "registration_desk.hpp"

#include "desk_home.hpp"
#include "registration_identity.hpp"
#include "registry_home.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::message;
using base::Result;

namespace {

constexpr const char* kActor = "service:registration";
constexpr const char* kFile = "clients.toml";
constexpr std::size_t kLongestFile = std::size_t{4} << 20U;
// Definitions, profiles, approvals.toml and organisation.toml are read again after so long. What they say is judged
// anew at every request; certificates, roles and their revocation are never kept.
constexpr base::Seconds kDeskFor{5};

// What is wrong with the home's own files is told to its operator, and to nobody who asks from outside.
base::Failure out_of_order(const base::Error& error) {
  if (error.code == Code::kUnavailable || error.code == Code::kSigner) return base::Failure(error);
  base::log_error(base::message("The registration desk does not open: {}", error.detail));
  return fail(Code::kUnavailable, "The registration authority cannot work at present. Try again later.");
}

// OpenDesk keeps a desk open for some seconds.
class OpenDesk {
 public:
  explicit OpenDesk(Home& home) : home_(home) {}
  Result<std::shared_ptr<ra::Desk>> get() {
    const std::lock_guard lock(mutex_);
    const auto now = home_.clock().now();
    if (desk_ && now >= opened_ && now - opened_ < kDeskFor) return desk_;
    auto opened = open_desk(home_, kActor);
    if (!opened) return out_of_order(opened.error());
    desk_ = std::move(*opened);
    opened_ = now;
    return desk_;
  }

 private:
  Home& home_;
  std::mutex mutex_;
  std::shared_ptr<ra::Desk> desk_;
  base::UnixTime opened_{0};
};

}  // namespace

Result<evidence::VerifiedAct> sign_as_service(Home& home, evidence::Act act, const Stamping& stamping) {
  TRY(const auto service, keep_registration_service(home, kActor));
  act.time = home.clock().now();
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(act.previous, evidence::last_act(reader, act.object));
    return {};
  }));
  TRY(const auto signed_act,
      evidence::sign_act(act, {service.certificate, service.signer}, service.chain, x509::CmsForm::kRfc5652));
  TRY(const auto trust, trust_of(home));
  TRY(const auto proofs, proofs_for(home, kActor, stamping));
  auto accepted = evidence::accept_act(signed_act, *proofs, trust, act.previous);
  if (accepted || accepted.error().code != Code::kNotAuthorised) return accepted;
  // A device is told what it can understand; the log says what an operator does.
  base::log_warning(
      message("The registration service may enter no requests for officers: {} An officer grants it the role: yuxin "
              "role grant RA.SERVICE --to FILE, with its certificate from: yuxin client service --out FILE",
              accepted.error().detail));
  return fail(Code::kNotAuthorised,
              "This service may not enter requests for officers yet; its operator has been told what to do.");
}

std::string clients_path(const Home& home) { return home.path() + "/" + kFile; }

Result<std::shared_ptr<const ra::MachineClients>> read_clients(const Home& home) {
  const auto file = clients_path(home);
  auto text = base::read_file(file, kLongestFile);
  if (!text && text.error().code != Code::kNotFound) return tl::unexpected(std::move(text).error());
  return ra::MachineClients::parse(text ? base::as_text(*text) : std::string_view(), file);
}

Result<std::shared_ptr<ClientFile>> ClientFile::open(const Home& home) {
  std::shared_ptr<ClientFile> file(new ClientFile(home));
  file->seen_ = file->look();
  TRY(file->clients_, read_clients(home));
  return file;
}

ClientFile::Seen ClientFile::look() const {
  const auto file = base::OpenFile::below(home_.path(), kFile);
  return file ? Seen((*file)->identity()) : Seen();
}

std::shared_ptr<const ra::MachineClients> ClientFile::clients() {
  const std::lock_guard lock(mutex_);
  const auto now = look();
  if (now == seen_) return clients_;
  seen_ = now;
  auto read = read_clients(home_);
  if (read) {
    clients_ = std::move(*read);
  } else {
    base::log_error(base::message("The clients stay as they were: {}", read.error().detail));
  }
  return clients_;
}

GiveDesk desk_kept_open(Home& home) {
  return [desk = std::make_shared<OpenDesk>(home)] { return desk->get(); };
}

std::unique_ptr<ra::AutomaticDesk> make_automatic_desk(Home& home, std::shared_ptr<ClientFile> clients,
                                                       Stamping stamping) {
  ra::AutomaticDeskParts parts;
  parts.desk = desk_kept_open(home);
  parts.approvals = [&home]() -> Result<std::shared_ptr<const ca::ApprovalPolicy>> {
    auto read = home.approvals();
    if (!read) return out_of_order(read.error());
    return read;
  };
  parts.clients = [clients = std::move(clients)] { return clients->clients(); };
  parts.sign = [&home, stamping = std::move(stamping)](evidence::Act act) {
    return sign_as_service(home, std::move(act), stamping);
  };
  parts.signer = [&home]() -> Result<evidence::Hash> {
    TRY(const auto service, keep_registration_service(home, kActor));
    return x509::sha256(service.certificate.tbs().spki);
  };
  return std::make_unique<ra::AutomaticDesk>(std::move(parts));
}

}  // namespace yuxin::cli
