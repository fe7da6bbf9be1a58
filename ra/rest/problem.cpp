#include "problem.hpp"

#include <algorithm>
#include <array>

#include "yuxin/base/text.hpp"

namespace yuxin::ra::rest {

using base::Code;
using base::translatable;

namespace {

constexpr std::array kKinds = {
    ProblemKind{"malformed", 400, translatable("What was sent cannot be read"), "malformed"},
    ProblemKind{"usage", 400, translatable("The request makes no sense"), "usage"},
    ProblemKind{"refused", 422, translatable("A rule is against it"), "refused"},
    ProblemKind{"bad-signature", 422, translatable("A signature does not hold"), "bad-signature"},
    ProblemKind{"not-authorised", 403, translatable("You may not do this"), "not-authorised"},
    ProblemKind{"not-found", 404, translatable("There is no such thing"), "not-found"},
    ProblemKind{"conflict", 409, translatable("It is in another state"), "conflict"},
    ProblemKind{"integrity", 500, translatable("Stored data contradict each other"), "integrity"},
    ProblemKind{"unavailable", 503, translatable("This cannot be done just now"), "unavailable"},
    ProblemKind{"signer", 503, translatable("A key of this authority does not sign just now"), "signer"},
    ProblemKind{"internal", 500, translatable("A fault of the program"), "internal"},
    ProblemKind{"certificate-needed", 403, translatable("A client certificate is needed"), "not-authorised"},
    ProblemKind{"certificate-refused", 403, translatable("Your certificate is not good here"), "not-authorised"},
    ProblemKind{"no-such-path", 404, translatable("There is no such path"), "not-found"},
    ProblemKind{"method-not-allowed", 405, translatable("This path has other methods"), "usage"},
    ProblemKind{"media-type", 415, translatable("The body must be JSON"), "usage"},
    ProblemKind{"key-reused", 422, translatable("The idempotency key belongs to another request"), "conflict"},
    ProblemKind{"key-in-use", 409, translatable("The first request with this idempotency key is not done yet"),
                "unavailable"},
    ProblemKind{"too-many-requests", 429, translatable("Too many requests"), "unavailable"},
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
