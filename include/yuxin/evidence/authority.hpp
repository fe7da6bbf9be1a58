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
#include "yuxin/x509/path.hpp"

namespace yuxin::evidence {

// Place is what an act is about, as far as scopes look at it. Empty members are "not said" and only an unlimited
// scope covers them.
struct Place {
  std::optional<OrgCode> organisation;
  std::string district;
  std::string profile;
};

// Scope limits a role; every list that is not empty must cover the place.
struct Scope {
  enum class Reach { kOnly, kSubtree };
  struct Part {
    OrgCode organisation;
    Reach reach = Reach::kOnly;
  };
  std::vector<Part> organisations;
  std::vector<std::string> districts;
  std::vector<std::string> profiles;
  [[nodiscard]] bool unlimited() const { return organisations.empty() && districts.empty() && profiles.empty(); }
};
[[nodiscard]] bool covers(const Scope& scope, const Place& place, const Organisation& organisation);
// contains says whether everything that `inner` covers is covered by `outer`: nobody grants more than they have.
[[nodiscard]] bool contains(const Scope& outer, const Scope& inner, const Organisation& organisation);
// parse_scope reads "org:PSB", "org:MIIB/*" (with everything below), "district:500103", "profile:device", separated
// by blanks; empty text is unlimited. print_scope writes it.
[[nodiscard]] base::Result<Scope> parse_scope(std::string_view text);
[[nodiscard]] std::string print_scope(const Scope& scope);

// RoleGrant is an attribute certificate read as a grant: exactly one role, its scope (attribute id-yuxin-scope, a
// private OID under 2.25), holder bound by subject and key.
struct RoleGrant {
  x509::AttributeCertificate certificate;
  RoleCode role;
  Scope scope;
};
[[nodiscard]] base::Result<RoleGrant> read_role_grant(const x509::AttributeCertificate& certificate);

// RoleProof is everything that says a role was in force: the attribute certificate, the certificate of the attribute
// authority, and its list of revoked ones (ACRL).
struct RoleProof {
  x509::AttributeCertificate grant;
  std::vector<x509::Certificate> authorities;  // candidates for the attribute authority and its chain
  std::vector<x509::Crl> crls;                 // of the attribute authority, and of the certification authorities
};
// verify_role checks that `grant` gives `holder` a role at `at`: signature by an attribute authority (a certificate
// with the extended key usage id-kp-yuxin-attributeAuthority that `paths` leads to an anchor at that moment), holder,
// validity, and a list of the attribute authority that is in force at `at` and does not name it. Errors:
// kBadSignature, kNotAuthorised (not the holder, not yet, no longer, revoked), kNotFound (a part of the proof is
// missing); each says which.
[[nodiscard]] base::Result<RoleGrant> verify_role(const RoleProof& proof, const x509::Certificate& holder,
                                                  base::UnixTime at, const x509::PathVerifier& paths);

// AttributeAuthority is the key and certificate that grants are signed with.
struct AttributeAuthority {
  x509::Certificate certificate;
  std::shared_ptr<const x509::Signer> signer;
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
  std::optional<base::UnixTime> revoked_at;
  int reason = 0;
  base::Bytes der;
};

// check_grant refuses (kRefused, kNotAuthorised) a role that no rule knows, an unknown organisation, a validity past
// the rule's or the holder's certificate, and a person who would stand on both sides of an exclusion with the grants
// in force. It changes nothing.
[[nodiscard]] base::Result<> check_grant(store::Reader& reader, const Organisation& organisation,
                                         const GrantOrder& order, base::UnixTime now);
// grant_role signs and stores the attribute certificate and its ledger record "role.granted", in the caller's
// transaction; revoke_role records the revocation ("role.revoked"). `actor` and `act` (the ledger sequence of the act
// that asked for it, when there was one) go into the record. Errors as above; kNotFound, kConflict (revoked already).
struct GrantContext {
  std::string actor;
  std::optional<std::int64_t> act;
  base::UnixTime now;
};
[[nodiscard]] base::Result<GrantRow> grant_role(store::Writer& writer, const Organisation& organisation,
                                                const AttributeAuthority& authority, const GrantOrder& order,
                                                const GrantContext& context);
[[nodiscard]] base::Result<GrantRow> revoke_role(store::Writer& writer, base::ByteView serial,
                                                 x509::RevocationReason reason, const GrantContext& context);

struct GrantFilter {
  std::string role;    // exactly; empty: any
  std::string holder;  // found in the subject; empty: any
  std::optional<base::UnixTime> in_force_at;
};
[[nodiscard]] base::Result<std::vector<GrantRow>> list_grants(store::Reader& reader, const GrantFilter& filter);
// grants_of finds the grants of one person in force: by subject and key of the certificate.
[[nodiscard]] base::Result<std::vector<GrantRow>> grants_of(store::Reader& reader, const x509::Certificate& holder,
                                                            base::UnixTime at);

// make_role_list signs the next list of revoked grants (an ACRL: a CRL of the attribute authority, RFC 5755 section
// 6), keeps it, and records it in the ledger. latest_role_list gives the one in force; nothing when there is none.
[[nodiscard]] base::Result<x509::Crl> make_role_list(store::Writer& writer, const AttributeAuthority& authority,
                                                     const GrantContext& context);
[[nodiscard]] base::Result<std::optional<x509::Crl>> latest_role_list(store::Reader& reader);

}  // namespace yuxin::evidence
