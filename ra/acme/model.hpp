// What ACME keeps: accounts, orders, authorizations, challenges (RFC 8555 section 7.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/time.hpp"

namespace yuxin::ra::acme {

// Status is that of an order, an authorization, a challenge or an account (section 7.1.6); not every object has every
// one of them.
enum class Status : std::int64_t {
  kPending = 0,
  kReady = 1,
  kProcessing = 2,
  kValid = 3,
  kInvalid = 4,
  kDeactivated = 5,
  kExpired = 6,  // never kept: what the hour makes of the others
  kRevoked = 7,
};
[[nodiscard]] std::string_view status_name(Status status);  // "pending"

enum class ChallengeType : std::int64_t { kHttp01 = 0, kDns01 = 1, kTlsAlpn01 = 2 };
[[nodiscard]] std::string_view challenge_name(ChallengeType type);  // "http-01"

// Each `name` is the last part of the object's URL: 128 random bits.
struct Account {
  std::int64_t row = 0;
  std::string name;
  std::string jwk;         // canonical
  base::Bytes thumbprint;  // SHA-256 of it
  std::string client;      // of clients.toml, whose names and profiles it may have
  std::vector<std::string> contacts;
  Status status = Status::kValid;  // valid or deactivated
  base::UnixTime created;
  base::Bytes bound;  // binding_mark of its client's secret when it was made; empty: from before, and not used since
};

struct Challenge {
  std::int64_t row = 0;
  std::string name;
  ChallengeType type = ChallengeType::kHttp01;
  std::string token;
  Status status = Status::kPending;  // pending, processing, valid, invalid
  std::optional<base::UnixTime> validated;
  std::string error;  // problem document; empty: none
};

struct Authorization {
  std::int64_t row = 0;
  std::string name;
  std::int64_t account = 0;
  std::string host;  // lower case, without "*."
  bool wildcard = false;
  Status status = Status::kPending;  // pending, valid, invalid, deactivated
  base::UnixTime expires;
  std::vector<Challenge> challenges;

  // identifier is the name as it stood in the order: "*.city.example".
  [[nodiscard]] std::string identifier() const { return wildcard ? "*." + host : host; }
  // status_at is what its status is at an hour.
  [[nodiscard]] Status status_at(base::UnixTime now) const;
};

struct Order {
  std::int64_t row = 0;
  std::string name;
  std::int64_t account = 0;
  std::vector<std::string> identifiers;  // sorted, each once
  std::string profile;
  base::UnixTime created;
  base::UnixTime expires;
  Status status = Status::kPending;  // pending until it is finalised, then processing, valid or invalid
  std::string error;                 // problem document; empty: none
  base::Bytes request;               // DER, once it is finalised
  base::Bytes certificate;           // DER, once it is valid
  std::string chain;                 // PEM, with the certificates above it but for the root
  std::string replaces;              // identifier of RFC 9773 section 4.1, or empty
  std::vector<Authorization> authorizations;

  // status_at is what its status is at an hour: a pending order is ready when everything is authorised, and invalid
  // when something cannot be any more (section 7.1.6). Pure, so that a crash leaves nothing to be made good.
  [[nodiscard]] Status status_at(base::UnixTime now) const;
};

// new_name gives 128 random bits for a URL or, as a token, for a challenge (section 8: at least that many).
[[nodiscard]] std::string new_name();

}  // namespace yuxin::ra::acme
