// What CMP says when it refuses: PKIStatusInfo and PKIFailureInfo of RFC 4210 section 5.2.3.
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "yuxin/base/result.hpp"

namespace yuxin::ra::cmp {

// PKIFailureInfo: the number of the bit.
enum class FailInfo : unsigned {
  kBadAlgorithm = 0,
  kBadMessageCheck = 1,
  kBadRequest = 2,
  kBadTime = 3,
  kBadCertificateId = 4,
  kBadDataFormat = 5,
  kIncorrectData = 7,
  kBadProofOfPossession = 9,
  kCertificateRevoked = 10,
  kCertificateConfirmed = 11,
  kWrongIntegrity = 12,
  kBadRecipientNonce = 13,
  kAddInfoNotAvailable = 17,
  kBadSenderNonce = 18,
  kBadCertificateTemplate = 19,
  kSignerNotTrusted = 20,
  kTransactionIdInUse = 21,
  kUnsupportedVersion = 22,
  kNotAuthorized = 23,
  kSystemUnavailable = 24,
  kSystemFailure = 25,
};
inline constexpr unsigned kFailInfoBits = 27;

// Refusal: `text` is for people; `diagnostic` is for the log and is not sent.
struct Refusal {
  FailInfo info = FailInfo::kSystemFailure;
  std::string text;
  std::string diagnostic = {};

  Refusal(FailInfo of, std::string why) : info(of), text(std::move(why)) {}
  // What the floors below refuse, as CMP says it; of what is wrong here nothing is told. Implicit, so that TRY
  // carries an error up.
  Refusal(base::Error error);  // NOLINT(google-explicit-constructor)

  // is_passing says whether it lies with this side, so that the same may be granted later.
  [[nodiscard]] bool is_passing() const {
    return info == FailInfo::kSystemUnavailable || info == FailInfo::kSystemFailure;
  }
};

template <typename T = void>
using Outcome = tl::expected<T, Refusal>;

// deny makes a refusal; `msgid` is translated as that of base::fail.
template <typename... Args>
[[nodiscard]] tl::unexpected<Refusal> deny(FailInfo info, const char* msgid, const Args&... args) {
  return tl::unexpected(Refusal(info, base::message(msgid, args...)));
}

// as tells the refusal of a floor below under another bit, unless it is a failure of this side.
template <typename T>
[[nodiscard]] Outcome<T> as(FailInfo info, base::Result<T> result) {
  if (result) {
    if constexpr (std::is_void_v<T>) {
      return {};
    } else {
      return std::move(*result);
    }
  }
  Refusal refusal(std::move(result).error());
  if (!refusal.is_passing()) refusal.info = info;
  return tl::unexpected(std::move(refusal));
}

}  // namespace yuxin::ra::cmp
