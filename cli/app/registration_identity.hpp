// What the registration interface proves itself with: its TLS certificate, and the certificate by which it signs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "home.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/http/tls.hpp"
#include "yuxin/keymgmt/identity.hpp"
#include "yuxin/ra/cmp.hpp"
#include "yuxin/ra/scep.hpp"
#include "yuxin/x509/certificate.hpp"

namespace yuxin::cli {

// keep_registration_tls makes a key and certificate (profile registration-tls) where there is none, it was revoked,
// runs out, or bears other names than the settings say. Gives the one in service. kConflict where no authority here
// could certify it, kRefused where the profile does not take its names.
[[nodiscard]] base::Result<x509::Certificate> keep_registration_tls(Home& home, const std::string& actor);

// registration_names are the names and addresses that the TLS certificate bears: those of the settings, and one DNS
// name at least.
[[nodiscard]] base::Result<std::vector<x509::GeneralName>> registration_names(const HomeConfig& config);
// registration_address is where it is reached by the first of these names: "https://ra.city.example:8443".
[[nodiscard]] std::string registration_address(const HomeConfig& config);

// registration_tls is what the TLS listener shows, and that it takes the certificates of all the home's authorities.
[[nodiscard]] base::Result<http::TlsServerOptions> registration_tls(Home& home);

// keep_registration_service makes the certificate by which the registration service signs acts (profile
// registration-service), and renews it for the same key, so that a role that was granted to it stays. Gives it with
// its signer.
[[nodiscard]] base::Result<keymgmt::Identity> keep_registration_service(Home& home, const std::string& actor);

// keep_registration_scep makes the RSA key and certificate (profile registration-scep) by which SCEP messages are
// opened and answered, and renews them.
[[nodiscard]] base::Result<std::shared_ptr<const ra::ScepIdentity>> keep_registration_scep(Home& home,
                                                                                           const std::string& actor);

// keep_registration_cmp makes the P-256 key and certificate (profile registration-cmp) by which answers of CMP are
// signed, and renews them.
[[nodiscard]] base::Result<std::shared_ptr<const ra::CmpIdentity>> keep_registration_cmp(Home& home,
                                                                                         const std::string& actor);

}  // namespace yuxin::cli
