#include "problem.hpp"

#include <algorithm>
#include <array>

#include "yuxin/base/text.hpp"

namespace yuxin::ra::rest {

using base::Code;
using base::translatable;

namespace {

constexpr std::array kKinds = {
    ProblemKind{"malformed", 400, translatable("What was sent cannot be read"), "malformed",
                translatable("The body, the act or a file is not in the form that the document describes. Sending it "
                             "again is of no use.")},
    ProblemKind{
        "usage", 400, translatable("The request makes no sense"), "usage",
        translatable("A parameter or member is missing, too much, or contradicts another; the detail names it.")},
    ProblemKind{"refused", 422, translatable("A rule is against it"), "refused",
                translatable("Read the detail: a profile, workflow or policy forbids it. Ask for something else, or "
                             "have the rule changed.")},
    ProblemKind{
        "bad-signature", 422, translatable("A signature does not hold"), "bad-signature",
        translatable(
            "A signature, or what it was made over, is not what it says. Sign again what the server drafts.")},
    ProblemKind{
        "not-authorised", 403, translatable("You may not do this"), "not-authorised",
        translatable(
            "Your roles, their scope or the separation of persons forbid it. GET /v1/status names what you hold.")},
    ProblemKind{
        "not-found", 404, translatable("There is no such thing"), "not-found",
        translatable("It is not there, or you may not see it. The lists of this interface name what there is.")},
    ProblemKind{
        "conflict", 409, translatable("It is in another state"), "conflict",
        translatable(
            "Somebody was quicker, or the same is there already. Read it as it stands now, and decide again.")},
    ProblemKind{
        "integrity", 500, translatable("Stored data contradict each other"), "integrity",
        translatable("Nothing more is done before the administrator has looked at the server. Report the detail.")},
    ProblemKind{"unavailable", 503, translatable("This cannot be done just now"), "unavailable",
                translatable("Come again when Retry-After says so, with the same idempotency key.")},
    ProblemKind{"signer", 503, translatable("A key of this authority does not sign just now"), "signer",
                translatable("A key or token is not at hand. Come again when Retry-After says so, and tell the "
                             "administrator if it stays so.")},
    ProblemKind{"internal", 500, translatable("A fault of the program"), "internal",
                translatable("Report it with the time and the path. Whether something was done says the case.")},
    ProblemKind{"certificate-needed", 403, translatable("A client certificate is needed"), "not-authorised",
                translatable("Connect with a client certificate of this authority.")},
    ProblemKind{
        "certificate-refused", 403, translatable("Your certificate is not good here"), "not-authorised",
        translatable("It was not issued here, has expired, or is revoked or suspended; the detail says which.")},
    ProblemKind{"no-such-path", 404, translatable("There is no such path"), "not-found",
                translatable("GET /v1/openapi.json lists the paths.")},
    ProblemKind{"method-not-allowed", 405, translatable("This path has other methods"), "usage",
                translatable("The field Allow of the answer lists them.")},
    ProblemKind{"media-type", 415, translatable("The body must be JSON"), "usage",
                translatable("Send Content-Type: application/json.")},
    ProblemKind{"key-reused", 422, translatable("The idempotency key belongs to another request"), "conflict",
                translatable("Use a new key for every request that is not a repetition.")},
    ProblemKind{
        "key-in-use", 409, translatable("The first request with this idempotency key is not done yet"), "unavailable",
        translatable("Come again when Retry-After says so, with the same key: you will have the first answer.")},
    ProblemKind{"too-many-requests", 429, translatable("Too many requests"), "unavailable",
                translatable("Come again when Retry-After says so, and ask less often.")},
};

const ProblemKind& kind_named(std::string_view name) {
  return *std::ranges::find(kKinds, name, [](const ProblemKind& kind) { return std::string_view(kind.name); });
}

}  // namespace

std::span<const ProblemKind> problem_kinds() { return kKinds; }

const ProblemKind& kind_of(Code code) { return kind_named(base::code_name(code)); }

const ProblemKind& kind_of(Trouble trouble) {
  switch (trouble) {
    case Trouble::kNoCertificate:
      return kind_named("certificate-needed");
    case Trouble::kBadCertificate:
      return kind_named("certificate-refused");
    case Trouble::kNoSuchPath:
      return kind_named("no-such-path");
    case Trouble::kMethod:
      return kind_named("method-not-allowed");
    case Trouble::kMediaType:
      return kind_named("media-type");
    case Trouble::kKeyReused:
      return kind_named("key-reused");
    case Trouble::kKeyInUse:
      return kind_named("key-in-use");
    case Trouble::kTooMany:
      break;
  }
  return kind_named("too-many-requests");
}

base::HttpReply refusal(const ProblemKind& kind, std::string_view detail) {
  // RFC 9457 section 3.1.1: a relative type is of the document's own address, and says with its full path what it is.
  const base::JsonObject document{{"type", std::string("/v1/problems/") + kind.name},
                                  {"title", base::tr(kind.title)},
                                  {"status", kind.status},
                                  {"detail", base::show_unseen(detail)},
                                  {"code", kind.code}};
  base::HttpReply reply;
  reply.status = kind.status;
  reply.content_type = "application/problem+json";
  reply.fields.emplace_back("Cache-Control", "no-store");
  if (kind.status == 503) reply.fields.emplace_back("Retry-After", "5");
  reply.body = base::to_bytes(base::as_bytes(base::print_json(document)));
  return reply;
}

base::HttpReply refusal(const base::Error& error) { return refusal(kind_of(error.code), error.detail); }

base::HttpReply json_reply(const base::Json& document) {
  base::HttpReply reply;
  reply.content_type = "application/json";
  reply.fields.emplace_back("Cache-Control", "no-store");
  reply.body = base::to_bytes(base::as_bytes(base::print_json(document)));
  return reply;
}

}  // namespace yuxin::ra::rest
