// What a running server does by itself: new lists, new OCSP signers, checkpoints, ends of interrupted issuances, what
// deadlines and orders of the desk have come to.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "checkpoint_stamp.hpp"
#include "home.hpp"
#include "time_stamping.hpp"
#include "yuxin/ocsp/publication.hpp"
#include "yuxin/ocsp/responder.hpp"

namespace yuxin::cli {

// UpkeepCounters are totals since the start, for /metrics.
struct UpkeepCounters {
  std::uint64_t crls = 0;
  std::uint64_t failures = 0;
};

// Upkeep looks after one home. `step` is called about four times a second from one thread; each duty has its own
// interval and a failure is logged and tried again later, so that one broken duty does not stop the others.
class Upkeep {
 public:
  // `stamping` may be null: then somebody else keeps the time stamp key. Checkpoints are time-stamped by the
  // authority that the settings name, else by `stamping`.
  Upkeep(std::shared_ptr<Home> home, ocsp::Responder& responder, ocsp::Publication& publication,
         TimeStamping* stamping);

  // prepare does everything once and gives the first error: a server should not start with a duty that cannot be
  // done.
  [[nodiscard]] base::Result<> prepare();
  void step();
  [[nodiscard]] const UpkeepCounters& counters() const { return counters_; }

 private:
  struct Duty {
    base::UnixTime next{0};
  };
  [[nodiscard]] base::Result<> keep_signers();
  [[nodiscard]] base::Result<> keep_signer(const store::AuthorityRow& authority);
  [[nodiscard]] base::Result<std::optional<store::ServiceCertificateRow>> signer_of(
      const store::AuthorityRow& authority);
  [[nodiscard]] base::Result<> renew_signer(const store::AuthorityRow& authority,
                                            const std::optional<store::ServiceCertificateRow>& row);
  [[nodiscard]] base::Result<> take_trouble(const store::AuthorityRow& authority,
                                            const store::ServiceCertificateRow& row, base::Error error);
  [[nodiscard]] base::Result<bool> is_renewal_due(const std::optional<store::ServiceCertificateRow>& row) const;
  [[nodiscard]] base::Result<bool> may_certify(const store::AuthorityRow& authority);
  [[nodiscard]] base::Result<> keep_lists();
  template <typename How>
  [[nodiscard]] base::Result<> publish(const store::AuthorityRow& authority, How how);
  [[nodiscard]] base::Result<bool> is_scheduled(const store::AuthorityRow& authority);
  void run(Duty& duty, base::Seconds every, const char* what, base::Result<> (Upkeep::*work)());
  [[nodiscard]] base::Result<> follow();
  [[nodiscard]] base::Result<> tidy();
  [[nodiscard]] base::Result<> keep_roles();
  [[nodiscard]] base::Result<> keep_stamping();
  [[nodiscard]] base::Result<> stamp();
  [[nodiscard]] base::Result<> keep_desk();
  [[nodiscard]] base::Result<> warn_of_foreign_lists();

  std::shared_ptr<Home> home_;
  ocsp::Responder& responder_;
  ocsp::Publication& publication_;
  TimeStamping* stamping_;
  UpkeepCounters counters_;
  CheckpointStamper stamper_;
  Duty follow_, signers_, lists_, foreign_lists_, tidy_, roles_, stamps_, checkpoint_stamps_, desk_;
  std::map<std::int64_t, base::Bytes> signers_in_use_;  // authority to certificate
  std::map<std::int64_t, std::string> signer_trouble_;  // why a signer was not renewed, as was logged
  std::set<std::int64_t> barred_;                       // authorities that may not certify, as was logged
  std::set<std::int64_t> lacking_;                      // authorities whose lists lacked a change at the last look
};

}  // namespace yuxin::cli
