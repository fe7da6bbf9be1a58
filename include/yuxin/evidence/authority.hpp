// Authority: roles granted to persons as attribute certificates, and whether a role was in force at a moment.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/evidence/organisation.hpp"
#include "yuxin/store/store.hpp"
#include "yuxin/x509/attribute_certificate.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/crl.hpp"
#include "yuxin/x509/ocsp_response.hpp"
#include "yuxin/x509/path.hpp"

namespace yuxin::evidence {

// Place is what an act is about, as far as scopes look at it. Empty members are "not said", and only a scope that
// does not limit them covers them.
struct Place {
  std::optional<OrgCode> organisation;
  std::string district;
  std::string profile;
};

// Scope limits a role; every list that is not empty must cover the place. In an attribute certificate it is the
// attribute id-yuxin-scope (oid::kRoleScope) with one value, which is absent for an unlimited scope:
//
//   RoleScope ::= SEQUENCE {           -- at least one of the three; IMPLICIT TAGS
//     organisations [0] SEQUENCE SIZE (1..64) OF ScopePart       OPTIONAL,
//     districts     [1] SEQUENCE SIZE (1..64) OF PrintableString OPTIONAL,   -- six digits, GB/T 2260
//     profiles      [2] SEQUENCE SIZE (1..64) OF PrintableString OPTIONAL }
//   ScopePart ::= SEQUENCE { organisation PrintableString (SIZE (1..32)), subtree BOOLEAN DEFAULT FALSE }
struct Scope {
  enum class Reach { kOnly, kSubtree };
  struct Part {
    OrgCode organisation;
    Reach reach = Reach::kOnly;
    friend auto operator<=>(const Part&, const Part&) = default;
  };
  std::vector<Part> organisations;
  std::vector<std::string> districts;
  std::vector<std::string> profiles;
  [[nodiscard]] bool unlimited() const { return organisations.empty() && districts.empty() && profiles.empty(); }
  friend bool operator==(const Scope&, const Scope&) = default;
};
[[nodiscard]] bool covers(const Scope& scope, const Place& place, const Organisation& organisation);
// contains says whether everything that `inner` covers, now and however the tree may grow, is covered by `outer`:
// nobody grants more than they have.
[[nodiscard]] bool contains(const Scope& outer, const Scope& inner, const Organisation& organisation);
// parse_scope reads "org:PSB", "org:MIIB/*" (with everything below), "district:500103", "profile:device", separated
// by blanks; empty text is unlimited. Sorted, each once. kMalformed. print_scope writes it.
[[nodiscard]] base::Result<Scope> parse_scope(std::string_view text);
[[nodiscard]] std::string print_scope(const Scope& scope);
// make_scope_attribute: for scopes that limit something. read_scope reads the value of the attribute; kMalformed.
[[nodiscard]] x509::Attribute make_scope_attribute(const Scope& scope);
[[nodiscard]] base::Result<Scope> read_scope(base::ByteView value);

// HeldRole is a role with its scope.
struct HeldRole {
  RoleCode role;
  Scope scope;
};

// RoleGrant is an attribute certificate read as a grant: exactly one role, its scope, nothing else that it grants or
// that limits it, holder bound by subject and key.
struct RoleGrant {
  x509::AttributeCertificate certificate;
  RoleCode role;
  Scope scope;
};
// read_role_grant: kMalformed for any other attribute certificate. It says nothing of signature, time or status.
[[nodiscard]] base::Result<RoleGrant> read_role_grant(const x509::AttributeCertificate& certificate);

// RoleProof is everything that says a role was in force: the attribute certificate, the certificate of the attribute
// authority, and its list of revoked ones (ACRL).
struct RoleProof {
  x509::AttributeCertificate grant;
  std::vector<x509::Certificate> authorities;      // candidates for the attribute authority and its chain
  std::vector<x509::Crl> crls;                     // of the attribute authority, and of the certification authorities
  std::vector<x509::OcspResponse> responses = {};  // about the attribute authority's certificate and those above it
  // A status from this long after the moment still counts for it.
  base::Seconds status_age = base::hours(24);
};

// RoleProblem is what is missing or wrong, in the order in which it is looked at.
enum class RoleProblem {
  kMalformed,         // no role grant
  kHolder,            // granted to another subject or key
  kNotYet,            // before its validity
  kExpired,           // after it
  kAuthorityMissing,  // no certificate of the attribute authority in the proof
  kAuthority,         // it leads to no anchor at that moment, is revoked, or is none of an attribute authority
  kSignature,         // not signed by it
  kStatusMissing,     // no list of the attribute authority, or of those above it, says anything about that moment
  kRevoked,           // revoked at that moment
};
struct RoleFailure {
  RoleProblem problem = RoleProblem::kMalformed;
  std::string detail;  // a sentence for people
};
// judge_role checks that the proof gives `holder` a role at `at`: signature by an attribute authority (a certificate
// with the extended key usage id-kp-yuxin-attributeAuthority that `paths` leads to an anchor at that moment, and that
// is not revoked by the lists of `paths` or of the proof), holder, validity, and a list of the attribute authority
// that does not name it. The list is one in force at `at`, or a later one made while the grant was valid, which
// knows more; a list of any later time that says "revoked since before" counts too. Pure; thread-safe.
[[nodiscard]] tl::expected<RoleGrant, RoleFailure> judge_role(const RoleProof& proof, const x509::Certificate& holder,
                                                              base::UnixTime at, const x509::PathVerifier& paths);
// verify_role is judge_role with the program's error codes: kMalformed, kBadSignature (signature, authority),
// kNotAuthorised (not the holder, not yet, no longer, revoked), kNotFound (a part of the proof is missing).
[[nodiscard]] base::Result<RoleGrant> verify_role(const RoleProof& proof, const x509::Certificate& holder,
                                                  base::UnixTime at, const x509::PathVerifier& paths);

// AttributeAuthority is the key and certificate that grants are signed with.
struct AttributeAuthority {
  x509::Certificate certificate;
  std::shared_ptr<const x509::Signer> signer;
  std::string list_uri;  // where its list is published; stands in every grant. Empty: nowhere
  base::Period list_valid_for{.seconds = 86400};
};

struct GrantOrder {
  RoleCode role;
  Scope scope;
  x509::Certificate holder;
  base::UnixTime not_before;
  base::UnixTime not_after;
};

// GrantRow is a grant as the home keeps it.
struct GrantRow {
  std::int64_t id = 0;
  base::Bytes serial;
  std::string role;
  std::string scope;       // print_scope
  std::string holder;      // subject, as text
  base::Bytes holder_key;  // SHA-256 of the SubjectPublicKeyInfo
  base::UnixTime not_before;
  base::UnixTime not_after;
  base::UnixTime granted_at;
  std::optional<base::UnixTime> revoked_at;
  int reason = 0;  // CRLReason
  base::Bytes der;
  // Since when the holder's key is known to be in wrong hands: a certificate of this home with this key was revoked
  // for its compromise. Not kept with the grant; filled in by list_grants, grants_of and check_acting.
  std::optional<base::UnixTime> compromised_at = std::nullopt;
  [[nodiscard]] bool in_force_at(base::UnixTime at) const {
    return not_before <= at && at <= not_after && (!revoked_at || at < *revoked_at) &&
           (!compromised_at || at < *compromised_at);
  }
};

// check_granter says whether a person who holds `granter` may grant what is ordered: a rule says so (granted_by), the
// scope of the granter contains the ordered one, and nobody grants to themselves (the same subject or key). Who may
// grant a role may revoke it: check_revoker asks the same about a grant that is there. kNotAuthorised names the
// roles that could. Neither looks at whether the granter's role is in force.
[[nodiscard]] base::Result<> check_granter(const Organisation& organisation, const HeldRole& granter,
                                           const x509::Certificate& granter_certificate, const GrantOrder& order);
[[nodiscard]] base::Result<> check_revoker(const Organisation& organisation, const HeldRole& revoker,
                                           const GrantRow& grant);
// granters_of names the roles that may grant one, for people: "SEC:ADM", or that it is for the founding only.
[[nodiscard]] std::string granters_of(const Organisation& organisation, const RoleCode& role);

// check_holder refuses (kRefused) a certificate that no authority of this home issued, that is revoked, on hold or
// out of date, that is an authority's, or that cannot sign.
[[nodiscard]] base::Result<> check_holder(store::Reader& reader, const x509::Certificate& holder, base::UnixTime now);

// check_grants looks at orders that are carried out together. It refuses (kRefused) a role that no rule knows, an
// organisation that is unknown or over, a scope that lacks what the rule wants limited, a beginning in the past, a
// validity past the rule's or the holder's certificate; (kNotAuthorised) a person who would stand on both sides of an
// exclusion with the other orders and with grants that overlap in time, where the same subject or the same key is the
// same person; and (kConflict) a founding role that somebody else holds, or without the roles that belong with it
// among the orders or in force. It changes nothing. check_grant is for one.
[[nodiscard]] base::Result<> check_grants(store::Reader& reader, const Organisation& organisation,
                                          const std::vector<GrantOrder>& orders, base::UnixTime now);
[[nodiscard]] base::Result<> check_grant(store::Reader& reader, const Organisation& organisation,
                                         const GrantOrder& order, base::UnixTime now);

struct GrantContext {
  std::string actor;
  std::optional<std::int64_t> act;  // ledger sequence of the act that asked for it, when there was one
  base::UnixTime now;
};
// grant_roles checks as above, then signs and stores the attribute certificates and a ledger record "role.granted"
// for each, in the caller's transaction: all or none. Errors as above; kRefused for a validity past the attribute
// authority's own; kSigner. grant_role is for one.
[[nodiscard]] base::Result<std::vector<GrantRow>> grant_roles(store::Writer& writer, const Organisation& organisation,
                                                              const AttributeAuthority& authority,
                                                              const std::vector<GrantOrder>& orders,
                                                              const GrantContext& context);
[[nodiscard]] base::Result<GrantRow> grant_role(store::Writer& writer, const Organisation& organisation,
                                                const AttributeAuthority& authority, const GrantOrder& order,
                                                const GrantContext& context);
// revoke_role ends a grant for good, with the ledger record "role.revoked"; follow it with make_role_list in the same
// transaction. kNotFound; kConflict (revoked already, or over); kUsage for the reasons that are for certificates.
// check_revocation makes the last two refusals and changes nothing.
[[nodiscard]] base::Result<> check_revocation(const GrantRow& grant, x509::RevocationReason reason,
                                              base::UnixTime now);
[[nodiscard]] base::Result<GrantRow> revoke_role(store::Writer& writer, base::ByteView serial,
                                                 x509::RevocationReason reason, const GrantContext& context);

struct GrantFilter {
  std::string role;    // exactly; empty: any
  std::string holder;  // found in the subject; empty: any
  std::optional<base::UnixTime> in_force_at;
};
[[nodiscard]] base::Result<std::vector<GrantRow>> list_grants(store::Reader& reader, const GrantFilter& filter);
[[nodiscard]] base::Result<GrantRow> find_grant(store::Reader& reader, base::ByteView serial);  // kNotFound
// grants_of finds the grants of one person in force: by subject and key of the certificate.
[[nodiscard]] base::Result<std::vector<GrantRow>> grants_of(store::Reader& reader, const x509::Certificate& holder,
                                                            base::UnixTime at);
// check_acting finds the grant by which `holder` may act in `role` at a place and moment: in force, its scope covers
// the place, and no exclusion of reach kPerson holds with another role that the person has then (organisation.toml
// may have changed since they were granted). kNotAuthorised says why not and who could grant it.
struct ActingQuestion {
  const x509::Certificate& holder;
  RoleCode role;
  Place place;
  base::UnixTime at;
};
[[nodiscard]] base::Result<GrantRow> check_acting(store::Reader& reader, const Organisation& organisation,
                                                  const ActingQuestion& question);

// make_role_list signs the next list of revoked grants (an ACRL: a CRL of the attribute authority, RFC 5755 section
// 6), keeps it, and records it in the ledger as "role.list". latest_role_list gives the newest one; nothing when
// there is none. role_list_is_due says whether there is none, whether less than half of its time is left, or
// whether it lacks a revoked grant.
[[nodiscard]] base::Result<x509::Crl> make_role_list(store::Writer& writer, const AttributeAuthority& authority,
                                                     const GrantContext& context);
[[nodiscard]] base::Result<std::optional<x509::Crl>> latest_role_list(store::Reader& reader);
[[nodiscard]] base::Result<bool> role_list_is_due(store::Reader& reader, base::UnixTime now);

}  // namespace yuxin::evidence
