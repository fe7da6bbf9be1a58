// A home: the folder that holds one installation's settings, keys, profiles, database and published lists.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "context.hpp"
#include "home_config.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/ca/crl_publication.hpp"
#include "yuxin/ca/issuer.hpp"
#include "yuxin/ca/profile.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/evidence/organisation.hpp"
#include "yuxin/keymgmt/key_ring.hpp"
#include "yuxin/keymgmt/key_tree.hpp"
#include "yuxin/keymgmt/keystore.hpp"
#include "yuxin/store/store.hpp"

namespace yuxin::cli {

class HomeMemory;

// Home joins the modules for one folder. Keys stay locked until `unlock`. Thread-safe after opening and unlocking.
//
//   yuxin.toml  organisation.toml  yuxin.db  status.signal  intents.lock  keys/  profiles/  published/crl/  exchange/
class Home {
 public:
  enum class Access { kRead, kWrite };
  // open refuses a folder that is no home (kNotFound), belongs to a newer version (kConflict) or cannot be written
  // where that is asked for.
  [[nodiscard]] static base::Result<std::shared_ptr<Home>> open(const std::string& path, Access access,
                                                                const base::Clock& clock);
  // create lays out a new home in an existing empty folder, with its settings, the profiles of its kind, an empty
  // database and a key store with the ledger's key. The home is open and unlocked.
  [[nodiscard]] static base::Result<std::shared_ptr<Home>> create(const std::string& path, const HomeConfig& config,
                                                                  const base::Secret& passphrase,
                                                                  const base::Clock& clock);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const HomeConfig& config() const { return config_; }
  [[nodiscard]] store::Store& store() { return *store_; }
  [[nodiscard]] const std::shared_ptr<store::Store>& shared_store() const { return store_; }
  [[nodiscard]] const base::Clock& clock() const { return clock_; }
  [[nodiscard]] const std::shared_ptr<ca::IntentOwner>& intent_owner() const { return owner_; }
  [[nodiscard]] base::Result<ca::ProfileSet> profiles() const;
  // organisation reads organisation.toml; a home without one has the shipped "quickstart". write_organisation lays
  // a shipped one out in a new home; kConflict when there is one.
  [[nodiscard]] base::Result<std::shared_ptr<const evidence::Organisation>> organisation() const;
  [[nodiscard]] base::Result<> write_organisation(std::string_view shipped) const;
  // approvals reads approvals.toml; a home without one demands none. write_approvals lays a shipped one out in a new
  // home; kConflict when there is one. approval_court is what the home's issuers judge approvals with.
  [[nodiscard]] base::Result<std::shared_ptr<const ca::ApprovalPolicy>> approvals() const;
  [[nodiscard]] base::Result<> write_approvals(std::string_view shipped) const;
  // `petitioner` is the registration authority elsewhere for which they do; nothing: for this home.
  [[nodiscard]] base::Result<std::shared_ptr<const ca::ApprovalCourt>> approval_court(
      const std::optional<ca::Petitioner>& petitioner = {});
  // memory keeps what was read of the home (home_memory.hpp).
  [[nodiscard]] HomeMemory& memory() const { return *memory_; }
  [[nodiscard]] std::string keys_folder() const { return path_ + "/keys"; }

  // unlock opens the key store; kNotAuthorised for a wrong passphrase, after which nothing has changed.
  [[nodiscard]] base::Result<> unlock(const base::Secret& passphrase);
  // unlock_by_token opens it by a key on a token, one of the ways of keys/unlock.json: kUnavailable or kNotFound
  // while the token is away, kNotAuthorised for its PIN.
  [[nodiscard]] base::Result<> unlock_by_token(const std::string& uri);
  // token_that_unlocked is the URI of the key by which this home was unlocked; empty for the other ways.
  [[nodiscard]] const std::string& token_that_unlocked() const { return unlocking_token_; }
  // root is the key under which everything in the home is encrypted; only after unlock.
  [[nodiscard]] const keymgmt::UnlockedRoot& root() const { return *root_; }
  // unlocked_by takes over a root key that was had in another way, or rotated.
  void unlocked_by(keymgmt::UnlockedRoot root);
  // key_tree opens the tree of keys below it; only after unlock.
  [[nodiscard]] base::Result<std::shared_ptr<keymgmt::KeyTree>> key_tree(const std::string& actor);
  // keys are all of the home's. Those on tokens, and all public ones, can be had before unlock.
  [[nodiscard]] keymgmt::KeyRing& keys() { return *keys_; }
  // service_key_name is the whole name of a key that the home makes for a service, where the settings want it.
  [[nodiscard]] base::Result<std::string> service_key_name(const std::string& name) const;

  [[nodiscard]] base::Result<store::AuthorityRow> authority(std::string_view name);
  // issuer opens an authority for signing certificates. kConflict when its key or certificate is not in this home,
  // when its certificate or one above it is revoked or expired (ca::standing_of), or when the clock is wrong
  // (check_clock). Lists are signed all the same.
  [[nodiscard]] base::Result<std::shared_ptr<ca::Issuer>> issuer(
      std::string_view name, const std::optional<ca::Petitioner>& petitioner = {});
  // addresses is what certificates of an authority say about status and issuer.
  [[nodiscard]] ca::PublicAddresses addresses(std::string_view authority) const;
  [[nodiscard]] base::Result<ca::CrlOrder> crl_order(std::string_view name);

  // check_clock refuses (kConflict) a clock that is more than five minutes before the latest time of the ledger: what
  // would be issued now would bear a wrong time. believe_clock is for somebody who has found the ledger's times
  // wrong.
  [[nodiscard]] base::Result<> check_clock();
  void believe_clock() { clock_believed_ = true; }
  // told_of_rest is false the first time: that nothing was recorded for long is said once (tell_of_rest).
  [[nodiscard]] bool told_of_rest() { return told_of_rest_.exchange(true); }
  [[nodiscard]] base::Result<base::UnixTime> latest_time();  // evidence::latest_time of the home's ledger

  // sign_head signs a head of the home's ledger as a checkpoint and keeps nothing. ledger_key names the key.
  [[nodiscard]] base::Result<std::string> sign_head(const evidence::TreeHead& head);
  [[nodiscard]] static std::string_view ledger_key();
  // checkpoint signs the present head of the ledger and keeps it, if the ledger has grown since the last one.
  [[nodiscard]] base::Result<> checkpoint();
  // origin names the ledger in its checkpoints.
  [[nodiscard]] base::Result<std::string> ledger_origin();

 private:
  Home(std::string path, HomeConfig config, const base::Clock& clock);
  [[nodiscard]] base::Result<> open_database(Access access);
  [[nodiscard]] base::Result<std::shared_ptr<ca::Issuer>> open_issuer(std::string_view name,
                                                                      std::shared_ptr<const ca::ApprovalCourt> court);

  std::string path_;
  HomeConfig config_;
  const base::Clock& clock_;
  std::shared_ptr<store::Store> store_;
  std::shared_ptr<ca::IntentOwner> owner_;
  std::shared_ptr<keymgmt::KeyRing> keys_;
  std::optional<keymgmt::UnlockedRoot> root_;
  std::string unlocking_token_;
  std::shared_ptr<HomeMemory> memory_;
  std::atomic<bool> clock_believed_ = false;
  std::atomic<bool> told_of_rest_ = false;
};

// ledger_origin_of names the ledger that a database holds.
[[nodiscard]] base::Result<std::string> ledger_origin_of(store::Store& store);

// open_database_copy opens a database for reading that lies outside a home, such as an auditor's copy.
[[nodiscard]] base::Result<std::shared_ptr<store::Store>> open_database_copy(const std::string& path);

// end_work follows on a command whose work is done and durable: it publishes the lists that lack a change of status,
// as commands that were killed leave them, and makes the ledger's checkpoint. Where that cannot be done now it only
// says so, because what was done stays done; the next command does it.
void end_work(const Context& context, Home& home);

// open_home opens the home of a call.
[[nodiscard]] base::Result<std::shared_ptr<Home>> open_home(const Context& context, Home::Access access);
// end_interrupted ends what a crash left behind in an unlocked home, and says so.
[[nodiscard]] base::Result<> end_interrupted(const Context& context, Home& home);
// open_unlocked_home also unlocks it (unlock_home), and ends what a crash left behind.
[[nodiscard]] base::Result<std::shared_ptr<Home>> open_unlocked_home(const Context& context);

}  // namespace yuxin::cli
