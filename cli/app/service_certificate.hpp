// The certificates of what a home does besides issuing: its OCSP responder, time stamper, attribute authority,
// registration interface.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "home.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/x509/certificate.hpp"

namespace yuxin::cli {

// Service is a key of the home with a certificate by an authority of the home.
struct Service {
  std::string purpose;   // of store::ServiceCertificateRow
  std::string key_name;  // what the name of the key begins with
  std::shared_ptr<const ca::Profile> profile;
  std::string common_name;  // the rest of the subject is the authority's
  std::vector<x509::GeneralName> alt_names = {};
};

// certifying_authority is the authority that certifies what serves the home, and whom the desk asks: "issuing", or
// the first one that can; one in good standing before one that is not, so that a successor takes over. kConflict
// where none can.
[[nodiscard]] base::Result<store::AuthorityRow> certifying_authority(Home& home);

// may_certify_now says why an authority certifies nothing now: its standing, or the clock (Home::check_clock). What
// is in service goes on then.
[[nodiscard]] base::Result<> may_certify_now(Home& home, const store::AuthorityRow& authority);

// service_profile is the home's profile of this name, or, in a home of an earlier version, what comes with the
// program.
[[nodiscard]] base::Result<std::shared_ptr<const ca::Profile>> service_profile(const Home& home,
                                                                               std::string_view name);

// service_in_use is the row of a purpose under an authority, where there is one. is_service_due says whether there is
// none, or so little of its time is left and a new one would live longer, which ends with its issuer.
[[nodiscard]] base::Result<std::optional<store::ServiceCertificateRow>> service_in_use(Home& home,
                                                                                       const std::string& purpose,
                                                                                       std::int64_t authority);
[[nodiscard]] base::Result<bool> is_service_due(const store::AuthorityRow& authority,
                                                const std::optional<store::ServiceCertificateRow>& row,
                                                const base::Period& renew_before, base::UnixTime now);

// service_key_kind is what the keys of services are where nothing else asks: SM2 below an SM2 authority, or P-256.
[[nodiscard]] x509::KeyKind service_key_kind(const store::AuthorityRow& authority);

// certify_service makes a certificate for a key of the home that is there, and puts it into service in place of the
// last one.
[[nodiscard]] base::Result<x509::Certificate> certify_service(Home& home, const Service& service,
                                                              const std::string& authority,
                                                              const std::string& key_name, const std::string& actor);

// renew_service makes a new key and certificate and puts them into service in place of the last ones. The key is
// durable before its certificate is, and the certificate before it serves.
[[nodiscard]] base::Result<x509::Certificate> renew_service(Home& home, const Service& service,
                                                            const std::string& authority, const x509::KeyKind& key,
                                                            const std::string& actor);

// issuers_above gives the issuers of a certificate that the home knows, the nearest first, without the self-signed
// root: who verifies has that.
[[nodiscard]] base::Result<std::vector<x509::Certificate>> issuers_above(Home& home, const x509::Certificate& leaf);

// is_withdrawn says whether the certificate of a service was revoked or put on hold: it is replaced at once then.
[[nodiscard]] base::Result<bool> is_withdrawn(store::Store& store, const store::ServiceCertificateRow& row);

}  // namespace yuxin::cli
