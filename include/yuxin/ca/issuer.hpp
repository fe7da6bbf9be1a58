// Issuing: check and lint first, write down the intent, sign exactly that, write down the result.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "yuxin/base/pool.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/ca/approval.hpp"
#include "yuxin/ca/enrolment.hpp"
#include "yuxin/ca/profile.hpp"
#include "yuxin/store/store.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::ca {

// PublicAddresses is where relying parties find status and issuer: goes into every certificate whose profile asks.
// Empty lists leave the extension out.
struct PublicAddresses {
  std::vector<std::string> ocsp;
  std::vector<std::string> issuers;  // caIssuers
  std::vector<std::string> crls;
};

// IntentOwner marks the intents of one running process, so that another can tell an intent whose process died from
// one that is being carried out right now: it holds a lock on one octet of a lock file for as long as it lives.
class IntentOwner {
 public:
  [[nodiscard]] static base::Result<std::shared_ptr<IntentOwner>> enter(const std::string& lock_file);
  ~IntentOwner();
  IntentOwner(const IntentOwner&) = delete;
  IntentOwner& operator=(const IntentOwner&) = delete;
  [[nodiscard]] std::int64_t id() const { return id_; }
  // is_alive asks the kernel whether any process holds the lock of that owner.
  [[nodiscard]] bool is_alive(std::int64_t owner) const;

 private:
  IntentOwner(int file, std::int64_t id) : file_(file), id_(id) {}
  int file_;
  std::int64_t id_;
};

struct IssuerParts {
  store::AuthorityRow authority;
  x509::Certificate certificate;
  std::shared_ptr<const x509::Signer> signer;
  PublicAddresses addresses;
  std::shared_ptr<store::Store> store;
  std::shared_ptr<IntentOwner> owner;
  const base::Clock* clock = nullptr;
  std::shared_ptr<const ApprovalCourt> court = nullptr;  // nothing: profiles that demand an approval are refused
};

class Issuer;

// PreparedIssuance is a certificate that was checked and linted and not yet signed. It can be redeemed once, by the
// issuer that made it. Show it to people before they agree.
class PreparedIssuance {
 public:
  PreparedIssuance(PreparedIssuance&&) noexcept;
  PreparedIssuance& operator=(PreparedIssuance&&) noexcept;
  ~PreparedIssuance();

  [[nodiscard]] base::ByteView tbs() const;
  [[nodiscard]] const x509::Serial& serial() const;
  [[nodiscard]] const std::string& subject() const;
  [[nodiscard]] const std::string& alt_names() const;
  [[nodiscard]] const std::string& profile() const;
  [[nodiscard]] base::UnixTime not_before() const;
  [[nodiscard]] base::UnixTime not_after() const;

  struct Impl;

 private:
  friend class Issuer;
  explicit PreparedIssuance(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct Issued {
  x509::Certificate certificate;
  std::int64_t ledger_sequence = 0;  // of the record "certificate.issued"
};

// Issuer is one authority able to sign. Thread-safe.
class Issuer {
 public:
  // open refuses (kConflict) an authority without certificate, (kIntegrity) a key that is not the certificate's.
  [[nodiscard]] static base::Result<std::shared_ptr<Issuer>> open(IssuerParts parts);
  ~Issuer();

  [[nodiscard]] const store::AuthorityRow& authority() const;
  [[nodiscard]] const x509::Certificate& certificate() const;
  [[nodiscard]] const x509::Signer& signer() const;

  // prepare checks possession of the key, the profile's rules, the approval that the profile demands, and every
  // blocking lint. Nothing is stored. Errors: kBadSignature (possession), kRefused (profile, lint, validity),
  // kNotAuthorised (approval missing), and those of judge_approval.
  [[nodiscard]] base::Result<PreparedIssuance> prepare(const std::shared_ptr<const Profile>& profile,
                                                       const Enrolment& enrolment,
                                                       const Authorisation& authorisation);

  // check makes the refusals of prepare but those of the approval: whether it is worth applying.
  [[nodiscard]] base::Result<> check(const std::shared_ptr<const Profile>& profile, const Enrolment& enrolment);

  // issue carries a prepared certificate through: transaction 1 {intent with the TBS}, signature over exactly those
  // octets, comparison, transaction 2 {certificate, status, ledger}. It returns after the second is durable. After an
  // error no certificate was given out, and the intent is recorded as void (at once or at the next start). kConflict
  // when an approval was used for another certificate meanwhile.
  [[nodiscard]] base::Result<Issued> issue(PreparedIssuance&& prepared);

  // issue_async does the same without blocking: signing runs in `pool`, `done` on a thread of the pool or the writer.
  using Done = std::function<void(base::Result<Issued>)>;
  void issue_async(PreparedIssuance&& prepared, base::Pool& pool, Done done);

  struct Impl;
  explicit Issuer(std::unique_ptr<Impl> impl);

 private:
  // Approve gives the approval of what is going to be issued.
  using Approve = std::function<base::Result<Approval>(const x509::Name&, const std::vector<x509::GeneralName>&)>;
  [[nodiscard]] base::Result<PreparedIssuance> build(const std::shared_ptr<const Profile>& profile,
                                                     const Enrolment& enrolment, const std::string& actor,
                                                     const Approve& approve);
  std::unique_ptr<Impl> impl_;
};

// resolve_intents ends what a crash left: every intent without outcome whose process is gone becomes void, in the
// ledger and as a serial that status services call revoked. Gives how many there were.
[[nodiscard]] base::Result<std::int64_t> resolve_intents(store::Store& store, const IntentOwner& owner,
                                                         const base::Clock& clock);

// issue_root makes a root: a certificate that its own key signs, under the same lints and the same write-ahead order
// into `store`. The authority is made together with the intent, unless it exists, and then it must have no
// certificate (kConflict) and the same key name. Gives the certificate, already stored; after a refusal (kRefused)
// there is no authority either.
struct RootRequest {
  std::string authority;
  x509::Name subject;
  std::shared_ptr<const Profile> profile;
  std::shared_ptr<const x509::Signer> signer;
  std::string key_name = {};  // of the signer; empty: the name of the authority
  // Asked when the TBSCertificate is built and linted, before anything is written or signed; an error ends it all.
  std::function<base::Result<>(base::ByteView tbs)> agree = {};
};
[[nodiscard]] base::Result<x509::Certificate> issue_root(const RootRequest& request,
                                                         const std::shared_ptr<store::Store>& store,
                                                         const std::shared_ptr<IntentOwner>& owner,
                                                         const base::Clock& clock,
                                                         const Authorisation& authorisation);

}  // namespace yuxin::ca
