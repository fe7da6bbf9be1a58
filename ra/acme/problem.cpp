#include "problem.hpp"

#include <algorithm>
#include <array>

#include "jws.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::ra::acme {

using base::Code;

namespace {

struct Row {
  ProblemType type;
  std::string_view name;
  int status;
};

constexpr std::array<Row, 26> kRows = {{
    {ProblemType::kAccountDoesNotExist, "accountDoesNotExist", 400},
    {ProblemType::kAlreadyReplaced, "alreadyReplaced", 409},
    {ProblemType::kAlreadyRevoked, "alreadyRevoked", 400},
    {ProblemType::kBadCsr, "badCSR", 400},
    {ProblemType::kBadNonce, "badNonce", 400},
    {ProblemType::kBadPublicKey, "badPublicKey", 400},
    {ProblemType::kBadRevocationReason, "badRevocationReason", 400},
    {ProblemType::kBadSignatureAlgorithm, "badSignatureAlgorithm", 400},
    {ProblemType::kCaa, "caa", 403},
    {ProblemType::kCompound, "compound", 400},
    {ProblemType::kConnection, "connection", 400},
    {ProblemType::kDns, "dns", 400},
    {ProblemType::kExternalAccountRequired, "externalAccountRequired", 403},
    {ProblemType::kIncorrectResponse, "incorrectResponse", 403},
    {ProblemType::kInvalidContact, "invalidContact", 400},
    {ProblemType::kInvalidProfile, "invalidProfile", 400},
    {ProblemType::kMalformed, "malformed", 400},
    {ProblemType::kOrderNotReady, "orderNotReady", 403},
    {ProblemType::kRateLimited, "rateLimited", 429},
    {ProblemType::kRejectedIdentifier, "rejectedIdentifier", 403},
    {ProblemType::kServerInternal, "serverInternal", 500},
    {ProblemType::kTls, "tls", 400},
    {ProblemType::kUnauthorized, "unauthorized", 403},
    {ProblemType::kUnsupportedContact, "unsupportedContact", 400},
    {ProblemType::kUnsupportedIdentifier, "unsupportedIdentifier", 400},
    {ProblemType::kUserActionRequired, "userActionRequired", 403},
}};

const Row& row_of(ProblemType type) { return *std::ranges::find(kRows, type, &Row::type); }

// The one place where the program's codes become ACME's.
ProblemType type_of(Code code) {
  switch (code) {
    case Code::kMalformed:
    case Code::kUsage:
    case Code::kConflict:
    case Code::kNotFound:
      return ProblemType::kMalformed;
    case Code::kRefused:
      return ProblemType::kRejectedIdentifier;
    case Code::kBadSignature:
      return ProblemType::kBadCsr;
    case Code::kNotAuthorised:
      return ProblemType::kUnauthorized;
    case Code::kIntegrity:
    case Code::kUnavailable:
    case Code::kSigner:
    case Code::kInternal:
      break;
  }
  return ProblemType::kServerInternal;
}

int status_of_code(Code code) {
  if (code == Code::kUnavailable || code == Code::kSigner) return 503;
  if (code == Code::kNotFound) return 404;
  return code == Code::kConflict ? 409 : 0;
}

base::JsonObject document(ProblemType type, const std::string& detail) {
  return {{"type", problem_urn(type)}, {"detail", base::show_unseen(detail)}};
}

}  // namespace

Problem::Problem(base::Error error)
    : type(type_of(error.code)),
      detail(std::move(error.detail)),
      diagnostic(std::move(error.diagnostic)),
      status(status_of_code(error.code)),
      retry_after(status == 503 ? 30 : 0) {}

std::string problem_urn(ProblemType type) { return "urn:ietf:params:acme:error:" + std::string(row_of(type).name); }

int status_of(const Problem& problem) { return problem.status != 0 ? problem.status : row_of(problem.type).status; }

base::JsonObject problem_json(const Problem& problem) {
  auto json = document(problem.type, problem.detail);
  json["status"] = status_of(problem);
  if (problem.type == ProblemType::kBadSignatureAlgorithm) {
    // RFC 8555 section 6.2: "The problem document ... MUST include an 'algorithms' field".
    base::JsonArray names;
    for (const auto name : signature_names()) names.emplace_back(name);
    json["algorithms"] = std::move(names);
  }
  if (problem.subproblems.empty()) return json;
  base::JsonArray list;
  for (const auto& sub : problem.subproblems) {
    auto one = document(sub.type, sub.detail);
    one["identifier"] = base::JsonObject{{"type", "dns"}, {"value", sub.identifier}};
    list.emplace_back(std::move(one));
  }
  json["subproblems"] = std::move(list);
  return json;
}

base::HttpReply problem_reply(const Problem& problem) {
  base::HttpReply reply;
  reply.status = status_of(problem);
  reply.content_type = "application/problem+json";
  reply.body = base::to_bytes(base::as_bytes(base::print_json(problem_json(problem))));
  if (problem.retry_after > 0) reply.fields.emplace_back("Retry-After", std::to_string(problem.retry_after));
  if (!problem.location.empty()) reply.fields.emplace_back("Location", problem.location);
  return reply;
}

}  // namespace yuxin::ra::acme
