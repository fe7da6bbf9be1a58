// What EST sends and takes: base64 of PKCS#10 and PKCS#7 (RFC 7030 section 4, RFC 8951).
#pragma once

#include <string_view>
#include <vector>

#include "yuxin/base/http_message.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/ca/profile.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/request.hpp"

namespace yuxin::ra::est {

// read_request takes base64 of a DER request, with or without line breaks; what a field says of the encoding counts
// for nothing (RFC 8951 section 3.1). kMalformed.
[[nodiscard]] base::Result<x509::CertificateRequest> read_request(base::ByteView body);

// Credentials are those of HTTP Basic (RFC 7617).
struct Credentials {
  std::string name;
  base::Secret secret;
};
[[nodiscard]] std::optional<Credentials> read_credentials(std::string_view authorization);

[[nodiscard]] base::HttpReply certificates_reply(const std::vector<x509::Certificate>& certificates);
// key_reply is the multipart/mixed of section 4.4.2: the key as unencrypted PKCS#8, then the certificate.
[[nodiscard]] base::HttpReply key_reply(const base::Secret& pkcs8, const x509::Certificate& certificate);
// attributes_reply says which keys a profile takes (section 4.5.2), the preferred one first.
[[nodiscard]] base::HttpReply attributes_reply(const ca::Profile& profile);
// text_reply is a refusal for people.
[[nodiscard]] base::HttpReply text_reply(int status, std::string_view text);

}  // namespace yuxin::ra::est
