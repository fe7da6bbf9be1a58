#include "machine/applicant.hpp"

#include "yuxin/base/text.hpp"
#include "yuxin/x509/extension.hpp"
#include "yuxin/x509/name_match.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::ra {

using base::Code;
using base::fail;
using base::Result;

// RFC 7030 section 4.2.2: the names of a renewed certificate are those of the one that is shown.
Result<> check_same_names(const x509::Certificate& shown, const x509::CertificateRequest& request) {
  const auto* wanted = x509::find_extension(request.extensions(), x509::oid::kSubjectAltName);
  const auto* held = x509::find_extension(shown.tbs().extensions, x509::oid::kSubjectAltName);
  const bool same_names =
      (wanted == nullptr) == (held == nullptr) && (wanted == nullptr || base::equal(wanted->value, held->value));
  // as RFC 5280 section 7.1 compares: the string types of a subject are the issuer's choice
  if (x509::equal_names(request.subject(), shown.subject()) && same_names) return {};
  return fail(Code::kRefused,
              "A renewal has the subject and the alternative names of the certificate that is shown ({}); for other "
              "names enrol anew.",
              shown.subject().text());
}

Result<Applicant> applicant_of(const MachineClient& client, std::string_view label,
                               const x509::CertificateRequest& request) {
  std::string profile(label.empty() ? std::string_view(client.profiles.front()) : label);
  if (!client.may_have(profile))
    return fail(Code::kNotAuthorised, "Client {} may not have profile {}; it may have {}.", client.name, profile,
                base::join(client.profiles, base::message(", ")));
  TRY(check_names(client, request));
  return Applicant{client.name, std::move(profile), client.organisation, KeyHeld::kByRequest};
}

Result<Held> held_in_force(MachineDesk& desk, const x509::Certificate& shown, std::string_view label) {
  auto held = desk.held(shown);
  if (!held && held.error().code == Code::kNotFound)
    return fail(Code::kNotAuthorised,
                "The certificate that was shown was not issued here, so it cannot be renewed here.");
  if (!held) return tl::unexpected(held.error());
  if (!held->in_force)
    return fail(Code::kNotAuthorised, "The certificate that was shown is revoked, on hold or expired. Enrol anew.");
  if (!label.empty() && label != held->profile)
    return fail(Code::kRefused, "The certificate that was shown has the profile {}, not {}.", held->profile, label);
  return held;
}

Result<Applicant> applicant_by_certificate(MachineDesk& desk, const MachineClients& clients, const Renewal& renewal) {
  TRY(const auto held, held_in_force(desk, renewal.shown, renewal.label));
  TRY(check_same_names(renewal.shown, renewal.request));
  const auto* client = clients.renewing(renewal.protocol, held, renewal.request);
  if (client == nullptr)
    return fail(Code::kNotAuthorised,
                "No client may renew certificates of profile {} with these names by showing them. See clients.toml.",
                held.profile);
  const bool same_key = base::equal(renewal.shown.tbs().spki, renewal.request.public_key().spki());
  return Applicant{client->name, held.profile, client->organisation,
                   same_key ? KeyHeld::kShown : KeyHeld::kByRequest};
}

MachineWish wish_of(x509::CertificateRequest request, const Applicant& applicant, Protocol protocol,
                    IfPersonNeeded if_person_needed) {
  MachineWish wish{{.request = std::move(request),
                    .subject = {},
                    .alt_names = {},
                    .validity = {},
                    .organisation = applicant.organisation},
                   applicant.profile,
                   protocol,
                   applicant.client,
                   if_person_needed};
  wish.key_held = applicant.key_held;
  return wish;
}

}  // namespace yuxin::ra
