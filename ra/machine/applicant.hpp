// Who asks for a certificate by machine, and for what: the rules of clients.toml, the same for every protocol.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "yuxin/base/result.hpp"
#include "yuxin/ra/machine.hpp"

namespace yuxin::ra {

struct Applicant {
  std::string client;
  std::string profile;
  std::optional<evidence::OrgCode> organisation;
  KeyHeld key_held = KeyHeld::kByRequest;
};

// applicant_of judges a client that has shown its secret: `label` names the profile, or nothing for its first one.
// kNotAuthorised for a profile that it may not have; kRefused for names that it may not.
[[nodiscard]] base::Result<Applicant> applicant_of(const MachineClient& client, std::string_view label,
                                                   const x509::CertificateRequest& request);

// held_in_force looks up a certificate that is shown: kNotAuthorised for one that was not issued here or is not in
// force, kRefused for another profile than `label` names. It says nothing of whether the key is held.
[[nodiscard]] base::Result<Held> held_in_force(MachineDesk& desk, const x509::Certificate& shown,
                                               std::string_view label);

// check_same_names refuses (kRefused) a renewal for another subject or other alternative names than those of the
// certificate that is renewed.
[[nodiscard]] base::Result<> check_same_names(const x509::Certificate& shown,
                                              const x509::CertificateRequest& request);

// applicant_by_certificate judges somebody who renews a certificate and has proven to hold its key: it was issued
// here and is in force, the names stay the same, and a client may renew it so.
struct Renewal {
  Protocol protocol;
  const x509::Certificate& shown;
  std::string_view label;
  const x509::CertificateRequest& request;
};
[[nodiscard]] base::Result<Applicant> applicant_by_certificate(MachineDesk& desk, const MachineClients& clients,
                                                               const Renewal& renewal);

// wish_of is a request with nothing added.
[[nodiscard]] MachineWish wish_of(x509::CertificateRequest request, const Applicant& applicant, Protocol protocol,
                                  IfPersonNeeded if_person_needed);

}  // namespace yuxin::ra
