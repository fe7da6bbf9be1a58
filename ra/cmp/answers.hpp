// What the bodies of CMP answers hold: RFC 4210 section 5.3. Each gives the DER that stands within the body's tag.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "refusal.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/x509/certificate.hpp"

namespace yuxin::ra::cmp {

// CertificateAnswer is CertRepMessage for one request.
struct CertificateAnswer {
  std::int64_t id = 0;  // certReqId
  const x509::Certificate& certificate;
  enum class As { kAsked, kWithChanges } as = As::kAsked;  // accepted, grantedWithMods
  std::vector<x509::Certificate> trusted = {};             // caPubs
};
[[nodiscard]] base::Bytes certificate_answer(const CertificateAnswer& answer);
[[nodiscard]] base::Bytes waiting_answer(std::int64_t id, const std::string& text);
[[nodiscard]] base::Bytes rejected_answer(std::int64_t id, const Refusal& refusal);

[[nodiscard]] base::Bytes poll_answer(std::int64_t id, base::Seconds check_after, const std::string& reason);
[[nodiscard]] base::Bytes revocation_answer(const Refusal* refusal);  // null: revoked
[[nodiscard]] base::Bytes confirmation_answer();                      // pkiconf
[[nodiscard]] base::Bytes error_answer(const Refusal& refusal);

}  // namespace yuxin::ra::cmp
