// Who asks for a certificate, and what a kur may ask for: RFC 4210 section 5.3.5, RFC 9483 section 4.1.3.
#include "conversation.hpp"
#include "yuxin/x509/same_key.hpp"

namespace yuxin::ra::cmp {

namespace {

// What is wanted for the same key is asked for by ir, cr or p10cr.
Outcome<> check_another_key(const x509::Certificate& old, const CertificateWanted& wanted) {
  if (!x509::is_same_key(old.tbs().spki, wanted.request.public_key().spki())) return {};
  return deny(FailInfo::kBadCertificateTemplate,
              "An update (kur) is for another key than that of the certificate. Make a new key.");
}

}  // namespace

Outcome<Applicant> Conversation::find_applicant(const CertificateWanted& wanted, const std::string& label) const {
  if (speaker_->certificate) return applicant_by_shown(wanted, label);
  const auto clients = parts_.clients();
  const auto* client = clients->find(speaker_->secret->client);
  if (client == nullptr) return deny(FailInfo::kNotAuthorized, "The client was removed.");
  if (transaction_.body == Body::kKeyUpdate && client->renewal != MachineClient::Renewal::kBySecret)
    return deny(FailInfo::kNotAuthorized,
                "Client {} renews with the certificate that is renewed: sign the message with it.", client->name);
  auto profile = label;
  if (message_.type == Body::kKeyUpdate) {
    TRY(profile, check_update(*client, wanted, label));
  }
  TRY(auto applicant, applicant_of(*client, profile, wanted.request));
  return applicant;
}

Outcome<Applicant> Conversation::applicant_by_shown(const CertificateWanted& wanted, const std::string& label) const {
  const auto& shown = speaker_->certificate->certificate;
  const bool other = wanted.old_issuer && (!wanted.old_issuer->same(shown.issuer()) ||
                                           !base::equal(wanted.old_serial, shown.tbs().serial));
  if (other)
    return deny(FailInfo::kBadCertificateId,
                "A certificate is updated by a message that is signed with it, and this one is signed with another "
                "than it names (oldCertID).");
  if (message_.type == Body::kKeyUpdate) TRY(check_another_key(shown, wanted));
  const auto clients = parts_.clients();
  TRY(auto applicant,
      applicant_by_certificate(*parts_.desk, *clients, {Protocol::kCmp, shown, label, wanted.request}));
  return applicant;
}

Outcome<std::string> Conversation::check_update(const MachineClient& client, const CertificateWanted& wanted,
                                                const std::string& label) const {
  if (!wanted.old_issuer)
    return deny(FailInfo::kBadCertificateId,
                "Name the certificate that is updated (oldCertID): the secret of a client does not say which.");
  TRY(const auto old, parts_.desk->find(*wanted.old_issuer, wanted.old_serial));
  TRY(auto held, held_in_force(*parts_.desk, old, label));
  if (!held.client.empty() && held.client != client.name)
    return deny(FailInfo::kNotAuthorized, "The certificate that is updated was asked for by another client.");
  TRY(check_same_names(old, wanted.request));
  TRY(check_another_key(old, wanted));
  return std::move(held.profile);
}

}  // namespace yuxin::ra::cmp
