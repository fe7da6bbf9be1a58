// The certificates of what a home does besides issuing: its OCSP responder, time stamper, attribute authority.
#pragma once

#include <memory>
#include <string>

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
};

// renew_service makes a new key and certificate and puts them into service in place of the last ones. The key is
// durable before its certificate is, and the certificate before it serves.
[[nodiscard]] base::Result<x509::Certificate> renew_service(Home& home, const Service& service,
                                                            const std::string& authority, const x509::KeyKind& key,
                                                            const std::string& actor);

// is_withdrawn says whether the certificate of a service was revoked or put on hold: it is replaced at once then.
[[nodiscard]] base::Result<bool> is_withdrawn(store::Store& store, const store::ServiceCertificateRow& row);

}  // namespace yuxin::cli
