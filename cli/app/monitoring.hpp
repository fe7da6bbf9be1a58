// /healthz, /readyz, /metrics and /checkpoint.
#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "home.hpp"
#include "yuxin/base/http_message.hpp"
#include "yuxin/http/server.hpp"
#include "yuxin/ocsp/responder.hpp"

namespace yuxin::cli {

// Monitoring answers for people and programs that look after the server. /healthz says that the process runs, /readyz
// that the database answers and an OCSP signer is in service. Thread-safe.
class Monitoring final : public base::HttpService {
 public:
  Monitoring(Home& home, const ocsp::Responder& responder) : home_(home), responder_(responder) {}
  // count_with tells where the server's own counts come from, once it runs; nullptr takes that away before it is
  // gone. When it returns, nobody asks the former source any more.
  void count_with(std::function<http::ServerCounts()> counts) {
    const std::lock_guard lock(counting_);
    counts_ = std::move(counts);
  }

  [[nodiscard]] std::optional<base::HttpReply> answer_now(const base::HttpRequest& request) override;
  [[nodiscard]] base::HttpReply answer(const base::HttpRequest& request) override;

 private:
  [[nodiscard]] std::string metrics() const;
  [[nodiscard]] base::HttpReply ready();
  [[nodiscard]] base::HttpReply checkpoint();

  Home& home_;
  const ocsp::Responder& responder_;
  mutable std::mutex counting_;  // held while the counts are asked for
  std::function<http::ServerCounts()> counts_;
};

}  // namespace yuxin::cli
