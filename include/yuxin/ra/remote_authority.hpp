// The authority on another host, as the desk of a registration authority has it: docs/split.md.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/evidence/act.hpp"
#include "yuxin/ra/authority.hpp"
#include "yuxin/store/store.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::ra {

// AuthorityCall asks one operation of the interface ("orders"), and gives its answer. kUnavailable where it cannot be
// reached or does not know this registration authority; otherwise the refusal as the authority words it.
using AuthorityCall =
    std::function<base::Result<base::JsonObject>(std::string_view operation, const base::JsonObject& question)>;

struct RemoteAuthorityParts {
  std::shared_ptr<store::Store> store;
  const base::Clock* clock = nullptr;
  AuthorityCall call;
  x509::PublicKey ledger;  // that signs the checkpoints of the authority
  std::string origin;      // that they bear
  // Signs an act as the registration service, completed.
  std::function<base::Result<evidence::VerifiedAct>(evidence::Act)> sign;
  // Keeps the files that the authority goes by, and that come with its news.
  std::function<base::Result<>(const base::JsonObject& files)> keep_policy;
};

// RemoteAuthority orders over the interface. What the authority has issued, ended and granted it copies into the
// store of the desk, as its ledger tells it (`refresh`): every piece proven to continue what was read before, under a
// checkpoint that the authority has signed. Thread-safe.
class RemoteAuthority final : public Authority {
 public:
  explicit RemoteAuthority(RemoteAuthorityParts parts) : parts_(std::move(parts)) {}
  [[nodiscard]] base::Result<> refresh() override;
  [[nodiscard]] base::Result<> check(const std::shared_ptr<const ca::Profile>& profile,
                                     const ca::Enrolment& enrolment) override;
  [[nodiscard]] base::Result<> try_order(const Order& order) override;
  [[nodiscard]] base::Result<Carried> carry_out(const Order& order) override;
  [[nodiscard]] base::Result<> revoke(const ca::StatusOrder& order, const std::string& actor) override;

 private:
  [[nodiscard]] base::Result<bool> tell_on();
  [[nodiscard]] base::Result<bool> read_on();
  [[nodiscard]] base::Result<> read_policy() const;
  RemoteAuthorityParts parts_;
  std::mutex reading_;
};

// RemoteProofs has acts completed by the authority: its time stamps, its word on certificates and roles at that
// moment.
class RemoteProofs final : public evidence::ProofSource {
 public:
  explicit RemoteProofs(AuthorityCall call) : call_(std::move(call)) {}
  [[nodiscard]] base::Result<base::Bytes> time_stamp(base::ByteView octets) override;
  [[nodiscard]] base::Result<Status> status(const x509::Certificate& certificate,
                                            const x509::Certificate& issuer) override;
  [[nodiscard]] base::Result<evidence::RoleProof> role(const x509::Certificate& holder,
                                                       const evidence::RoleCode& role,
                                                       const x509::AttributeCertificate* brought) override;

 private:
  AuthorityCall call_;
};

// Followed is how far the authority's ledger was copied, when it was asked last, to some seconds, and why it could
// not be the last time.
struct Followed {
  std::int64_t records = 0;
  base::UnixTime asked{0};  // 0: never
  std::string trouble;      // empty: none
};
[[nodiscard]] base::Result<Followed> followed(store::Store& store);
// note_trouble keeps why the authority cannot be followed now; empty where it can again.
[[nodiscard]] base::Result<> note_trouble(store::Store& store, const std::string& trouble);

}  // namespace yuxin::ra
