// The HTTP client: one request, one answer, within limits.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/http/tls.hpp"

namespace yuxin::http {

// AddressSource gives the literal addresses of a host that is to be reached at a port, or refuses it: for those who
// fetch what strangers name, and ask a resolver of their own.
using AddressSource =
    std::function<base::Result<std::vector<std::string>>(const std::string& host, std::uint16_t port)>;

// ServerCertificate says whether a server must prove itself. `kAny` is for looking at what anybody shows.
enum class ServerCertificate { kVerified, kAny };

// ClientField is a field of the request beyond those that every request has.
struct ClientField {
  std::string name;
  std::string value;
};

// ClientOptions bounds a request. Redirects are followed only for GET, and never from https to http.
struct ClientOptions {
  std::chrono::milliseconds time_limit{
      10'000};                          // for all of it, redirects included; name resolution is not cut short
  std::size_t size_limit = 64U << 20U;  // octets of the body of the answer
  int max_redirects = 0;
  std::string accept;                           // Accept field; none when empty
  std::vector<ClientField> fields;              // kUsage where one is no HTTP field
  std::vector<base::Bytes> trusted;             // DER roots for https; empty: what the system trusts
  std::shared_ptr<const TlsIdentity> identity;  // shown to a server that asks for a client certificate
  AddressSource addresses;                      // without one, the system's resolver; asked for redirects, too
  ServerCertificate server_certificate = ServerCertificate::kVerified;
  std::stop_token stop;           // asked for, the call ends within a tenth of a second: kUnavailable
  std::function<void()> on_send;  // called where a connection stands and the request is about to leave, if at all
};

// Destination is where an http or https address leads.
struct Destination {
  bool tls = false;
  std::string host;  // IPv6 without brackets
  std::uint16_t port = 80;
  std::string target;     // path and query; "/" when there is no path
  bool loopback = false;  // localhost, 127.0.0.0/8 or ::1: what is sent does not leave the machine
};
// destination_of: kUsage for what is no http or https address, or holds a user name.
[[nodiscard]] base::Result<Destination> destination_of(std::string_view url);

// ClientReply is an answer of any status.
struct ClientReply {
  int status = 0;
  std::string content_type;
  base::Bytes body;
};

// get and post wait for the answer; a status such as 404 is an answer, not an error. Addresses are http or https URLs
// (RFC 3986) without user name; a fragment is ignored. Mind where an address comes from: one that stands in
// somebody's certificate may name a host inside. Errors: kUsage for an address that is none, kUnavailable when the
// server cannot be reached or is too slow, kBadSignature when its certificate does not verify, kRefused for an answer
// beyond the limit or too many redirects, kMalformed for an answer that is no HTTP. Thread-safe.
[[nodiscard]] base::Result<ClientReply> get(std::string_view url, const ClientOptions& options = {});
[[nodiscard]] base::Result<ClientReply> post(std::string_view url, std::string_view content_type, base::ByteView body,
                                             const ClientOptions& options = {});

// shown_certificate gives the DER certificate that a server shows in a TLS handshake for a protocol of RFC 7301
// ("acme-tls/1"); nothing of it is verified. kRefused where the server does not agree on the protocol, kUnavailable
// as above.
struct HandshakeQuestion {
  std::string host;  // a name, sent as server name indication
  std::uint16_t port = 443;
  std::string protocol;
  AddressSource addresses;
  std::chrono::milliseconds time_limit{10'000};
};
[[nodiscard]] base::Result<base::Bytes> shown_certificate(const HandshakeQuestion& question);

}  // namespace yuxin::http
