// Fetching the revocation lists that certificates name (RFC 5280 section 4.2.1.13).
#pragma once

#include <string>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/crl.hpp"

namespace yuxin::cli {

// list_urls_of gives the http addresses at which a certificate's own issuer keeps its list for all reasons.
[[nodiscard]] std::vector<std::string> list_urls_of(const x509::Certificate& certificate);

// fetch_list reads the list at an address; what it says is proven by x509::check_crl. Errors: those of fetch;
// kMalformed for anything else than a list.
[[nodiscard]] base::Result<x509::Crl> fetch_list(const std::string& url);

}  // namespace yuxin::cli
