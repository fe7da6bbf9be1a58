// What a home adds to an act so that it can be judged later: a time stamp, the status of certificates, roles.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "home.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/evidence/act.hpp"

namespace yuxin::cli {

// Stamping answers a TimeStampReq with a TimeStampResp.
using Stamping = std::function<base::Result<base::Bytes>(base::ByteView request)>;

// HomeProofs gives the proofs of an act from an unlocked home: stamps by its own time-stamping authority (by
// `stamping`, where a server has it running), OCSP
// answers signed with its responders' keys, published lists for certificates of authorities whose key is elsewhere,
// and the grants of its attribute authority. Not thread-safe.
class HomeProofs final : public evidence::ProofSource {
 public:
  explicit HomeProofs(Home& home, std::string actor, Stamping stamping = {})
      : home_(home), actor_(std::move(actor)), stamping_(std::move(stamping)) {}

  [[nodiscard]] base::Result<base::Bytes> time_stamp(base::ByteView octets) override;
  [[nodiscard]] base::Result<Status> status(const x509::Certificate& certificate,
                                            const x509::Certificate& issuer) override;
  [[nodiscard]] base::Result<evidence::RoleProof> role(const x509::Certificate& holder,
                                                       const evidence::RoleCode& role,
                                                       const x509::AttributeCertificate* brought) override;

 private:
  Home& home_;
  std::string actor_;
  Stamping stamping_;
};

// trust_of is what a home believes when it judges acts: its roots, with its other authorities as help.
[[nodiscard]] base::Result<evidence::ActTrust> trust_of(Home& home);

}  // namespace yuxin::cli
