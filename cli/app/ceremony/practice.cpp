#include "practice.hpp"

#include <cstdlib>
#include <filesystem>
#include <set>

#include "app/authority_steps.hpp"
#include "app/custodian_unlock.hpp"
#include "app/home.hpp"
#include "app/share_making.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ca/crl_publication.hpp"
#include "yuxin/keymgmt/ceremony_record.hpp"
#include "yuxin/keymgmt/practice_token.hpp"
#include "yuxin/x509/request.hpp"

namespace yuxin::cli {

using base::Code;
using base::Existing;
using base::fail;
using base::Permissions;
using base::Result;
using keymgmt::CeremonyAction;
namespace fs = std::filesystem;

namespace {

const x509::KeyKind kPracticeKey{x509::KeyType::kP256, 256};

class World {
 public:
  World(std::string folder, const keymgmt::CeremonyPlan& plan, const base::Clock& clock)
      : folder_(std::move(folder)), plan_(plan), clock_(clock) {
    made_.home = folder_ + "/home";
    made_.sources = folder_ + "/sources";
    made_.passphrase_file = folder_ + "/passphrase";
  }

  Result<PracticeWorld> build() {
    TRY(base::make_directory(made_.sources));
    base::Bytes random(6);
    base::random_bytes(random);
    const auto words = base::join(base::digest_words(random), "-");
    passphrase_ = base::Secret(words);
    TRY(base::write_file(made_.passphrase_file, base::as_bytes(words + "\n"), Existing::kRefuse,
                         Permissions::kPrivate));
    TRY(make_tokens());
    for (const auto& step : plan_.steps) {
      if (step.action == CeremonyAction::kOpenHome) TRY(make_home());
    }
    for (const auto& step : plan_.steps) TRY(provide(step));
    return std::move(made_);
  }

 private:
  Result<> make_tokens() {
    std::set<std::string> tokens;
    for (const auto& step : plan_.steps) {
      const auto token = step.value("token");
      if (!token.empty()) tokens.insert(token);
    }
    if (tokens.empty()) return {};
    made_.module = keymgmt::find_soft_token();
    if (!made_.module)
      return fail(Code::kUnavailable,
                  "The plan wants a token, and there is none in software to rehearse with. Install softhsm2.");
    TRY(base::make_directory(folder_ + "/tokens"));
    const auto settings = folder_ + "/softhsm2.conf";
    const auto text =
        "directories.tokendir = " + folder_ + "/tokens\nobjectstore.backend = file\nlog.level = ERROR\n";
    TRY(base::write_file(settings, base::as_bytes(text), Existing::kRefuse, Permissions::kPrivate));
    // before the module is started, which reads it once; this process alone sees it
    ::setenv("SOFTHSM2_CONF", settings.c_str(), 1);
    for (const auto& token : tokens) TRY(keymgmt::initialise_token(*made_.module, token, passphrase_));
    return {};
  }

  Result<> make_home() {
    TRY(base::make_directory(made_.home));
    HomeConfig config;
    config.kind = HomeKind::kOfflineRoot;
    config.organisation = "PRACTICE";
    config.public_url = "http://practice.invalid";  // RFC 6761 section 6.4: nobody is ever reached there
    config.crl_valid_for = {.months = 6};
    config.crl_every = {.months = 5};
    if (made_.module) config.keys.modules = {*made_.module};
    TRY(home_, Home::create(made_.home, config, passphrase_, clock_));
    return {};
  }

  Result<> provide(const keymgmt::CeremonyStep& step) {
    if (const auto file = step.value("register"); !file.empty()) TRY(make_shares(file));
    if (const auto file = step.value("request"); !file.empty()) TRY(make_request(file));
    if (home_ == nullptr) return {};
    if (step.action == CeremonyAction::kSignRequest || step.action == CeremonyAction::kSignList ||
        step.action == CeremonyAction::kMigrateKey)
      return make_authority(step.value("authority"));
    if (step.action == CeremonyAction::kDestroyKey) TRY(home_->keys().ensure(step.value("key_name"), kPracticeKey));
    return {};
  }

  Result<> make_authority(const std::string& name) {
    if (home_->authority(name)) return {};
    const auto common = std::string(keymgmt::kPracticeMark) + name;
    x509::NameAttribute attribute{base::to_bytes(x509::oid::kCommonName), 0, common, true};
    TRY(make_root(*home_, {name, kPracticeKey, x509::Name::from_attributes({attribute})}, "rehearsal"));
    TRY(auto order, home_->crl_order(name));
    TRY(ca::publish_crl(home_->store(), order, clock_, {"rehearsal"}));
    return {};
  }

  Result<> make_request(const std::string& file) {
    const auto path = made_.sources + "/" + file;
    if (base::file_exists(path)) return {};
    std::error_code error;
    fs::create_directories(fs::path(path).parent_path(), error);
    const auto keys = folder_ + "/requests";
    if (!requests_) {
      TRY(requests_, keymgmt::SoftwareKeyStore::create(keys, passphrase_));
    }
    const auto name = "request-" + std::to_string(++request_count_);
    TRY(requests_->generate(name, kPracticeKey));
    TRY(const auto signer, requests_->signer(name));
    x509::NameAttribute attribute{base::to_bytes(x509::oid::kCommonName), 0,
                                  std::string(keymgmt::kPracticeMark) + name, true};
    TRY(const auto der, x509::make_request(x509::Name::from_attributes({attribute}), {}, *signer));
    return base::write_file(path, base::as_bytes(base::pem("CERTIFICATE REQUEST", der)), Existing::kRefuse,
                            Permissions::kPublic);
  }

  // Three custodians, two of whom are enough.
  Result<> make_shares(const std::string& file) {
    const auto path = fs::path(made_.sources + "/" + file);
    if (base::file_exists(path.string())) return {};
    keymgmt::SharePlan plan{"PRACTICE", 1, {{"practice", 2, {}}}};
    CustodianPassphrases passphrases;
    for (const char* name : {"Practice one", "Practice two", "Practice three"}) {
      plan.groups.front().members.push_back({name, keymgmt::ShareSeal::kPassphrase, std::nullopt});
      passphrases.emplace(name, passphrase_.clone());
    }
    const auto folder = path.has_parent_path() && path.parent_path() != fs::path(made_.sources)
                            ? path.parent_path().string()
                            : made_.sources + "/shares-of-" + path.stem().string();
    std::error_code error;
    fs::create_directories(fs::path(folder).parent_path(), error);
    TRY(const auto secret, unlocking_key());
    TRY(const auto set, keymgmt::make_share_set(secret, plan, clock_.now(), std::nullopt));
    TRY(const auto files, seal_set(set, plan, passphrases));
    TRY(keymgmt::write_share_set(folder, set.shares, files));
    const auto made = fs::path(folder) / keymgmt::kRegisterName;
    if (made != path) fs::rename(made, path, error);
    if (error) return fail(Code::kUnavailable, "{} could not be put into place.", path.string());
    if (home_) TRY(keymgmt::add_shares(home_->keys_folder(), home_->root(), unlock_label(set.shares), secret));
    return {};
  }

  std::string folder_;
  const keymgmt::CeremonyPlan& plan_;
  const base::Clock& clock_;
  PracticeWorld made_;
  base::Secret passphrase_;
  std::shared_ptr<Home> home_;
  std::shared_ptr<keymgmt::SoftwareKeyStore> requests_;
  int request_count_ = 0;
};

}  // namespace

Result<PracticeWorld> make_practice_world(const std::string& folder, const keymgmt::CeremonyPlan& plan,
                                          const base::Clock& clock) {
  return World(folder, plan, clock).build();
}

}  // namespace yuxin::cli
