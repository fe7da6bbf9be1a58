// How certificates of a home are found, named and shown.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "command.hpp"
#include "context.hpp"
#include "home.hpp"
#include "yuxin/store/store.hpp"
#include "yuxin/x509/certificate.hpp"

namespace yuxin::cli {

// AuthorityNames maps ids to names.
using AuthorityNames = std::map<std::int64_t, std::string>;
[[nodiscard]] base::Result<AuthorityNames> authority_names(Home& home);

// FoundCertificate is the one certificate that a serial number on the command line means.
struct FoundCertificate {
  store::CertificateRow row;
  std::string authority;
  x509::Serial serial;
};
// serial_beginning is what was typed of a serial number, in the form of Serial::hex: its first eight to 39 digits, as
// screens show them. Nothing for fewer, or for what is no number.
[[nodiscard]] std::optional<std::string> serial_beginning(std::string_view typed);

// find_certificate looks through every authority, or the one of --ca. The whole serial number wins over the beginning
// of a longer one. kUsage when the text is no serial number or several authorities have it, kConflict when several
// certificates begin so (it lists them), kNotFound when there is none; each says what to do.
enum class Purpose { kChange, kLook };  // a refusal to change something says that nothing was changed
[[nodiscard]] base::Result<FoundCertificate> find_certificate(Home& home, const Arguments& arguments,
                                                              Purpose purpose = Purpose::kChange);
// parsed_certificate is its certificate; kConflict when there is none, because issuing it was interrupted.
[[nodiscard]] base::Result<x509::Certificate> parsed_certificate(const FoundCertificate& found);

// signing_authority is the authority of --ca, or the only one whose key is in this home.
[[nodiscard]] base::Result<std::string> signing_authority(Home& home, const Arguments& arguments);

// reason_text is a reason of revocation (RFC 5280 section 5.3.1) for people: "keyCompromise", or its translation.
[[nodiscard]] std::string reason_text(int reason);

// revocation_time is when something was revoked and, where its issuer says so, since when it was invalid.
[[nodiscard]] std::string revocation_time(base::UnixTime revoked_at, std::optional<base::UnixTime> invalidity_date);

// state_text is for people.
[[nodiscard]] std::string state_text(const store::CertificateRow& row, base::UnixTime now);

// state_word is the same for a table that must fit a screen: without since when and why.
[[nodiscard]] std::string state_word(const store::CertificateRow& row, base::UnixTime now);

// describe prints the lines that name a certificate before something is done to it.
void describe(const Context& context, const FoundCertificate& found);
[[nodiscard]] std::string date_of(base::UnixTime time);  // local date, for lists

// fingerprint_lines is the SHA-256 of a certificate; that of an authority stands there in words, too, as it is read
// aloud across the gap.
[[nodiscard]] std::vector<std::string> fingerprint_lines(const x509::Certificate& certificate);
// add_fingerprint is the same for programs: "sha256", and of an authority "sha256_words".
void add_fingerprint(base::JsonObject& object, const x509::Certificate& certificate);

// chain_pem is the certificate and the authorities above it, without the root, as servers want it.
[[nodiscard]] base::Result<std::string> chain_pem(Home& home, const x509::Certificate& leaf,
                                                  const std::string& authority);

}  // namespace yuxin::cli
