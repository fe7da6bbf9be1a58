// The time-stamping authority as an HTTP service (RFC 3161 section 3.4).
#pragma once

#include <cstddef>

#include "yuxin/base/http_message.hpp"
#include "yuxin/tsa/authority.hpp"

namespace yuxin::tsa {

// Responder answers POST with Content-Type application/timestamp-query by 200 and application/timestamp-reply, also
// where the reply refuses. Another method is 405, another type 415, a request of more than `kMostOctets` 413, all as
// problem documents (RFC 9457). What is refused for its form is answered on the network thread; stamps are made in
// the pool, and a full pool is left to the server (503 with Retry-After). Thread-safe.
class Responder final : public base::HttpService {
 public:
  static constexpr std::size_t kMostOctets = 4096;

  explicit Responder(Authority& authority) : authority_(authority) {}
  [[nodiscard]] std::optional<base::HttpReply> answer_now(const base::HttpRequest& request) override;
  [[nodiscard]] base::HttpReply answer(const base::HttpRequest& request) override;

 private:
  Authority& authority_;
};

}  // namespace yuxin::tsa
