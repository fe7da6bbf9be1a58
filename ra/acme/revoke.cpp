// Revocation: RFC 8555 section 7.6.
#include "yuxin/ca/revocation.hpp"

#include <algorithm>

#include "operations.hpp"
#include "repository.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::ra::acme {

using x509::RevocationReason;

namespace {

Outcome<RevocationReason> read_reason(const base::JsonObject& payload) {
  const auto* value = payload.if_contains("reason");
  if (value == nullptr) return RevocationReason::kUnspecified;
  // What the holder of a certificate can know: not that the authority or a privilege is gone, and no hold.
  for (const auto reason :
       {RevocationReason::kUnspecified, RevocationReason::kKeyCompromise, RevocationReason::kAffiliationChanged,
        RevocationReason::kSuperseded, RevocationReason::kCessationOfOperation}) {
    if (value->is_int64() && value->get_int64() == static_cast<std::int64_t>(reason)) return reason;
  }
  return deny(ProblemType::kBadRevocationReason, "A certificate is revoked here for the reasons 0, 1, 3, 4 or 5.");
}

// Found is a certificate of this home with its authority.
struct Found {
  store::AuthorityRow authority;
  store::CertificateRow row;
};

Outcome<Found> find(World& world, const x509::Certificate& certificate) {
  std::optional<Found> found;
  TRY(world.parts.store->read([&](store::Reader& reader) -> base::Result<> {
    found.reset();
    TRY(const auto rows, reader.find_all(certificate.tbs().serial, store::Reader::With::kDer));
    TRY(const auto authorities, reader.authorities());
    for (const auto& row : rows) {
      const auto authority = std::ranges::find(authorities, row.authority, &store::AuthorityRow::id);
      if (base::equal(row.der, certificate.der()) && authority != authorities.end()) found = Found{*authority, row};
    }
    return {};
  }));
  if (!found) return no_such_object();
  return std::move(*found);
}

// Whoever has the key of a certificate may revoke it; of certificates that machines cannot have by ACME, officers
// decide.
Outcome<> check_profile(const World& world, const std::string& profile) {
  const auto clients = world.parts.clients();
  const bool by_acme = std::ranges::any_of(clients->all(), [&](const MachineClient& client) {
    return client.speaks(Protocol::kAcme) && client.may_have(profile);
  });
  if (by_acme) return {};
  return deny(ProblemType::kUnauthorized, "Certificates of profile {} are not revoked by ACME.", profile);
}

// Section 7.6: an account that holds authorizations for all names of a certificate may revoke it.
Outcome<bool> holds_all_names(World& world, const Account& account, const x509::Certificate& certificate) {
  const auto* extension = certificate.tbs().find(x509::oid::kSubjectAltName);
  const auto names = extension == nullptr ? std::nullopt : x509::read_alternative_names(extension->value);
  if (!names || names->empty()) return false;
  bool all = true;
  TRY(world.read([&](store::Session& session) -> Outcome<> {
    all = true;
    for (const auto& name : *names) {
      const auto low = base::lower(name.value);
      const bool wildcard = low.starts_with("*.");
      const auto host = wildcard ? low.substr(2) : low;
      TRY(const auto held, repository::valid_authorization(session, {account.row, host, wildcard}, world.now()));
      if (!held || name.kind != x509::GeneralNameKind::kDns) all = false;
    }
    return {};
  }));
  return all;
}

// has_own_key: the request is signed with the key of the certificate itself.
bool has_own_key(const Asked& asked, const x509::Certificate& certificate) {
  if (asked.account) return false;
  const auto key = certificate.public_key();
  return key && key->kind() == asked.jws.jwk->key.kind() &&
         base::equal(key->key_bits(), asked.jws.jwk->key.key_bits());
}

Outcome<bool> was_ordered_by(World& world, const Account& account, const x509::Certificate& certificate) {
  std::optional<Order> order;
  TRY(world.read([&](store::Session& session) -> Outcome<> {
    TRY(order, repository::order_of_certificate(session, x509::sha256(certificate.der())));
    return {};
  }));
  return order && order->account == account.row;
}

// That a key has leaked ends whatever was issued for it. An account says it of what it has ordered, where nobody else
// has a certificate for the key; whoever has the key signs with it.
Outcome<> check_compromise(World& world, const Account& account, bool ordered, const x509::Certificate& certificate) {
  if (ordered) {
    TRY(const bool alone, world.parts.desk->has_key_alone(account.client, certificate));
    if (alone) return {};
  }
  return deny(ProblemType::kUnauthorized,
              "That a key has leaked is said here with that key, or by the account that has ordered all certificates "
              "for it. Sign the request with the key of the certificate, or revoke for another reason.");
}

Outcome<> check_may(World& world, const Asked& asked, const x509::Certificate& certificate, RevocationReason reason) {
  if (has_own_key(asked, certificate)) return {};
  if (asked.account) {
    TRY(const bool ordered, was_ordered_by(world, *asked.account, certificate));
    TRY(const bool may, ordered ? Outcome<bool>(true) : holds_all_names(world, *asked.account, certificate));
    if (may && reason == RevocationReason::kKeyCompromise)
      return check_compromise(world, *asked.account, ordered, certificate);
    if (may) return {};
  }
  return deny(ProblemType::kUnauthorized,
              "A certificate is revoked by the account that it was issued to, by one that has proven all its names, "
              "or with its own key.");
}

std::string actor_of(const Asked& asked) {
  return asked.account ? holder_of(*asked.account) : "acme:key of the certificate";
}

}  // namespace

Answer revoke(World& world, const Asked& asked) {
  const auto der = base::from_base64url(base::json_string(asked.payload, "certificate"));
  auto certificate = x509::Certificate::from_der(der ? base::ByteView(*der) : base::ByteView());
  if (!certificate) return deny(ProblemType::kMalformed, "The certificate is none, in DER as base64url.");
  TRY(const auto reason, read_reason(asked.payload));
  TRY(check_may(world, asked, *certificate, reason));
  TRY(const auto found, find(world, *certificate));
  TRY(check_profile(world, found.row.profile));
  if (found.row.status.state == store::CertificateState::kRevoked)
    return deny(ProblemType::kAlreadyRevoked, "The certificate is revoked already.");
  TRY(world.parts.desk->revoke({std::move(*certificate), reason, actor_of(asked)}));
  return base::HttpReply{};
}

}  // namespace yuxin::ra::acme
