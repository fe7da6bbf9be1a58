// Approvals: which certificates are issued only on the signed word of others, and on whose. approvals.toml.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/ca/enrolment.hpp"
#include "yuxin/ca/profile.hpp"
#include "yuxin/evidence/act.hpp"
#include "yuxin/evidence/gate.hpp"
#include "yuxin/evidence/organisation.hpp"
#include "yuxin/store/store.hpp"

namespace yuxin::ca {

// ApprovalRule says who must have signed what, for the profiles that demand it.
struct ApprovalRule {
  std::string name;
  std::string title_en;
  std::string title_zh;
  std::vector<std::string> profiles;        // that demand it, beside those whose file names it as their `approval`
  base::Period valid_for;                   // how old an act may be
  std::optional<evidence::OrgCode> within;  // the organisation of the request must be this one or lie below it
  evidence::GateRule gate;
};

// ServiceRule is what a machine-enrolment service may have without a person.
struct ServiceRule {
  std::string name;
  evidence::RoleCode role;
  std::vector<std::string> acts;  // types of its acts
  std::vector<std::string> profiles;
  std::vector<std::string> names_under;  // every name is a DNS name at or below one of these
  std::int64_t per_day = 0;              // certificates in any 24 hours, for each key
};

// ApprovalPolicy is a validated approvals.toml. Immutable; share freely between threads.
class ApprovalPolicy {
 public:
  // parse: kMalformed names the file, the line and the nearest known key.
  [[nodiscard]] static base::Result<std::shared_ptr<const ApprovalPolicy>> parse(std::string_view text,
                                                                                 const std::string& file);
  [[nodiscard]] const std::vector<ApprovalRule>& rules() const { return rules_; }
  [[nodiscard]] const std::vector<ServiceRule>& services() const { return services_; }
  // demand_of gives the rule that a profile demands; nothing where one operator issues. kRefused when the profile
  // names a rule that is not there: then nobody can approve it.
  [[nodiscard]] base::Result<const ApprovalRule*> demand_of(const Profile& profile) const;

 private:
  ApprovalPolicy() = default;
  friend class ApprovalLoader;
  std::vector<ApprovalRule> rules_;
  std::vector<ServiceRule> services_;
};

// Petitioner is a registration authority on another host, for which nothing is issued without an approval: what no
// [[approval]] describes, only a [[service]] may have.
struct Petitioner {
  std::string name;
  std::string service;                      // key of its registration service: no other's acts count as a service's
  std::optional<evidence::OrgCode> within;  // what it asks for comes by way of this organisation, or what lies below
};

// ApprovalCourt is what an issuer judges approvals with: its own policy, its own organisations, its own trust.
struct ApprovalCourt {
  std::shared_ptr<const ApprovalPolicy> policy;
  std::shared_ptr<const evidence::Organisation> organisation;
  evidence::ActTrust trust;
  std::optional<Petitioner> petitioner = {};  // nothing: whoever asks is this home itself
};

// approval_binding is what an act approves, word by word: its body has this object as the member "about". It holds
// SHA-256 of the DER request, the profile, the organisation, and the subject, names and days where they are not the
// request's or the profile's own: {"days","names","organisation","profile","request","subject"}.
[[nodiscard]] base::JsonObject approval_binding(const std::string& profile, const Enrolment& enrolment);

// Approval is what an issuance is done upon. Where nothing was demanded, it names the last act that came with it, if
// one did, so that one order makes one certificate.
struct Approval {
  std::vector<evidence::Hash> acts;
  std::string service;  // key of a machine-enrolment service, in hexadecimal; empty where persons approved
  std::int64_t per_day = 0;
  std::string actor;              // who, for the ledger; empty where no act came
  std::string organisation = {};  // by way of which the request came; empty where nothing says so
};

// ApprovalQuestion is a certificate that is going to be issued. References must outlive the call.
struct ApprovalQuestion {
  const Profile& profile;
  const Enrolment& enrolment;
  const Authorisation& authorisation;
  const x509::Name& subject;  // as they will stand in the certificate
  const std::vector<x509::GeneralName>& alt_names;
  base::UnixTime now;
};
// judge_approval verifies every act of the authorisation by the court's own trust and asks the gate. kNotAuthorised
// says what is missing and why an act does not count, that an officer's key has leaked since, or that certificate or
// role had ended by the store when the act was made, whatever its proofs say; kBadSignature and
// others of act_error where one does not hold. Without a court (nullptr) a profile that demands an approval is
// refused.
[[nodiscard]] base::Result<Approval> judge_approval(const ApprovalCourt* court, store::Store& store,
                                                    const ApprovalQuestion& question);

// refuse_withdrawn is that last part alone: kNotAuthorised for an act by a key that is known to have leaked, or that
// was made after the certificate or the role of its actor had ended.
[[nodiscard]] base::Result<> refuse_withdrawn(store::Store& store, const evidence::VerifiedAct& act);

// use_approval notes in the transaction of the intent which acts a serial is issued upon. kConflict when one of them
// was used for another certificate; kRefused when a service has had its number for the day.
struct ApprovalUse {
  std::int64_t authority = 0;
  base::ByteView serial;
};
[[nodiscard]] base::Result<> use_approval(store::Writer& writer, const Approval& approval, const ApprovalUse& use,
                                          base::UnixTime now);
// refuse_spent makes that last refusal beforehand.
[[nodiscard]] base::Result<> refuse_spent(store::Reader& reader, const Approval& approval, base::UnixTime now);
// used_for gives the certificate that was issued upon an act; nothing where none was, or where issuing was
// interrupted.
[[nodiscard]] base::Result<std::optional<store::CertificateRow>> used_for(store::Reader& reader,
                                                                          const evidence::Hash& act);

// organisation_behind is by way of which organisation the request of a certificate came, by the approval that it was
// issued upon; empty where an operator or a client without one ordered it.
[[nodiscard]] base::Result<std::string> organisation_behind(store::Reader& reader, std::int64_t authority,
                                                            base::ByteView serial);

// ShippedApprovals is an approvals.toml that comes with the program: "quickstart", "city".
struct ShippedApprovals {
  std::string_view name;
  std::string_view text;
};
[[nodiscard]] const std::vector<ShippedApprovals>& shipped_approvals();

[[nodiscard]] std::span<const store::Migration> migrations();

}  // namespace yuxin::ca
