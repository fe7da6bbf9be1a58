// What a person may not ask an authority for, though the profile would take it: the names and offices of the home.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "home.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/ca/enrolment.hpp"
#include "yuxin/ca/issuer.hpp"

namespace yuxin::cli {

// check_purpose refuses (kRefused) profiles that only the home itself uses, for keys that it made: whoever had such a
// certificate for another key would answer OCSP for the authority, grant its roles, or have a second ledger.
[[nodiscard]] base::Result<> check_purpose(const ca::Profile& profile);

// is_of_the_home says of a profile by name that it is for keys of the home itself, whose certificates a running
// server renews.
[[nodiscard]] bool is_of_the_home(std::string_view profile);
// profiles_of_the_home are those names.
[[nodiscard]] std::span<const std::string_view> profiles_of_the_home();

// check_renewable refuses (kRefused) to renew what serves the home for another key than its own: the server renews
// it.
[[nodiscard]] base::Result<> check_renewable(const x509::Certificate& certificate, const std::string& profile,
                                             const ca::Enrolment& enrolment);

// check_change refuses (kRefused) to have revoked or suspended by a case what serves the home itself, or is an
// authority: the operator does that, who sees what ends with it.
[[nodiscard]] base::Result<> check_change(Home& home, const store::CertificateRow& row);

// warn_of_latin1 says which attributes of a request were UTF-8 that its maker read as Latin-1 ("openssl req" without
// -utf8), and what they meant. What cannot be seen in them is refused later.
void warn_of_latin1(const Context& context, const x509::Name& subject);

// check_subject refuses (kRefused) a subject that is that of an authority known here or of what serves the home, as
// RFC 5280 section 7.1 compares names, unless the key is its own: verifiers find issuers by name, and people read
// nothing else.
[[nodiscard]] base::Result<> check_subject(Home& home, const ca::Profile& profile,
                                           const ca::PreparedIssuance& prepared);

}  // namespace yuxin::cli
