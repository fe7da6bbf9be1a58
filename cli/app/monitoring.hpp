// /healthz, /readyz, /metrics, /checkpoint and /checkpoint/SIZE.
#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "home.hpp"
#include "notifications.hpp"
#include "registration_upkeep.hpp"
#include "yuxin/base/http_message.hpp"
#include "yuxin/http/server.hpp"
#include "yuxin/ocsp/publication.hpp"
#include "yuxin/ocsp/responder.hpp"
#include "yuxin/tsa/authority.hpp"

namespace yuxin::cli {

// Monitoring answers for people and programs that look after the server. /healthz says that the process runs, /readyz
// that the database answers and is where it was, an OCSP signer is in service and every list is what was published,
// /checkpoint gives the newest signed checkpoint of the ledger with its co-signatures, /checkpoint/SIZE an older one
// and /checkpoint/SIZE.tst its time stamp. Thread-safe.
class Monitoring final : public base::HttpService {
 public:
  // `responder` may be null: then none serves here, and /readyz does not ask for a signer.
  Monitoring(Home& home, const ocsp::Responder* responder) : home_(home), responder_(responder) {}
  // count_with tells where the server's own counts come from, once it runs; nullptr takes that away before it is
  // gone. When it returns, nobody asks the former source any more.
  void count_with(std::function<http::ServerCounts()> counts) {
    const std::lock_guard lock(counting_);
    counts_ = std::move(counts);
  }

  // watch tells what is published; before that /readyz does not ask.
  void watch(ocsp::Publication& publication) { publication_ = &publication; }

  // stamp_with tells which time-stamping authority serves here, if one does.
  void stamp_with(const tsa::Authority& authority) { stamping_ = &authority; }

  // follow_with tells who follows the authority of a registration authority: /readyz says when it cannot.
  void follow_with(const RegistrationUpkeep& upkeep) { following_ = &upkeep; }

  // notify_with tells who sends notifications here, if somebody does.
  void notify_with(const Notifications& notifications) { notifications_ = &notifications; }

  [[nodiscard]] std::optional<base::HttpReply> answer_now(const base::HttpRequest& request) override;
  [[nodiscard]] base::HttpReply answer(const base::HttpRequest& request) override;

 private:
  enum class CheckpointPart { kNote, kTimeStamp };
  [[nodiscard]] std::string metrics() const;
  [[nodiscard]] base::HttpReply ready();
  [[nodiscard]] base::HttpReply checkpoint(std::optional<std::int64_t> size, CheckpointPart part);

  Home& home_;
  const ocsp::Responder* responder_;
  const tsa::Authority* stamping_ = nullptr;
  const Notifications* notifications_ = nullptr;
  const RegistrationUpkeep* following_ = nullptr;
  ocsp::Publication* publication_ = nullptr;
  mutable std::mutex counting_;  // held while the counts are asked for
  std::function<http::ServerCounts()> counts_;
};

}  // namespace yuxin::cli
