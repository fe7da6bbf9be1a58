// Handing a message to a mail server: SMTP (RFC 5321), in TLS.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"

namespace yuxin::http {

// MailTls is how the connection is protected: TLS from its first octet (RFC 8314, port 465), STARTTLS that is
// demanded (RFC 3207: a server that does not offer it is refused before anything is said), or not at all.
enum class MailTls { kImplicit, kStartTls, kNone };

// MailServer is where messages are handed in.
struct MailServer {
  std::string host;  // a name or an address, IPv6 without brackets
  std::uint16_t port = 465;
  MailTls tls = MailTls::kImplicit;
  std::vector<base::Bytes> trusted;              // DER roots; empty: what the system trusts
  std::string user;                              // empty: nobody logs in
  base::Secret password;                         // of `user`
  std::chrono::milliseconds time_limit{30'000};  // for all of it
};

// Envelope says whom the server is told (RFC 5321 section 3.3); addresses are those that is_mailbox takes.
struct Envelope {
  std::string from;
  std::vector<std::string> to;  // every one must be accepted, or nothing is sent
};

// is_mailbox takes "local@domain" of ASCII letters, digits and the signs of RFC 5321's dot-string; no quotes, no
// literals, no control characters.
[[nodiscard]] bool is_mailbox(std::string_view address);

// send_mail hands over one message (RFC 5322, lines ended by CR LF). After success the server has taken it; after an
// error it may have, where the connection broke. Errors: kUsage for an address that is none, kUnavailable when the
// server cannot be reached, is too slow or answers that it cannot now, kBadSignature when its certificate does not
// verify, kNotAuthorised for the log-in, kRefused for what it refuses for good, or a server without STARTTLS where
// that is demanded. No message names the password. Thread-safe.
[[nodiscard]] base::Result<> send_mail(const MailServer& server, const Envelope& envelope, base::ByteView message,
                                       const std::stop_token& stop = {});

}  // namespace yuxin::http
