// Refusals as problem documents (RFC 9457): the one place where the program's codes become HTTP.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "yuxin/base/http_message.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"

namespace yuxin::ra::rest {

// Trouble is a refusal that only HTTP knows, beside the codes of the program.
enum class Trouble {
  kNoCertificate,   // no client certificate was shown
  kBadCertificate,  // it is not (or no longer) good here
  kNoSuchPath,
  kMethod,
  kMediaType,
  kKeyReused,  // an idempotency key that came with another request
  kKeyInUse,   // its first request is still being answered
  kTooMany,
};

// ProblemKind is one `type`, served at /v1/problems/NAME.
struct ProblemKind {
  const char* name;
  int status;
  const char* title;  // English msgid
  const char* code;   // of the program
  const char* what;   // what a client does about it; English msgid
};
[[nodiscard]] std::span<const ProblemKind> problem_kinds();
[[nodiscard]] const ProblemKind& kind_of(base::Code code);
[[nodiscard]] const ProblemKind& kind_of(Trouble trouble);

[[nodiscard]] base::HttpReply refusal(const ProblemKind& kind, std::string_view detail);
[[nodiscard]] base::HttpReply refusal(const base::Error& error);
// json_reply answers 200 with a document that nobody may keep.
[[nodiscard]] base::HttpReply json_reply(const base::Json& document);

}  // namespace yuxin::ra::rest
