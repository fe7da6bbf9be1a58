#include "founding.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>

#include "attribute_authority.hpp"
#include "authority_import.hpp"
#include "authority_steps.hpp"
#include "home.hpp"
#include "ledger_certificate.hpp"
#include "registry_home.hpp"
#include "shell_word.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/writable.hpp"
#include "yuxin/keymgmt/transfer_log.hpp"
#include "yuxin/x509/request.hpp"

namespace yuxin::cli {

using base::Code;
using base::Existing;
using base::fail;
using base::Permissions;
using base::Result;
namespace fs = std::filesystem;

namespace {

// A folder beside the one that is to be made. It disappears again unless it is kept, and is locked for as long as
// somebody builds in it, so that the next attempt can tell what a killed one left and clear it away.
class Scaffold {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Scaffold>> raise(const std::string& target) {
    for (int attempt = 0; attempt < 8; ++attempt) {
      base::Bytes random(6);
      base::random_bytes(random);
      std::unique_ptr<Scaffold> scaffold(new Scaffold(target + std::string(kSuffix) + base::hex(random)));
      TRY(base::make_directory(scaffold->path_));
      // another attempt may have taken the new folder for an abandoned one
      if (scaffold->lock() && fs::exists(scaffold->path_)) return scaffold;
    }
    return fail(Code::kUnavailable, "The folder {} is being made by somebody else. Nothing was made.", target);
  }
  // clear_abandoned takes away what attempts that were killed have left.
  static void clear_abandoned(const std::string& target) {
    const fs::path place(target);
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(place.parent_path(), ignored)) {
      if (!entry.path().filename().string().starts_with(place.filename().string() + std::string(kSuffix))) continue;
      Scaffold abandoned(entry.path().string());
      if (!abandoned.lock()) abandoned.keep();
    }
  }
  Scaffold(const Scaffold&) = delete;
  Scaffold& operator=(const Scaffold&) = delete;
  ~Scaffold() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
    if (folder_ >= 0) ::close(folder_);
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  void keep() { path_.clear(); }

 private:
  static constexpr std::string_view kSuffix = ".making-";

  explicit Scaffold(std::string path) : path_(std::move(path)) {}
  [[nodiscard]] bool lock() {
    folder_ = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return folder_ >= 0 && ::flock(folder_, LOCK_EX | LOCK_NB) == 0;
  }

  std::string path_;
  int folder_ = -1;
};

HomeConfig root_config(const FoundingPlan& plan) {
  HomeConfig config;
  config.kind = HomeKind::kOfflineRoot;
  config.organisation = plan.organisation;
  config.public_url = plan.public_url;
  config.crl_valid_for = {.months = 6};
  config.crl_every = {.months = 5};
  return config;
}

HomeConfig online_config(const FoundingPlan& plan) {
  HomeConfig config;
  config.organisation = plan.organisation;
  config.public_url = plan.public_url;
  const bool local = plan.public_url.empty() || is_local_url(plan.public_url);
  config.public_address = local ? "127.0.0.1" : "0.0.0.0";
  if (local && !plan.public_url.empty()) config.public_port = port_of_url(plan.public_url);
  return config;
}

Result<x509::Name> authority_name(const FoundingPlan& plan, const std::string& suffix) {
  x509::NameAttribute country{base::to_bytes(x509::oid::kCountryName), 0, "CN", true};
  x509::NameAttribute organisation{base::to_bytes(x509::oid::kOrganizationName), 0, plan.organisation, true};
  x509::NameAttribute common{base::to_bytes(x509::oid::kCommonName), 0, plan.organisation + " " + suffix, true};
  return x509::Name::from_attributes({country, organisation, common});
}

Result<> write_public(const std::string& path, std::string_view text) {
  return base::write_file(path, base::as_bytes(text), Existing::kReplace, Permissions::kPublic);
}

// The root's own certificate, in a home that will be carried away.
Result<x509::Certificate> found_root(Home& home, const FoundingPlan& plan) {
  const int year = base::civil(home.clock().now()).year;
  TRY(auto subject, authority_name(plan, "Root " + std::to_string(year)));
  TRY(auto certificate, make_root(home, {"root", plan.keys.root, subject}, plan.actor));
  TRY(write_public(home.path() + "/exchange/root.pem", certificate.pem()));
  return certificate;
}

// What the root does when somebody brings it a request on a stick.
Result<> certify_subordinate(Home& home, const std::string& request_file, const std::string& certificate_file,
                             const FoundingPlan& plan) {
  TRY(auto bytes, base::read_file(request_file));
  TRY(auto request, x509::CertificateRequest::from_bytes(bytes));
  TRY(auto issuer, home.issuer("root"));
  TRY(auto profiles, home.profiles());
  TRY(auto profile, profiles.find("sub-ca"));
  TRY(auto prepared,
      issuer->prepare(profile, {.request = request, .subject = {}, .alt_names = {}, .validity = {}}, {plan.actor}));
  TRY(auto issued, issuer->issue(std::move(prepared)));
  return write_public(certificate_file, issued.certificate.pem());
}

Result<> carry(const std::string& from, const std::string& to) {
  TRY(auto bytes, base::read_file(from));
  return base::write_file(to, bytes, Existing::kReplace, Permissions::kPublic);
}

struct Homes {
  std::shared_ptr<Home> root;
  std::shared_ptr<Home> online;
};

// The two know each other's key from the beginning, so that every bundle between them is checked.
Result<> introduce(Home& home, Home& other, const std::string& name, const FoundingPlan& plan) {
  keymgmt::TransferPeer peer;
  peer.name = name;
  TRY(peer.origin, other.ledger_origin());
  TRY(const auto key, other.keys().public_key("ledger"));
  peer.key = base::to_bytes(key.spki());
  return home.store().write([&](store::Writer& writer) -> Result<> {
    TRY(keymgmt::know_peer(writer, peer, plan.actor, home.clock().now()));
    return {};
  });
}

Result<Founded> build(const Homes& homes, const FoundingPlan& plan) {
  const std::string root_box = homes.root->path() + "/exchange/";
  const std::string online_box = homes.online->path() + "/exchange/";
  TRY(auto root, found_root(*homes.root, plan));

  TRY(auto subject, authority_name(plan, "Issuing 1"));
  TRY(request_authority(*homes.online, {"issuing", plan.keys.issuing, subject}, std::nullopt, plan.actor));
  // out with the request, back with the certificate and the list: the way of every later authority
  TRY(carry(online_box + "issuing.csr", root_box + "issuing.csr"));
  TRY(certify_subordinate(*homes.root, root_box + "issuing.csr", root_box + "issuing.pem", plan));
  TRY(auto root_list_order, homes.root->crl_order("root"));
  TRY(auto root_list, ca::publish_crl(homes.root->store(), root_list_order, homes.root->clock(), {plan.actor}));
  TRY(carry(homes.root->path() + "/" + root_list.file, root_box + "root.crl"));
  for (const char* file : {"root.pem", "issuing.pem", "root.crl"}) TRY(carry(root_box + file, online_box + file));

  TRY(auto root_bytes, base::read_file(online_box + "root.pem"));
  TRY(auto root_certificate, x509::Certificate::from_bytes(root_bytes));
  TRY(import_root(*homes.online, "root", root_certificate, plan.actor));
  TRY(auto issuing_bytes, base::read_file(online_box + "issuing.pem"));
  TRY(auto issuing, x509::Certificate::from_bytes(issuing_bytes));
  TRY(import_certificate(*homes.online, "issuing", issuing, plan.actor));
  TRY(auto list_bytes, base::read_file(online_box + "root.crl"));
  TRY(auto list, x509::Crl::from_bytes(list_bytes));
  TRY(auto root_row, homes.online->authority("root"));
  TRY(ca::import_crl(homes.online->store(), root_row, root_certificate, list, homes.online->path(),
                     homes.online->clock(), {plan.actor}));

  TRY(auto signer, renew_ocsp_signer(*homes.online, "issuing", plan.keys.ocsp, plan.actor));
  TRY(renew_attribute_authority(*homes.online, "issuing", plan.keys.tsa, plan.actor));
  TRY(keep_role_list(*homes.online, plan.actor));
  TRY(renew_time_stamper(*homes.online, "issuing", plan.keys.tsa, plan.actor));
  TRY(keep_ledger_certificate(*homes.online, plan.actor));
  TRY(auto order, homes.online->crl_order("issuing"));
  TRY(ca::publish_crl(homes.online->store(), order, homes.online->clock(), {plan.actor}));
  TRY(introduce(*homes.root, *homes.online, "online", plan));
  TRY(introduce(*homes.online, *homes.root, "root", plan));
  TRY(homes.root->checkpoint());
  TRY(homes.online->checkpoint());
  return Founded{root, issuing, signer, root_list.next_update};
}

}  // namespace

const std::vector<KeyChoice>& key_choices() {
  using x509::KeyType;
  static const std::vector<KeyChoice> kChoices = {
      {"ecdsa", {KeyType::kP384, 384}, {KeyType::kP256, 256}, {KeyType::kP256, 256}, {KeyType::kP256, 256}},
      {"rsa", {KeyType::kRsa, 4096}, {KeyType::kRsa, 3072}, {KeyType::kRsa, 2048}, {KeyType::kRsa, 3072}},
      {"sm2", {KeyType::kSm2, 256}, {KeyType::kSm2, 256}, {KeyType::kSm2, 256}, {KeyType::kSm2, 256}},
  };
  return kChoices;
}

Result<> move_into_place(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    if (errno == ENOTEMPTY || errno == EEXIST) return check_folder(to);
    return base::fail_with(Code::kUnavailable, base::system_error(),
                           "{} could not be put into place. Nothing was made.", to);
  }
  const auto parent = fs::absolute(to).parent_path();
  const int folder = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
  return {};
}

Result<> check_folder(const std::string& folder) {
  std::error_code error;
  const auto status = fs::symlink_status(folder, error);
  // before anybody is asked for anything
  if (!fs::exists(status)) return base::check_writable(folder);
  if (!fs::is_directory(folder, error))
    return fail(Code::kConflict, "{} exists and is no folder. Nothing was made.", folder);
  const bool is_home = fs::exists(folder + "/yuxin.toml");
  if (is_home || fs::exists(folder + "/root") || fs::exists(folder + "/online")) {
    return fail(Code::kConflict,
                "{} holds a home already. It was not touched. Take another folder, or see: yuxin --home {} doctor",
                folder, shell_word(is_home ? folder : folder + "/online"));
  }
  const auto entries = fs::directory_iterator(folder, error);
  if (error)
    return base::fail_with(Code::kNotAuthorised, error.message(), "The folder {} cannot be read. Nothing was made.",
                           folder);
  if (entries != fs::directory_iterator()) {
    return fail(Code::kConflict, "The folder {} is not empty. Nothing was made. Take a new one.", folder);
  }
  return {};
}

Result<Founded> found(const FoundingPlan& plan, const base::Clock& clock) {
  TRY(check_folder(plan.folder));
  const std::string target = fs::absolute(plan.folder).lexically_normal().string();
  const std::string trimmed = target.ends_with('/') ? target.substr(0, target.size() - 1) : target;
  Scaffold::clear_abandoned(trimmed);
  TRY(auto scaffold, Scaffold::raise(trimmed));
  const auto& staging = scaffold->path();
  TRY(base::make_directory(staging + "/root"));
  TRY(base::make_directory(staging + "/online"));
  std::optional<Founded> founded;
  {
    Homes homes;
    TRY(homes.root, Home::create(staging + "/root", root_config(plan), plan.root_passphrase, clock));
    TRY(homes.online, Home::create(staging + "/online", online_config(plan), plan.online_passphrase, clock));
    TRY(homes.online->write_organisation(plan.roles));
    TRY(homes.online->write_approvals(plan.roles));
    TRY(founded, build(homes, plan));
  }
  TRY(move_into_place(staging, trimmed));
  scaffold->keep();
  return std::move(*founded);
}

Result<std::string> found_registration(const RegistrationPlan& plan, const base::Clock& clock) {
  TRY(check_folder(plan.folder));
  const std::string target = fs::absolute(plan.folder).lexically_normal().string();
  Scaffold::clear_abandoned(target);
  TRY(auto scaffold, Scaffold::raise(target));
  HomeConfig config;
  config.kind = HomeKind::kRegistration;
  config.organisation = plan.organisation;
  config.authority.url = plan.authority;
  config.registration.names = plan.names;
  {
    TRY(const auto home, Home::create(scaffold->path(), config, plan.passphrase, clock));
    std::string roots;
    for (const auto& root : plan.roots) roots += root.pem();
    TRY(write_public(home->path() + "/" + config.authority.trust, roots));
    TRY(write_registry_request(*home));
    TRY(home->checkpoint());
  }
  TRY(move_into_place(scaffold->path(), target));
  scaffold->keep();
  return target + "/exchange/registry.csr";
}

}  // namespace yuxin::cli
