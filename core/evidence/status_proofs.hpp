// Whether certificates were revoked at a moment, by what was embedded: OCSP responses and lists.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "yuxin/evidence/act.hpp"
#include "yuxin/x509/ocsp_response.hpp"

namespace yuxin::evidence {

// StatusProofs is all that a message or a proof carries about status, read once.
class StatusProofs {
 public:
  StatusProofs() = default;
  StatusProofs(std::vector<x509::OcspResponse> responses, std::vector<x509::Crl> crls)
      : responses_(std::move(responses)), crls_(std::move(crls)) {}
  // from_message: kMalformed for a list or response that does not parse.
  [[nodiscard]] static base::Result<StatusProofs> from_message(const x509::SignedData& message);

  struct Verdict {
    enum class Kind { kGood, kRevoked, kMissing } kind = Kind::kMissing;
    std::string detail;  // a sentence, unless good
  };
  // chain_at judges every certificate of a path but its anchor, from below; the first that is not good decides. A
  // proof that says "revoked at or before `at`" counts before any that says good, and one that says good only when it
  // was in force at `at` or made within `age` after it.
  [[nodiscard]] Verdict chain_at(const std::vector<x509::Certificate>& chain, base::UnixTime at,
                                 base::Seconds age) const;
  [[nodiscard]] Verdict certificate_at(const x509::Certificate& certificate, const x509::Certificate& issuer,
                                       base::UnixTime at, base::Seconds age) const;

  [[nodiscard]] const std::vector<x509::Crl>& crls() const { return crls_; }
  [[nodiscard]] const std::vector<x509::OcspResponse>& responses() const { return responses_; }

 private:
  [[nodiscard]] Verdict by_response(const x509::OcspResponse& response, const x509::Certificate& certificate,
                                    const x509::Certificate& issuer, base::UnixTime at, base::Seconds age) const;
  [[nodiscard]] Verdict by_lists(const x509::Certificate& certificate, const x509::Certificate& issuer,
                                 base::UnixTime at, base::Seconds age) const;
  [[nodiscard]] bool is_good_responder(const x509::OcspEvidence& evidence, const x509::Certificate& issuer,
                                       base::UnixTime at, base::Seconds age) const;

  std::vector<x509::OcspResponse> responses_;
  std::vector<x509::Crl> crls_;
};

}  // namespace yuxin::evidence
