// What ACME says when it refuses: RFC 8555 section 6.7.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "yuxin/base/http_message.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/result.hpp"

namespace yuxin::ra::acme {

// ProblemType is an error of the registry of RFC 8555 section 9.7.4; alreadyReplaced is of RFC 9773, invalidProfile
// of draft-ietf-acme-profiles.
enum class ProblemType {
  kAccountDoesNotExist,
  kAlreadyReplaced,
  kAlreadyRevoked,
  kBadCsr,
  kBadNonce,
  kBadPublicKey,
  kBadRevocationReason,
  kBadSignatureAlgorithm,
  kCaa,
  kCompound,
  kConnection,
  kDns,
  kExternalAccountRequired,
  kIncorrectResponse,
  kInvalidContact,
  kInvalidProfile,
  kMalformed,
  kOrderNotReady,
  kRateLimited,
  kRejectedIdentifier,
  kServerInternal,
  kTls,
  kUnauthorized,
  kUnsupportedContact,
  kUnsupportedIdentifier,
  kUserActionRequired,
};

// Subproblem says which identifier a problem is about (section 6.7.1).
struct Subproblem {
  ProblemType type = ProblemType::kMalformed;
  std::string detail;
  std::string identifier;  // a DNS name
};

// Problem is a refusal. `detail` is for people; `diagnostic` is for the log and is not sent.
struct Problem {
  ProblemType type = ProblemType::kServerInternal;
  std::string detail;
  std::string diagnostic = {};
  int status = 0;             // of HTTP; 0: that of the type
  int retry_after = 0;        // seconds; 0: none
  std::string location = {};  // of the account whose key it is already
  std::vector<Subproblem> subproblems = {};

  Problem(ProblemType of, std::string text) : type(of), detail(std::move(text)) {}
  // What the floors below refuse, as ACME says it. Implicit, so that TRY carries an error up.
  Problem(base::Error error);  // NOLINT(google-explicit-constructor)
};

template <typename T = void>
using Outcome = tl::expected<T, Problem>;
using Refusal = tl::unexpected<Problem>;

// deny makes a refusal; `msgid` is translated as that of base::fail.
template <typename... Args>
[[nodiscard]] Refusal deny(ProblemType type, const char* msgid, const Args&... args) {
  return Refusal(Problem(type, base::message(msgid, args...)));
}

[[nodiscard]] std::string problem_urn(ProblemType type);  // "urn:ietf:params:acme:error:badNonce"
[[nodiscard]] int status_of(const Problem& problem);
// problem_json is the problem document, also as it stands in a challenge or an order.
[[nodiscard]] base::JsonObject problem_json(const Problem& problem);
[[nodiscard]] base::HttpReply problem_reply(const Problem& problem);

}  // namespace yuxin::ra::acme
