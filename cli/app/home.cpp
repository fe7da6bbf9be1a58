#include "home.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <vector>

#include "clock_check.hpp"
#include "deeds.hpp"
#include "home_memory.hpp"
#include "home_proofs.hpp"
#include "home_schema.hpp"
#include "identity.hpp"
#include "unlocking.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ca/key_use.hpp"
#include "yuxin/ca/standing.hpp"
#include "yuxin/evidence/checkpoint.hpp"
#include "yuxin/evidence/clock_floor.hpp"
#include "yuxin/evidence/ledger.hpp"

namespace yuxin::cli {

using base::Code;
using base::Existing;
using base::fail;
using base::Permissions;
using base::Result;

namespace {

std::atomic<bool> has_begun = false;

constexpr const char* kLedgerKey = "ledger";
constexpr const char* kHomeId = "home.id";
constexpr const char* kOrganisation = "/organisation.toml";
constexpr const char* kApprovals = "/approvals.toml";
constexpr std::string_view kDefaultOrganisation = "quickstart";
constexpr base::Seconds kClockTolerance = base::minutes(5);

// is_older_copy accepts what an auditor kept from a time with fewer steps of the store: the ledger and what it
// vouches for are in the first.
bool is_older_copy(store::Database& database) {
  const auto steps = store::migrations();
  for (std::size_t count = steps.size(); count > 0; --count) {
    std::vector<store::Migration> known(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(count));
    for (const auto& step : evidence::migrations()) known.push_back(step);
    if (store::check_version(database, known)) return true;
  }
  return false;
}

// An offline root keeps only the profiles of authorities, so that it cannot issue to anybody else by mistake.
bool belongs_to(std::string_view profile, HomeKind kind) {
  const bool authority = profile == "root-ca" || profile == "sub-ca" || profile == "cross-ca";
  return kind == HomeKind::kOfflineRoot ? authority : profile != "root-ca" && profile != "cross-ca";
}

}  // namespace

Home::Home(std::string path, HomeConfig config, const base::Clock& clock)
    : path_(std::move(path)),
      config_(std::move(config)),
      clock_(clock),
      keys_(std::make_shared<keymgmt::KeyRing>(keymgmt::TokenOptions{.modules = config_.keys.modules})),
      memory_(std::make_shared<HomeMemory>(path_)) {}

Result<std::shared_ptr<Home>> Home::open(const std::string& path, Access access, const base::Clock& clock) {
  const std::string settings = path + "/yuxin.toml";
  auto text = base::read_file(settings, 1U << 20U);
  if (!text && text.error().code == Code::kNotFound) {
    return fail(
        Code::kNotFound,
        "{} is no home of yuxin (it has no yuxin.toml). Give the folder with --home DIR, or make one: yuxin init DIR",
        path);
  }
  TRY(auto content, std::move(text));
  TRY(auto config, parse_home_config(base::as_text(content), settings));
  std::shared_ptr<Home> home(new Home(path, std::move(config), clock));
  TRY(home->open_database(access));
  if (access == Access::kWrite) note_deed();
  return home;
}

Result<> Home::open_database(Access access) {
  const bool write = access == Access::kWrite;
  store::SqliteOptions options;
  options.path = path_ + "/yuxin.db";
  options.mode = write ? store::SqliteOptions::Mode::kReadWrite : store::SqliteOptions::Mode::kReadOnly;
  if (write && ::access(path_.c_str(), W_OK) != 0) {
    return base::fail_with(errno == EROFS ? Code::kUnavailable : Code::kNotAuthorised, base::system_error(),
                           "The home {} cannot be written. Nothing was changed.", path_);
  }
  TRY(auto database, store::open_sqlite(options));
  const auto migrations = home_migrations();
  if (write) {
    TRY(store::migrate(*database, migrations));
  } else if (auto current = store::check_version(*database, migrations); !current) {
    // an older home is brought up to date by the first who may write to it, whatever the command
    const bool older = current.error().code == Code::kConflict && ::access(path_.c_str(), W_OK) == 0;
    if (!older) return current;
    database.reset();
    return open_database(Access::kWrite);
  }
  // who only reads has nothing to tell other processes, and may not be able to make the file
  TRY(store_, store::Store::over(std::move(database), write ? path_ + "/status.signal" : std::string()));
  if (write) {
    TRY(ca::fill_key_tags(*store_));
    TRY(owner_, ca::IntentOwner::enter(path_ + "/intents.lock"));
  }
  return {};
}

Result<std::shared_ptr<Home>> Home::create(const std::string& path, const HomeConfig& config,
                                           const base::Secret& passphrase, const base::Clock& clock) {
  for (const char* folder : {"/profiles", "/published", "/published/crl", "/exchange"})
    TRY(base::make_directory(path + folder));
  for (const auto& profile : ca::shipped_profiles()) {
    if (!belongs_to(profile.name, config.kind)) continue;
    TRY(base::write_file(path + "/profiles/" + std::string(profile.name) + ".toml", base::as_bytes(profile.text),
                         Existing::kRefuse, Permissions::kPublic));
  }
  const std::string keys = path + "/keys";
  if (!base::file_exists(keys)) TRY(base::make_directory(keys));
  std::shared_ptr<Home> home(new Home(path, config, clock));
  TRY(auto root, keymgmt::create_unlock_file(keys, passphrase));
  home->unlocked_by(std::move(root));
  TRY(home->keys().generate(kLedgerKey, {x509::KeyType::kEd25519, 256}));
  TRY(base::write_file(path + "/yuxin.toml", base::as_bytes(print_home_config(config)), Existing::kRefuse,
                       Permissions::kPublic));
  TRY(home->open_database(Access::kWrite));
  base::Bytes id(8);
  base::random_bytes(id);
  TRY(home->store().write([&](store::Writer& writer) { return writer.set_setting(kHomeId, base::hex(id)); }));
  return home;
}

Result<ca::ProfileSet> Home::profiles() const { return ca::ProfileSet::load_directory(path_ + "/profiles"); }

Result<std::shared_ptr<const evidence::Organisation>> Home::organisation() const {
  return memory_->organisation.get([&]() -> Result<std::shared_ptr<const evidence::Organisation>> {
    const std::string file = path_ + kOrganisation;
    auto text = base::read_file(file, std::size_t{4} << 20U);
    if (text) return evidence::Organisation::parse(base::as_text(*text), file);
    if (text.error().code != Code::kNotFound) return tl::unexpected(std::move(text).error());
    return evidence::Organisation::parse(evidence::shipped_organisation(kDefaultOrganisation).value_or(""), file);
  });
}

Result<> Home::write_organisation(std::string_view shipped) const {
  const auto text = evidence::shipped_organisation(shipped);
  if (!text) return fail(Code::kInternal, "No organisation {} comes with this program.", shipped);
  return base::write_file(path_ + kOrganisation, base::as_bytes(*text), Existing::kRefuse, Permissions::kPublic);
}

Result<std::shared_ptr<const ca::ApprovalPolicy>> Home::approvals() const {
  return memory_->approvals.get([&]() -> Result<std::shared_ptr<const ca::ApprovalPolicy>> {
    const std::string file = path_ + kApprovals;
    auto text = base::read_file(file, std::size_t{1} << 20U);
    if (!text && text.error().code != Code::kNotFound) return tl::unexpected(std::move(text).error());
    return ca::ApprovalPolicy::parse(text ? base::as_text(*text) : std::string_view(), file);
  });
}

Result<> Home::write_approvals(std::string_view shipped) const {
  const auto& texts = ca::shipped_approvals();
  const auto text = std::ranges::find(texts, shipped, &ca::ShippedApprovals::name);
  if (text == texts.end()) return fail(Code::kInternal, "No approvals {} come with this program.", shipped);
  return base::write_file(path_ + kApprovals, base::as_bytes(text->text), Existing::kRefuse, Permissions::kPublic);
}

Result<std::shared_ptr<const ca::ApprovalCourt>> Home::approval_court(
    const std::optional<ca::Petitioner>& petitioner) {
  TRY(auto policy, approvals());
  TRY(auto who, organisation());
  TRY(auto trust, trust_of(*this));
  return std::make_shared<const ca::ApprovalCourt>(
      ca::ApprovalCourt{std::move(policy), std::move(who), std::move(trust), petitioner});
}

Result<> Home::unlock(const base::Secret& passphrase) {
  TRY(auto root, keymgmt::unlock_by_passphrase(keys_folder(), passphrase));
  unlocked_by(std::move(root));
  return {};
}

Result<> Home::unlock_by_token(const std::string& uri) {
  TRY(const auto token, keys_->token(uri));
  TRY(const auto key, token->decrypter(uri));
  TRY(auto root, keymgmt::unlock_by_token(keys_folder(), uri, *key));
  unlocked_by(std::move(root));
  unlocking_token_ = uri;
  return {};
}

void Home::unlocked_by(keymgmt::UnlockedRoot root) {
  keys_->add_software(std::make_shared<keymgmt::SoftwareKeyStore>(keys_folder(), root.clone()));
  root_ = std::move(root);
}

Result<std::shared_ptr<keymgmt::KeyTree>> Home::key_tree(const std::string& actor) {
  return keymgmt::KeyTree::open(store_, root_->versions(), {actor, clock_.now()});
}

Result<std::string> Home::service_key_name(const std::string& name) const {
  if (config_.keys.services.empty()) return name;
  return keymgmt::token_key_name(config_.keys.services, name);
}

Result<store::AuthorityRow> Home::authority(std::string_view name) {
  store::AuthorityRow row;
  std::vector<std::string> names;
  auto found = store_->read([&](store::Reader& reader) -> Result<> {
    TRY(const auto all, reader.authorities());
    names.clear();
    for (const auto& one : all) names.push_back(one.name);
    TRY(row, reader.authority(name));
    return {};
  });
  if (found) return row;
  if (found.error().code != Code::kNotFound || names.empty()) return base::Failure(std::move(found).error());
  return fail(Code::kNotFound, "No authority {}. The authorities of this home: {}.", name,
              base::join(names, base::message(", ")));
}

Result<std::shared_ptr<ca::Issuer>> Home::issuer(std::string_view name,
                                                 const std::optional<ca::Petitioner>& petitioner) {
  TRY(auto court, approval_court(petitioner));
  TRY(auto opened, open_issuer(name, std::move(court)));
  TRY(check_clock());
  TRY(ca::require_good_standing(*store_, path_, opened->authority(), clock_.now()));
  return opened;
}

Result<base::UnixTime> Home::latest_time() {
  base::UnixTime latest;
  TRY(store_->read([&](store::Reader& reader) -> Result<> {
    TRY(latest, memory_->clock_floor.latest_time(reader));
    return {};
  }));
  return latest;
}

Result<> Home::check_clock() {
  if (clock_believed_) return {};
  TRY(const auto latest, latest_time());
  const auto now = clock_.now();
  if (latest - now <= kClockTolerance) return {};
  return fail(Code::kConflict,
              "Nothing was issued: the clock says {}, and the ledger of {} bears {} already. Set the clock. Where it "
              "is right and the earlier records are what is wrong, say so with --accept-clock, which is recorded.",
              base::local_time(now), path_, base::local_time(latest));
}

Result<std::shared_ptr<ca::Issuer>> Home::open_issuer(std::string_view name,
                                                      std::shared_ptr<const ca::ApprovalCourt> court) {
  TRY(auto row, authority(name));
  if (row.key_name.empty()) {
    return fail(Code::kConflict, "The key of authority {} is not in {}. Work in the home that holds it.", name,
                path_);
  }
  if (row.certificate.empty()) {
    return fail(
        Code::kConflict,
        "Authority {} has no certificate yet. Bring it back from its issuer: yuxin ca import-certificate {} FILE",
        name, name);
  }
  TRY(auto certificate, x509::Certificate::from_der(row.certificate));
  TRY(auto signer, keys_->signer(row.key_name));
  return ca::Issuer::open({std::move(row), std::move(certificate), std::move(signer), addresses(name), store_, owner_,
                           &clock_, std::move(court)});
}

ca::PublicAddresses Home::addresses(std::string_view authority) const {
  if (config_.public_url.empty()) return {};
  const std::string name(authority);
  ca::PublicAddresses addresses;
  // an offline root has no responder: its certificates are checked by its list
  if (config_.kind == HomeKind::kOnline) addresses.ocsp = {config_.public_url + "/ocsp"};
  addresses.issuers = {config_.public_url + "/ca/" + name + ".cer"};
  addresses.crls = {config_.public_url + "/crl/" + name + ".crl"};
  return addresses;
}

Result<ca::CrlOrder> Home::crl_order(std::string_view name) {
  // an authority that was revoked or expired goes on telling what it revoked
  // a list needs nobody's approval: a mistake in approvals.toml does not stop it
  TRY(auto open, open_issuer(name, nullptr));
  TRY(auto signer, keys_->signer(open->authority().key_name));
  return ca::CrlOrder{open->authority(), open->certificate(), std::move(signer), config_.crl_valid_for, path_};
}

Result<std::string> Home::ledger_origin() { return ledger_origin_of(*store_); }

std::string_view Home::ledger_key() { return kLedgerKey; }

Result<std::string> Home::sign_head(const evidence::TreeHead& head) {
  TRY(const auto signer, keys_->signer(kLedgerKey));
  TRY(const auto origin, ledger_origin());
  return evidence::sign_checkpoint({origin, head}, *signer);
}

Result<> Home::checkpoint() {
  TRY(auto signer, keys_->signer(kLedgerKey));
  TRY(auto origin, ledger_origin());
  return store_->write([&](store::Writer& writer) -> Result<> {
    TRY(auto size, evidence::size(writer));
    TRY(auto latest, evidence::latest_checkpoint(writer));
    if (latest) {
      TRY(auto known, evidence::open_checkpoint(*latest, signer->public_key()));
      if (known.head.size == size) return {};
    }
    TRY(auto head, evidence::tree_head(writer));
    TRY(auto note, evidence::sign_checkpoint({origin, head}, *signer));
    TRY(evidence::store_checkpoint(writer, {origin, head}, note));
    return evidence::remember_frontier(writer);
  });
}

Result<std::string> ledger_origin_of(store::Store& store) {
  std::string id;
  TRY(store.read([&](store::Reader& reader) -> Result<> {
    TRY(id, reader.setting(kHomeId));
    return {};
  }));
  return "yuxin.ledger/" + id;
}

Result<std::shared_ptr<store::Store>> open_database_copy(const std::string& path) {
  store::SqliteOptions options;
  options.path = path;
  options.mode = store::SqliteOptions::Mode::kCopy;
  TRY(auto database, store::open_sqlite(options));
  const auto current = store::check_version(*database, home_migrations());
  if (!current && !is_older_copy(*database)) return tl::unexpected(current.error());
  return store::Store::over(std::move(database), "");
}

namespace {

// A command that was killed after a change of status, and no server that would have published the list meanwhile.
Result<> publish_what_lists_lack(const Context& context, Home& home) {
  TRY(auto authorities, home.store().status().authorities());
  for (const auto& authority : authorities) {
    if (authority.key_name.empty() || authority.certificate.empty()) continue;
    TRY(auto lacks, ca::lacks_changes(home.store(), authority.id));
    if (!lacks) continue;
    TRY(auto order, home.crl_order(authority.name));
    TRY(auto list, ca::publish_changes(home.store(), order, context.clock(), {context.actor()}));
    if (!list) continue;
    context.remark(list->number == 1
                       ? base::message("The first list of {} is published.", authority.name)
                       : base::message("List {} of {} published too; the one before lacked a change of status.",
                                       list->number, authority.name));
  }
  return {};
}

}  // namespace

void end_work(const Context& context, Home& home) {
  const auto published = publish_what_lists_lack(context, home);
  const auto code = published ? Code::kUnavailable : published.error().code;
  if (code == Code::kIntegrity || code == Code::kNotAuthorised) {  // it does not pass by itself
    context.warn(published.error().detail);
  } else if (!published) {
    context.remark(base::message(
        "A revocation list lacks a change of status and could not be published now; a running server or the next "
        "command does it."));
    base::log_debug(published.error().detail + " " + published.error().diagnostic);
  }
  const auto made = home.checkpoint();
  if (made) return;
  context.remark(base::message("The ledger's checkpoint could not be signed now; the next command makes it."));
  base::log_debug(made.error().diagnostic);
}

bool may_have_written() { return has_begun; }
void note_deed() { has_begun = true; }

Result<std::shared_ptr<Home>> open_home(const Context& context, Home::Access access) {
  TRY(auto home, Home::open(context.options().home, access, context.clock()));
  home->keys().set_pins(context.options().pin_file, pin_prompt(context));
  return home;
}

Result<> end_interrupted(const Context& context, Home& home) {
  TRY(auto ended, ca::resolve_intents(home.store(), *home.intent_owner(), context.clock()));
  if (ended > 0)
    context.remark(
        base::message("{} interrupted issuances were ended as void; their serial numbers count as revoked.", ended));
  return {};
}

Result<std::shared_ptr<Home>> open_unlocked_home(const Context& context) {
  // read first: a wrong folder or an old program should not cost anybody a passphrase
  TRY(auto home, open_home(context, Home::Access::kWrite));
  TRY(unlock_home(context, *home));
  tell_of_rest(context, *home);  // whatever is recorded now bears this time
  TRY(end_interrupted(context, *home));
  return home;
}

}  // namespace yuxin::cli
