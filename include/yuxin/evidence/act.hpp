// Acts: statements that persons sign, and what proves that a statement was made by somebody who was allowed to make
// it. docs/acts.md has the exact octets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/evidence/authority.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/x509/attribute_certificate.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/cms.hpp"
#include "yuxin/x509/crl.hpp"
#include "yuxin/x509/path.hpp"

namespace yuxin::evidence {

// Attachment is a file that an act speaks of, by digest: SHA-256 or SM3.
struct Attachment {
  std::string name;  // of the file, without folders
  std::int64_t size = 0;
  x509::DigestAlgorithm digest = x509::DigestAlgorithm::kSha256;
  base::Bytes value;
};

// Act is one statement. Its octets, which are signed, are the canonical JSON (RFC 8785) of
// {"act":1, "actor":{"key","subject"}, "attachments":[{"digest","name","size","value"}…], "body":{…}, "object",
// "previous" (hex, or null), "role" (or null), "time", "type"}; "key" is SHA-256 of the SubjectPublicKeyInfo.
struct Act {
  std::string type;    // "role.grant", "request.review": lower-case words with dots, at most 64 characters
  std::string object;  // what it is about, "issuing/3F9A…", "R-1042"; at most 200 octets
  base::JsonObject body;
  std::vector<Attachment> attachments;  // at most 1000
  std::optional<RoleCode> role;         // the role that the actor uses
  std::optional<Hash> previous;         // digest of the statement of the act before on the same object
  base::UnixTime time;                  // as the actor's clock says
};
// statement writes the canonical JSON for an actor: kUsage for what an act cannot hold (see above; numbers that are
// no integers, more than a MiB in all). parse_statement reads it back and refuses (kMalformed) octets that are not
// exactly what `statement` writes, and actors that are not the certificate's.
[[nodiscard]] base::Result<std::string> statement(const Act& act, const x509::Certificate& actor);
[[nodiscard]] base::Result<Act> parse_statement(base::ByteView octets, const x509::Certificate& actor);
// act_digest is SHA-256 of the statement: the name of an act, and what the next one calls `previous`.
[[nodiscard]] Hash act_digest(base::ByteView statement);

// sign_act makes a signed act: attached CMS with the actor's certificate and chain. An SM2 key signs in the form
// given. Errors: of statement and sign_message.
[[nodiscard]] base::Result<base::Bytes> sign_act(const Act& act, const x509::CmsSigner& actor,
                                                 const std::vector<x509::Certificate>& chain, x509::CmsForm form);

// SignedAct is an act of which its own signature was judged, and nothing else: who holds the certificate's key made
// this statement and meant an act. Whether the certificate is to be believed, and when it was signed, nobody has
// said.
struct SignedAct {
  Act act;
  x509::Certificate actor;
};
// open_act judges that much: kMalformed for what is no marked act, kBadSignature for a signature or an actor that do
// not hold.
[[nodiscard]] base::Result<SignedAct> open_act(base::ByteView signed_act);

// ActProofs is what is put beside a signature so that it can be judged later without asking anybody.
struct ActProofs {
  std::vector<x509::Certificate> certificates;  // chains of actor, attribute authority, time-stamping authority
  std::vector<base::Bytes> ocsp_responses;      // about any certificate of these chains
  std::vector<x509::Crl> crls;                  // of certification authorities and the attribute authority
  std::optional<x509::AttributeCertificate> role;
  base::Bytes time_stamp;  // DER TimeStampToken over the signature value
};
[[nodiscard]] base::Result<base::Bytes> add_proofs(base::ByteView signed_act, const ActProofs& proofs);

class VerifiedAct;
// says_act: the signature says that an act is meant (as sign_act's does), and no document whose words are those of
// one. Acts of before there was the mark have none, so that verify_act does not ask for it; whoever takes acts from
// strangers does.
[[nodiscard]] bool says_act(const VerifiedAct& act);

// ActTrust is what a verifier believes to begin with. Cheap to copy; safe to share between threads.
struct ActTrust {
  x509::PathVerifier paths;               // trust anchors
  base::Seconds skew = base::minutes(5);  // between the actor's clock and the time stamp
  // A list or OCSP response says "good" for the moment of the time stamp when it was in force then, or was made at
  // most this long after it; one that does not say how long it is good, at most this long before. What says "revoked
  // at or before that moment" always counts.
  base::Seconds status_age = base::hours(24);
};

// ActProblem is the first thing that is missing or wrong, in the order in which they are looked at.
enum class ActProblem {
  kMalformed,         // no DER SignedData with one signer, or a statement that is not canonical
  kSignature,         // the signature or its signed attributes
  kActor,             // the statement names another actor than the one who signed
  kTimeStampMissing,  // nothing says when it was signed
  kTimeStamp,         // not over this signature, or not by a time-stamping authority that is believed
  kTimeStampStatus,   // nothing says that the time-stamping authority was not revoked then, or it was
  kTime,              // the actor's time is too far from the time stamp's
  kChain,             // no path from the actor's certificate to an anchor at that moment
  kStatusMissing,     // nothing says whether it, or an authority above it, was revoked at that moment
  kStatus,            // revoked or on hold at that moment
  kPurpose,           // the certificate is not for signing acts (key usages)
  kRoleMissing,       // the act claims a role and proves none
  kRole,              // the attribute certificate: signature, authority, holder, validity, another role
  kRoleRevoked,
  kRoleStatusMissing,  // no list of the attribute authority for that moment, or no status of its certificate
  kOrder,              // `previous` is not the act before
};
// act_problem_name is a stable word for JSON ("time-stamp-missing").
[[nodiscard]] std::string_view act_problem_name(ActProblem problem);

struct ActFailure {
  ActProblem problem = ActProblem::kMalformed;
  std::string detail;  // a sentence for people
};
// act_error is a failure as an error of the program: kMalformed, kBadSignature, kNotAuthorised (roles), kNotFound (a
// proof is missing) or kConflict (order).
[[nodiscard]] base::Error act_error(const ActFailure& failure);

// VerifiedAct can only be made by verify_act: if it exists, everything that ActProblem lists was found good. Cheap to
// copy but for the act itself.
class VerifiedAct {
 public:
  [[nodiscard]] const Act& act() const { return act_; }
  [[nodiscard]] const Hash& digest() const { return digest_; }
  [[nodiscard]] const x509::Certificate& actor() const { return actor_; }
  [[nodiscard]] base::UnixTime moment() const { return moment_; }  // of the time stamp
  [[nodiscard]] const std::optional<RoleGrant>& role() const { return role_; }
  [[nodiscard]] base::ByteView der() const { return message_.der(); }  // the whole message that was verified
  [[nodiscard]] const x509::SignedData& message() const { return message_; }

 private:
  friend class ActVerification;
  VerifiedAct(Act act, Hash digest, x509::Certificate actor, base::UnixTime moment, std::optional<RoleGrant> role,
              x509::SignedData message)
      : act_(std::move(act)),
        digest_(digest),
        actor_(std::move(actor)),
        moment_(moment),
        role_(std::move(role)),
        message_(std::move(message)) {}
  Act act_;
  Hash digest_;
  x509::Certificate actor_;
  base::UnixTime moment_;
  std::optional<RoleGrant> role_;
  x509::SignedData message_;
};

// ExpectedPrevious is what the object's last act was, where the caller knows (a bundle, a home): its digest, or that
// there was none. Nothing at all: order is not looked at.
using ExpectedPrevious = std::optional<std::optional<Hash>>;

// verify_act judges one act by what it carries and by `trust`, now or in ten years. Pure, and bounded: a message of
// more than 32 MiB, or with more than 64 certificates, lists or OCSP responses, is kMalformed.
[[nodiscard]] tl::expected<VerifiedAct, ActFailure> verify_act(base::ByteView signed_act, const ActTrust& trust,
                                                               const ExpectedPrevious& previous = std::nullopt);

// ProofSource gives what an act is completed with. The command line and the server implement it over the home or the
// network; tests over a small city. Errors are passed on by accept_act.
class ProofSource {
 public:
  virtual ~ProofSource() = default;
  // time_stamp gives a DER TimeStampToken over the octets.
  [[nodiscard]] virtual base::Result<base::Bytes> time_stamp(base::ByteView octets) = 0;
  // status gives what says of a certificate whether it is revoked now: an OCSP response, a list of its issuer, or
  // both. Nothing where nobody knows.
  struct Status {
    std::vector<base::Bytes> ocsp_responses;
    std::vector<x509::Crl> crls;
  };
  [[nodiscard]] virtual base::Result<Status> status(const x509::Certificate& certificate,
                                                    const x509::Certificate& issuer) = 0;
  // role gives the grant of a role to a person that is in force now, with the attribute authority's certificate and
  // list of now; kNotAuthorised when there is none. `brought` is a grant that came with the act: then only the rest
  // is asked for.
  [[nodiscard]] virtual base::Result<RoleProof> role(const x509::Certificate& holder, const RoleCode& role,
                                                     const x509::AttributeCertificate* brought) = 0;
};
// accept_act takes an act as its actor signed it, completes it (time stamp, then status of every certificate, then
// role) and gives it verified, by verify_act over the completed octets. Nothing is asked for an act whose signature
// or statement does not hold, or (kBadSignature) whose signature does not say that an act is meant, as sign_act's
// does. Errors: those of the source, act_error of what verify_act finds.
[[nodiscard]] base::Result<VerifiedAct> accept_act(base::ByteView signed_act, ProofSource& source,
                                                   const ActTrust& trust,
                                                   const ExpectedPrevious& previous = std::nullopt);

// same_person says whether two acts are by one person: the same key, or subjects that RFC 5280 section 7.1 calls
// equal (x509::equal_names).
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
// store_act keeps a verified act with its proofs as the attachment of the ledger record "act.accepted", in the
// caller's transaction, so that the act is bound by the ledger's tree. kConflict when the act is there already (a
// replay) or its `previous` is not the object's last act now (somebody was quicker).
[[nodiscard]] base::Result<StoredAct> store_act(store::Writer& writer, const VerifiedAct& act, base::UnixTime now);
// acts_of gives the acts on an object in their order.
[[nodiscard]] base::Result<std::vector<StoredAct>> acts_of(store::Reader& reader, std::string_view object);
// following_acts looks at the next acts after the one with this id (0: at the first), as many as `limit`, and gives
// those that follow another on the same object.
struct FollowingActs {
  std::vector<StoredAct> acts;  // in the order of acceptance
  std::int64_t last = 0;        // id of the last one that was looked at; `after` where there is none
};
[[nodiscard]] base::Result<FollowingActs> following_acts(store::Reader& reader, std::int64_t after,
                                                         std::int64_t limit);
// last_act gives the digest of the object's last act; nothing when there is none.
[[nodiscard]] base::Result<std::optional<Hash>> last_act(store::Reader& reader, std::string_view object);

}  // namespace yuxin::evidence
