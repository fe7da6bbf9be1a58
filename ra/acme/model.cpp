#include "model.hpp"

#include <algorithm>
#include <array>

#include "yuxin/base/secret.hpp"

namespace yuxin::ra::acme {

using base::UnixTime;

std::string_view status_name(Status status) {
  static constexpr std::array<std::string_view, 8> kNames = {"pending", "ready",       "processing", "valid",
                                                             "invalid", "deactivated", "expired",    "revoked"};
  return kNames.at(static_cast<std::size_t>(status));
}

std::string_view challenge_name(ChallengeType type) {
  static constexpr std::array<std::string_view, 3> kNames = {"http-01", "dns-01", "tls-alpn-01"};
  return kNames.at(static_cast<std::size_t>(type));
}

Status Authorization::status_at(UnixTime now) const {
  if (status == Status::kPending && expires <= now) return Status::kInvalid;
  if (status == Status::kValid && expires <= now) return Status::kExpired;
  return status;
}

Status Order::status_at(UnixTime now) const {
  if (status != Status::kPending) return status;
  if (expires <= now) return Status::kInvalid;
  Status found = Status::kReady;
  for (const auto& authorization : authorizations) {
    const auto one = authorization.status_at(now);
    if (one == Status::kPending) {
      found = Status::kPending;
    } else if (one != Status::kValid) {
      return Status::kInvalid;
    }
  }
  return found;
}

std::string new_name() {
  std::array<std::uint8_t, 16> octets{};
  base::random_bytes(octets);
  return base::base64url(octets);
}

}  // namespace yuxin::ra::acme
