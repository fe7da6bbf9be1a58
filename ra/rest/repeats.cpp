#include "repeats.hpp"

#include "answer_repository.hpp"
#include "problem.hpp"

namespace yuxin::ra::rest {

using base::Result;

namespace {

constexpr base::Seconds kKept = base::hours(24);
// Only drafts are longer, and a draft that is made twice changes nothing.
constexpr std::size_t kLongestKept = std::size_t{64} << 10U;

}  // namespace

Repeats::Begun::~Begun() {
  if (owner_ == nullptr) return;
  const std::scoped_lock lock(owner_->mutex_);
  owner_->begun_.erase(name_);
}

Result<Repeats::Beginning> Repeats::begin(const Request& request) {
  Beginning beginning;
  {
    const std::scoped_lock lock(mutex_);
    auto [place, is_new] = begun_.emplace(request.client, request.key);
    if (!is_new) {
      beginning.answer =
          refusal(kind_of(Trouble::kKeyInUse),
                  base::message("The first request with this idempotency key is still being answered. Try again."));
      beginning.answer->fields.emplace_back("Retry-After", "1");
      return beginning;
    }
    beginning.begun.emplace(Begun(*this, *place));
  }
  std::optional<repository::KeptAnswer> kept;
  TRY(parts_.store->read([&](store::Reader& reader) -> Result<> {
    TRY(kept, repository::find_answer(reader.session(), {request.client, request.key}, parts_.clock->now() - kKept));
    return {};
  }));
  if (!kept) return beginning;
  beginning.begun.reset();
  if (!base::equal(kept->request, request.digest)) {
    beginning.answer = refusal(
        kind_of(Trouble::kKeyReused),
        base::message("This idempotency key came with another request before. Take a new one for a new request."));
    return beginning;
  }
  base::HttpReply answer;
  answer.status = kept->status;
  answer.content_type = kept->media;
  answer.fields = {{"Cache-Control", "no-store"}, {"Idempotency-Replayed", "true"}};
  answer.body = std::move(kept->body);
  beginning.answer = std::move(answer);
  return beginning;
}

Result<> Repeats::keep(const Request& request, const base::HttpReply& answer) {
  if (answer.status == 429 || answer.status >= 500 || answer.body.size() > kLongestKept) return {};
  const auto now = parts_.clock->now();
  return parts_.store->write([request, answer, now](store::Writer& writer) -> Result<> {
    TRY(repository::forget_answers(writer.session(), now - kKept));
    return repository::keep_answer(writer.session(), {request.client, request.key},
                                   {base::to_bytes(request.digest), answer.status, answer.content_type, answer.body},
                                   now);
  });
}

}  // namespace yuxin::ra::rest
