// Acts: statements that persons sign, and what proves that a statement was made by somebody who was allowed to make
// it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/evidence/authority.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/cms.hpp"
#include "yuxin/x509/path.hpp"
#include "yuxin/x509/time_stamp.hpp"

namespace yuxin::evidence {

// Attachment is a file that an act speaks of, by digest.
struct Attachment {
  std::string name;  // of the file, without folders
  std::int64_t size = 0;
  x509::DigestAlgorithm digest = x509::DigestAlgorithm::kSha256;
  base::Bytes value;
};

// Act is one statement. Its octets, which are signed, are the canonical JSON (RFC 8785) of
// {"act":1, "actor":{"key","subject"}, "attachments":[…], "body":{…}, "object", "previous" (hex, or null), "role" (or
// null), "time", "type"}.
struct Act {
  std::string type;    // "role.grant", "request.review": lower-case words with dots
  std::string object;  // what it is about, "issuing/3F9A…", "R-1042"
  base::JsonObject body;
  std::vector<Attachment> attachments;
  std::optional<RoleCode> role;  // the role that the actor uses
  std::optional<Hash> previous;  // digest of the statement of the act before on the same object
  base::UnixTime time;           // as the actor's clock says
};
// statement writes the canonical JSON for an actor; parse_statement reads it back and refuses (kMalformed) octets
// that are not exactly the canonical form, unknown members, and actors that are not the certificate's.
[[nodiscard]] base::Result<std::string> statement(const Act& act, const x509::Certificate& actor);
[[nodiscard]] base::Result<Act> parse_statement(base::ByteView octets, const x509::Certificate& actor);
// act_digest is SHA-256 of the statement: the name of an act, and what the next one calls `previous`.
[[nodiscard]] Hash act_digest(base::ByteView statement);

// sign_act makes a SignedAct: attached CMS with the actor's certificate and chain. An SM2 key signs in the form
// given.
[[nodiscard]] base::Result<base::Bytes> sign_act(const Act& act, const x509::CmsSigner& actor,
                                                 const std::vector<x509::Certificate>& chain, x509::CmsForm form);

// ActProofs is what is put beside a signature so that it can be judged later without asking anybody.
struct ActProofs {
  std::vector<x509::Certificate> certificates;  // chains of actor, attribute authority, time-stamping authority
  std::vector<base::Bytes> ocsp_responses;      // about the actor's certificate
  std::vector<x509::Crl> crls;                  // of certification authorities and the attribute authority
  std::optional<x509::AttributeCertificate> role;
  base::Bytes time_stamp;  // DER TimeStampToken over the signature value
};
[[nodiscard]] base::Result<base::Bytes> add_proofs(base::ByteView signed_act, const ActProofs& proofs);

// ActTrust is what a verifier believes to begin with.
struct ActTrust {
  x509::PathVerifier paths;               // trust anchors
  base::Seconds skew = base::minutes(5);  // between the actor's clock and the time stamp
  // A status that was fetched this long before or after the time stamp still counts for it.
  base::Seconds status_age = base::hours(24);
};

// ActProblem is the first thing that is missing or wrong, in the order in which they are looked at.
enum class ActProblem {
  kMalformed,  // no SignedData with one signer, or a statement that is not canonical
  kSignature,  // the signature or its signed attributes
  kActor,      // the statement names another actor than the one who signed
  kTimeStampMissing,
  kTimeStamp,      // not over this signature, or not by a time-stamping authority that is believed
  kTime,           // the actor's time is too far from the time stamp's
  kChain,          // no path to an anchor at that moment
  kStatusMissing,  // nothing says whether the certificate was revoked at that moment
  kStatus,         // revoked or on hold at that moment
  kPurpose,        // the certificate is not for signing acts (key usage)
  kRoleMissing,    // the act claims a role and proves none
  kRole,           // the attribute certificate: signature, authority, holder, validity, another role
  kRoleRevoked,
  kRoleStatusMissing,  // no list of the attribute authority for that moment
  kOrder,              // `previous` is not the act before
};
// act_problem_name is a stable word for JSON ("time-stamp-missing").
[[nodiscard]] std::string_view act_problem_name(ActProblem problem);

// VerifiedAct can only be made by verify_act: if it exists, everything that ActProblem lists was found good.
class VerifiedAct {
 public:
  [[nodiscard]] const Act& act() const { return act_; }
  [[nodiscard]] const Hash& digest() const { return digest_; }
  [[nodiscard]] const x509::Certificate& actor() const { return actor_; }
  [[nodiscard]] base::UnixTime moment() const { return moment_; }  // of the time stamp
  [[nodiscard]] const std::optional<RoleGrant>& role() const { return role_; }

 private:
  friend struct ActVerification;
  VerifiedAct(Act act, Hash digest, x509::Certificate actor, base::UnixTime moment, std::optional<RoleGrant> role)
      : act_(std::move(act)), digest_(digest), actor_(std::move(actor)), moment_(moment), role_(std::move(role)) {}
  Act act_;
  Hash digest_;
  x509::Certificate actor_;
  base::UnixTime moment_;
  std::optional<RoleGrant> role_;
};

struct ActFailure {
  ActProblem problem = ActProblem::kMalformed;
  std::string detail;  // a sentence for people
};
// verify_act judges one act by what it carries and by `trust`, now or in ten years. `previous` is what the object's
// last act was, where the caller knows (a bundle, a home); nothing: not looked at.
[[nodiscard]] tl::expected<VerifiedAct, ActFailure> verify_act(
    base::ByteView signed_act, const ActTrust& trust,
    const std::optional<std::optional<Hash>>& previous = std::nullopt);

// same_person says whether two acts are by one person: the same subject or the same key.
[[nodiscard]] bool same_person(const VerifiedAct& a, const VerifiedAct& b);

// StoredAct is an accepted act of the home.
struct StoredAct {
  std::int64_t id = 0;
  std::string object;
  std::string type;
  Hash digest{};
  std::int64_t ledger_sequence = 0;
  base::Bytes der;
};
// store_act keeps a verified act with its proofs and appends the ledger record "act.accepted", in the caller's
// transaction. kConflict when the act is there already (a replay) or `previous` is not the object's last act now.
[[nodiscard]] base::Result<StoredAct> store_act(store::Writer& writer, const VerifiedAct& act,
                                                base::ByteView signed_act, base::UnixTime now);
[[nodiscard]] base::Result<std::vector<StoredAct>> acts_of(store::Reader& reader, std::string_view object);
// last_act gives the digest of the object's last act; nothing when there is none.
[[nodiscard]] base::Result<std::optional<Hash>> last_act(store::Reader& reader, std::string_view object);

}  // namespace yuxin::evidence
