// The time-stamping authority (RFC 3161): requests in, signed tokens or reasons out.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "yuxin/base/result.hpp"
#include "yuxin/base/snapshot.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/store/store.hpp"
#include "yuxin/tsa/serials.hpp"
#include "yuxin/tsa/time_guard.hpp"
#include "yuxin/x509/time_stamp.hpp"

namespace yuxin::tsa {

struct AuthorityOptions {
  base::Bytes policy;  // OID content: the one policy that requests may name
  // kSeconds leaves the fraction of genTime out, for accuracies of a second and more. Unique times always have it.
  enum class Precision { kSeconds, kMicroseconds } precision = Precision::kSeconds;
  TimeGuardOptions time;  // `source` follows from whether there is one
  SerialOptions serials;
};

// AuthorityCounters are totals since the start, for monitoring. Every request is counted in exactly one of them.
struct AuthorityCounters {
  std::atomic<std::uint64_t> granted{0};
  std::atomic<std::uint64_t> refused{0};         // for what it asks: algorithm, policy, extension, form
  std::atomic<std::uint64_t> no_time{0};         // timeNotAvailable
  std::atomic<std::uint64_t> system_failure{0};  // no key in service, key or database failed
};

// Authority stamps. Answers about malformed and unacceptable requests cost next to nothing; a stamp is one signature,
// and once a block of serial numbers one transaction. Thread-safe.
class Authority {
 public:
  // open reads the latest time that was stamped from the store. `clock` must outlive it; `source` may be null.
  // Errors: those of the store.
  [[nodiscard]] static base::Result<std::unique_ptr<Authority>> open(std::shared_ptr<store::Store> store,
                                                                     const base::Clock& clock,
                                                                     AuthorityOptions options,
                                                                     std::shared_ptr<TimeSource> source);
  // set_stamper puts a key into service, from the next stamp on.
  void set_stamper(std::shared_ptr<const x509::TimeStamper> stamper) { stamper_.set(std::move(stamper)); }

  // refusal is what makes a request unacceptable whatever the time, or nothing. `octets` is the TimeStampReq.
  [[nodiscard]] std::optional<x509::TimeStampFailure> refusal(base::ByteView octets) const;
  // respond gives a TimeStampResp, DER, for a TimeStampReq.
  [[nodiscard]] base::Bytes respond(base::ByteView octets);
  // refuse is the TimeStampResp that refuses, and counts it.
  [[nodiscard]] base::Bytes refuse(x509::TimeStampFailure failure);

  // tick is for a timer, every ten seconds or so, not on a network thread: it asks the time source and writes down
  // the latest time that was stamped. Errors: those of the store; the next tick tries again.
  [[nodiscard]] base::Result<> tick();

  // trouble says why nothing could be stamped at the last attempt; empty when it could.
  [[nodiscard]] std::string trouble() const;
  [[nodiscard]] const AuthorityCounters& counters() const { return counters_; }

 private:
  Authority(std::shared_ptr<store::Store> store, const base::Clock& clock, AuthorityOptions options,
            std::shared_ptr<TimeSource> source, std::int64_t floor);
  struct Moment {
    std::int64_t microseconds = 0;
    SerialNumber serial{};
  };
  struct Refused {
    x509::TimeStampFailure failure = x509::TimeStampFailure::kSystemFailure;
    base::Error why;
  };
  [[nodiscard]] tl::expected<Moment, Refused> next_moment(const x509::TimeStamper& stamper);
  [[nodiscard]] tl::expected<base::Bytes, Refused> stamp(const x509::TimeStampRequest& request);
  void remember(const std::string& trouble);

  std::shared_ptr<store::Store> store_;
  AuthorityOptions options_;
  std::shared_ptr<TimeSource> source_;
  base::Snapshot<x509::TimeStamper> stamper_;
  AuthorityCounters counters_;
  mutable std::mutex moments_;  // of the guard and the blocks: times and numbers come in one order
  TimeGuard guard_;
  SerialBlocks blocks_;
  std::int64_t written_;  // of the latest time, in the store
  std::atomic<bool> troubled_{false};
  mutable std::mutex saying_;
  std::string trouble_;
};

}  // namespace yuxin::tsa
