// Answers that were given to requests with an idempotency key.
#pragma once

#include <optional>
#include <string>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/store/database.hpp"

namespace yuxin::ra::rest::repository {

struct KeptAnswer {
  base::Bytes request;  // SHA-256
  int status = 200;
  std::string media;
  base::Bytes body;
};
struct AnswerName {
  base::ByteView client;  // SHA-256 of its SubjectPublicKeyInfo
  std::string_view key;
};
// find_answer gives one that was kept at or after `since`.
[[nodiscard]] base::Result<std::optional<KeptAnswer>> find_answer(store::Session& session, const AnswerName& name,
                                                                  base::UnixTime since);
// keep_answer replaces one that is too old to count.
[[nodiscard]] base::Result<> keep_answer(store::Session& session, const AnswerName& name, const KeptAnswer& answer,
                                         base::UnixTime now);
// forget_answers removes those that were kept before `since`.
[[nodiscard]] base::Result<> forget_answers(store::Session& session, base::UnixTime since);

}  // namespace yuxin::ra::rest::repository
