// EST, Enrolment over Secure Transport: RFC 7030 with the clarifications of RFC 8951.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <semaphore>
#include <string>
#include <string_view>

#include "yuxin/base/http_message.hpp"
#include "yuxin/ca/profile.hpp"
#include "yuxin/ra/machine.hpp"

namespace yuxin::ra {

struct EstParts {
  MachineDesk* desk = nullptr;  // outlives the service
  ClientSource clients;
  ca::ProfileSet profiles;
};

// EstService answers below /.well-known/est/: cacerts, simpleenroll, simplereenroll, serverkeygen and csrattrs, each
// also below a label that names the profile ("/.well-known/est/device/simpleenroll"). Whoever enrols shows the name
// and secret of a client of clients.toml (HTTP Basic, RFC 7617); whoever renews, the certificate that is renewed, by
// TLS, where a client may have its profile and its names. It must stand behind TLS: nothing here is encrypted, the
// key of serverkeygen included. A key is made for what the profile takes, RSA of 4096 bits at the most, and two at
// once.
//
// What a person must look at first is answered 202 with Retry-After; the same request, sent again, asks after it
// (section 4.2.3). Refusals are text for people with 400, 401, 403, 404 or 503. Thread-safe.
class EstService final : public base::HttpService {
 public:
  static constexpr std::string_view kPath = "/.well-known/est/";
  explicit EstService(EstParts parts) : parts_(std::move(parts)) {}
  [[nodiscard]] std::optional<base::HttpReply> answer_now(const base::HttpRequest& request) override;
  [[nodiscard]] base::HttpReply answer(const base::HttpRequest& request) override;

 private:
  EstParts parts_;
  // Keys that are made at once: each holds a thread and a processor for as long as it takes.
  static constexpr std::ptrdiff_t kKeysAtOnce = 2;
  std::counting_semaphore<kKeysAtOnce> making_{kKeysAtOnce};
};

}  // namespace yuxin::ra
