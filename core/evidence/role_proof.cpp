// Whether a role was in force at a moment, from what is given and nothing else.
#include <algorithm>

#include "status_proofs.hpp"
#include "yuxin/evidence/authority.hpp"

namespace yuxin::evidence {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using x509::Certificate;

namespace {

using Verdict = tl::expected<void, RoleFailure>;

tl::unexpected<RoleFailure> against(RoleProblem problem, std::string detail) {
  return tl::make_unexpected(RoleFailure{problem, std::move(detail)});
}

// RFC 5755 section 5: an attribute certificate with a critical extension that is not understood is rejected. Of the
// others, those that a grant is written with are known; a limit that somebody else put there must not be passed over.
bool is_understood(x509::Oid extension) {
  return base::equal(extension, x509::oid::kAuthorityKeyIdentifier) ||
         base::equal(extension, x509::oid::kCrlDistributionPoints);
}

struct Search {
  const RoleProof& proof;
  base::UnixTime at;
  const x509::PathVerifier& paths;
};

x509::PathOptions path_options(x509::RevocationMode revocation) {
  x509::PathOptions options;
  options.purpose = x509::PathPurpose::kAttributeAuthority;
  options.revocation = revocation;
  return options;
}

// is_clear says whether, for every certificate below the anchor, a response or a list of the proof says good. One
// that says revoked is an answer of its own.
Verdict is_clear(const Search& search, const std::vector<Certificate>& chain) {
  const StatusProofs proofs(search.proof.responses, search.proof.crls);
  auto verdict = proofs.chain_at(chain, search.at, search.proof.status_age);
  using enum StatusProofs::Verdict::Kind;
  if (verdict.kind == kRevoked) return against(RoleProblem::kAuthority, std::move(verdict.detail));
  if (verdict.kind == kMissing) return against(RoleProblem::kStatusMissing, std::move(verdict.detail));
  return {};
}

// judge_authority: a path to an anchor at that moment, and its status from the verifier's lists or the proof's.
Verdict judge_authority(const Search& search, const Certificate& certificate) {
  const auto path = search.paths.verify(certificate, search.at, path_options(x509::RevocationMode::kCrlIfPresent),
                                        search.proof.authorities);
  if (!path.valid) return against(RoleProblem::kAuthority, path.detail);
  auto clear = is_clear(search, path.chain);
  if (clear || clear.error().problem != RoleProblem::kStatusMissing) return clear;
  const auto known = search.paths.verify(certificate, search.at, path_options(x509::RevocationMode::kCrlRequired),
                                         search.proof.authorities);
  return known.valid ? Verdict{} : clear;
}

// check_authority looks for the certificate whose key signed the grant. Where there are several, because the
// authority was renewed, one good one is enough; else the failure of the last one that signed is told.
Verdict check_authority(const Search& search) {
  const auto& grant = search.proof.grant;
  Verdict verdict =
      against(RoleProblem::kAuthorityMissing,
              message("The certificate of the attribute authority {} is missing.", grant.issuer().text()));
  for (const auto& certificate : search.proof.authorities) {
    if (!certificate.subject().same(grant.issuer())) continue;
    const auto key = certificate.public_key();
    const auto verified = key ? x509::verify_signature(grant, *key) : Result<>(base::Failure(key.error()));
    if (verified) {
      verdict = judge_authority(search, certificate);
      if (verdict) return verdict;
    } else if (verdict.error().problem == RoleProblem::kAuthorityMissing) {
      verdict = against(RoleProblem::kSignature, verified.error().detail);
    }
  }
  return verdict;
}

// The issuer of a list: any certificate of that name that is an attribute authority at the moment of the list. A list
// of later knowledge is believed only while its issuer is.
bool is_believed(const Search& search, const Certificate& certificate, const x509::Crl& crl) {
  if (!certificate.subject().same(crl.issuer())) return false;
  const auto key = certificate.public_key();
  if (!key || !crl.verify_signature(*key)) return false;
  const Search then{search.proof, std::max(search.at, crl.this_update()), search.paths};
  return search.paths
      .verify(certificate, then.at, path_options(x509::RevocationMode::kCrlIfPresent), search.proof.authorities)
      .valid;
}

struct ListAnswer {
  bool good = false;
  std::optional<base::UnixTime> revoked_at;
  std::string doubt;  // why a list said nothing
};

void ask_list(const Search& search, const Certificate& authority, const x509::Crl& crl, ListAnswer& answer) {
  const auto& grant = search.proof.grant;
  // A list that was made later knows at least as much, until it may leave out what has expired (RFC 5280
  // section 3.3).
  const bool later = crl.this_update() > search.at;
  const auto verdict = x509::check_attribute_crl(grant, authority, crl, later ? crl.this_update() : search.at);
  if (verdict.status == x509::CrlStatus::kUnknown) {
    answer.doubt = verdict.detail;
    return;
  }
  if (verdict.status == x509::CrlStatus::kRevoked) {
    const auto since = verdict.revoked_at.value_or(crl.this_update());
    if (since <= search.at) {
      answer.revoked_at = since;
    } else {
      answer.good = true;
    }
    return;
  }
  answer.good = answer.good || !later || crl.this_update() <= grant.not_after();
}

Verdict check_status(const Search& search) {
  ListAnswer answer;
  for (const auto& crl : search.proof.crls) {
    if (!crl.issuer().same(search.proof.grant.issuer())) continue;
    const auto authority = std::ranges::find_if(
        search.proof.authorities, [&](const Certificate& one) { return is_believed(search, one, crl); });
    if (authority != search.proof.authorities.end()) ask_list(search, *authority, crl, answer);
  }
  const auto& serial = search.proof.grant.serial();
  if (answer.revoked_at) {
    return against(RoleProblem::kRevoked, message("The role was withdrawn at {}: grant {} is on the attribute "
                                                  "authority's list.",
                                                  base::local_time(*answer.revoked_at), serial.shortened()));
  }
  if (answer.good) return {};
  auto detail = message("No list of the attribute authority for {} says whether grant {} was in force.",
                        base::local_time(search.at), serial.shortened());
  if (!answer.doubt.empty()) detail += " " + answer.doubt;
  return against(RoleProblem::kStatusMissing, std::move(detail));
}

Code code_of(RoleProblem problem) {
  switch (problem) {
    case RoleProblem::kMalformed:
      return Code::kMalformed;
    case RoleProblem::kAuthority:
    case RoleProblem::kSignature:
      return Code::kBadSignature;
    case RoleProblem::kAuthorityMissing:
    case RoleProblem::kStatusMissing:
      return Code::kNotFound;
    case RoleProblem::kHolder:
    case RoleProblem::kNotYet:
    case RoleProblem::kExpired:
    case RoleProblem::kRevoked:
      break;
  }
  return Code::kNotAuthorised;
}

}  // namespace

Result<RoleGrant> read_role_grant(const x509::AttributeCertificate& certificate) {
  const auto shortened = certificate.serial().shortened();
  const auto& holder = certificate.holder();
  if (!holder.subject || holder.public_key_digest.empty() || !holder.digest || !holder.base_issuer.empty()) {
    return fail(Code::kMalformed, "The attribute certificate {} does not bind its holder by subject and key.",
                shortened);
  }
  for (const auto& extension : certificate.extensions()) {
    if (is_understood(extension.oid)) continue;
    return fail(Code::kMalformed, "The attribute certificate {} has the extension {}, which no grant of a role has.",
                shortened, x509::oid_name(extension.oid));
  }
  const auto role = certificate.roles().size() == 1 ? RoleCode::from_uri(certificate.roles().front()) : std::nullopt;
  if (!role) {
    return fail(Code::kMalformed, "The attribute certificate {} does not grant exactly one role (urn:yuxin:role:…).",
                shortened);
  }
  Scope scope;
  for (const auto& attribute : certificate.attributes()) {
    if (base::equal(attribute.type, x509::oid::kRole)) continue;
    if (!base::equal(attribute.type, x509::oid::kRoleScope) || attribute.values.size() != 1) {
      return fail(Code::kMalformed,
                  "The attribute certificate {} has the attribute {}, which no grant of a role has.", shortened,
                  x509::oid_name(attribute.type));
    }
    TRY(scope, read_scope(attribute.values.front()));
  }
  return RoleGrant{certificate, *role, std::move(scope)};
}

tl::expected<RoleGrant, RoleFailure> judge_role(const RoleProof& proof, const Certificate& holder, base::UnixTime at,
                                                const x509::PathVerifier& paths) {
  auto grant = read_role_grant(proof.grant);
  if (!grant) return against(RoleProblem::kMalformed, grant.error().detail);
  if (!x509::is_held_by(proof.grant, holder)) {
    return against(RoleProblem::kHolder,
                   message("Role {} was granted to {} with another subject or another key than "
                           "the certificate of {}.",
                           grant->role.text(), proof.grant.holder().subject->text(), holder.subject().text()));
  }
  if (at < proof.grant.not_before()) {
    return against(RoleProblem::kNotYet, message("Role {} is in force from {} only.", grant->role.text(),
                                                 base::local_time(proof.grant.not_before())));
  }
  if (at > proof.grant.not_after()) {
    return against(RoleProblem::kExpired, message("Role {} was in force until {}.", grant->role.text(),
                                                  base::local_time(proof.grant.not_after())));
  }
  const Search search{proof, at, paths};
  if (auto authority = check_authority(search); !authority) return tl::unexpected(std::move(authority).error());
  if (auto status = check_status(search); !status) return tl::unexpected(std::move(status).error());
  return std::move(*grant);
}

Result<RoleGrant> verify_role(const RoleProof& proof, const Certificate& holder, base::UnixTime at,
                              const x509::PathVerifier& paths) {
  auto grant = judge_role(proof, holder, at, paths);
  if (grant) return std::move(*grant);
  return base::Failure(base::Error{code_of(grant.error().problem), grant.error().detail, {}});
}

}  // namespace yuxin::evidence
