// Revocation: RFC 4210 section 5.3.9, RFC 9483 section 4.2.
#include <algorithm>

#include "answers.hpp"
#include "conversation.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/x509/extension.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::ra::cmp {

namespace {

std::vector<x509::GeneralName> names_of(const x509::Certificate& certificate) {
  const auto* extension = certificate.tbs().find(x509::oid::kSubjectAltName);
  auto names = extension == nullptr ? std::nullopt : x509::read_alternative_names(extension->value);
  return names ? std::move(*names) : std::vector<x509::GeneralName>{};
}

// Of certificates that machines cannot have by CMP, officers decide.
bool is_of_machines(const MachineClients& clients, const std::string& profile) {
  return std::ranges::any_of(clients.all(), [&](const MachineClient& client) {
    return client.speaks(Protocol::kCmp) && client.may_have(profile);
  });
}

std::string actor_of(const Speaker& speaker) {
  if (speaker.secret) return "cmp:" + speaker.secret->client;
  const auto serial = speaker.certificate->certificate.serial();
  return "cmp:certificate " + (serial ? serial->hex() : std::string());
}

}  // namespace

Outcome<Answer> Conversation::revoke() const {
  const auto done = [&]() -> Outcome<> {
    TRY(const auto wanted, read_revocation(message_));
    return revoke_named(wanted);
  }();
  if (!done) base::log_info("CMP: " + done.error().text + " " + done.error().diagnostic);
  return Answer{Body::kRevocationAnswer, revocation_answer(done ? nullptr : &done.error())};
}

// A certificate is revoked by its holder, or by a client that may have its profile and all of its names: the one that
// asked for it, where that is known. That a key has leaked ends every certificate for it, so that a client says it of
// keys that are its own alone.
Outcome<> Conversation::revoke_named(const RevocationWanted& wanted) const {
  TRY(auto certificate, parts_.desk->find(wanted.issuer, wanted.serial));
  TRY(const auto held, parts_.desk->held(certificate));
  const auto clients = parts_.clients();
  bool may = false;
  if (speaker_->certificate) {
    may = base::equal(speaker_->certificate->certificate.der(), certificate.der()) &&
          is_of_machines(*clients, held.profile);
  } else if (const auto* client = clients->find(speaker_->secret->client); client != nullptr) {
    const bool is_own = held.client.empty() || held.client == client->name;
    may = is_own && client->may_have(held.profile) && client->has(names_of(certificate));
  }
  if (!may)
    return deny(FailInfo::kNotAuthorized,
                "A certificate is revoked by a message that is signed with it, or by the secret of a client that may "
                "have its profile and its names.");
  if (speaker_->secret && wanted.reason == x509::RevocationReason::kKeyCompromise) {
    TRY(const bool alone, parts_.desk->has_key_alone(speaker_->secret->client, certificate));
    if (!alone)
      return deny(
          FailInfo::kNotAuthorized,
          "Client {} has not asked for all that was issued for the key of this certificate. That the key has leaked "
          "is "
          "said by a message that is signed with it, or by officers; upon a secret, revoke for another reason.",
          speaker_->secret->client);
  }
  if (held.revoked) return deny(FailInfo::kCertificateRevoked, "The certificate is revoked already.");
  TRY(parts_.desk->revoke({std::move(certificate), wanted.reason, actor_of(*speaker_)}));
  return {};
}

}  // namespace yuxin::ra::cmp
