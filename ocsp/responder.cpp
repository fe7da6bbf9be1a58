#include "yuxin/ocsp/responder.hpp"

#include <array>

#include "content.hpp"
#include "live.hpp"
#include "yuxin/ocsp/cache.hpp"
#include "yuxin/ocsp/index.hpp"
#include "yuxin/ocsp/request.hpp"

namespace yuxin::ocsp {

namespace {

void add(std::atomic<std::uint64_t>& counter) { counter.fetch_add(1, std::memory_order_relaxed); }

base::HttpReply reply_with(Content content) {
  base::HttpReply reply;
  reply.shared = std::move(content);
  return reply;
}

// ErrorReplies are made once: an error costs nothing and no opponent can make it cost something.
struct ErrorReplies {
  Content malformed = make_private(error_response(ResponseError::kMalformedRequest));
  Content internal = make_private(error_response(ResponseError::kInternalError));
  Content try_later = make_private(error_response(ResponseError::kTryLater));
  Content unauthorized = make_private(error_response(ResponseError::kUnauthorized));
};

// check: an answer must hold for longer than it is kept, or caches would be told to keep what is over.
base::Result<> check(const ResponderOptions& options) {
  const bool ordered = base::Seconds{0} < options.renew_after && options.renew_after < options.validity &&
                       base::Seconds{0} <= options.renew_lead && options.renew_lead < options.renew_after;
  if (ordered) return {};
  return base::fail(base::Code::kUsage,
                    "OCSP answers that hold for {} s cannot be renewed after {} s, {} s ahead; renew them within the "
                    "time that they hold",
                    options.validity.count, options.renew_after.count, options.renew_lead.count);
}

// hot: the kind of request that is answered from memory.
bool hot(const OcspQuery& query) { return query.count == 1 && query.nonce.empty(); }

}  // namespace

struct Responder::Impl {
  Impl(store::StatusReader& status, const base::Clock& the_clock, ResponderOptions wanted)
      : options(std::move(wanted)),
        clock(the_clock),
        cache(options.cache_bytes),
        index(status, [this](std::int64_t authority, base::ByteView serial) { cache.drop(authority, serial); }),
        live({index, cache, clock, options, counters}) {}

  // GetRoom is where the request of a GET is decoded; not filled with zeros first.
  using GetRoom = std::array<std::uint8_t, kMaxGetRequest>;

  [[nodiscard]] bool is_ocsp(const base::HttpRequest& request) const {
    return request.method == "POST" || request.method == "GET" || request.method == "HEAD";
  }
  [[nodiscard]] std::optional<OcspQuery> query_of(const base::HttpRequest& request, GetRoom& room) const;
  [[nodiscard]] base::HttpReply refuse(ResponseError error);
  [[nodiscard]] base::HttpReply refuse_method();
  [[nodiscard]] Content find(const OcspQuery& query, AnswerCache::Wait wait);

  const ResponderOptions options;
  const base::Clock& clock;
  const ErrorReplies errors;
  ResponderCounters counters;
  AnswerCache cache;
  StatusIndex index;
  LiveSource live;
};

std::optional<OcspQuery> Responder::Impl::query_of(const base::HttpRequest& request, GetRoom& room) const {
  if (request.method == "POST") return parse_request(request.body);
  std::string_view rest = request.path();
  if (!rest.starts_with(options.path)) return std::nullopt;
  rest.remove_prefix(options.path.size());
  const auto der = decode_get_request(rest, room);
  return der ? parse_request(*der) : std::nullopt;
}

base::HttpReply Responder::Impl::refuse(ResponseError error) {
  switch (error) {
    case ResponseError::kMalformedRequest:
      add(counters.malformed);
      return reply_with(errors.malformed);
    case ResponseError::kUnauthorized:
      add(counters.unauthorized);
      return reply_with(errors.unauthorized);
    case ResponseError::kTryLater:
      add(counters.try_later);
      return reply_with(errors.try_later);
    case ResponseError::kInternalError:
      break;
  }
  add(counters.internal_error);
  return reply_with(errors.internal);
}

base::HttpReply Responder::Impl::refuse_method() {
  add(counters.not_ocsp);
  auto reply = base::problem(405, base::tr("Method not allowed"),
                             base::tr("OCSP requests come by POST or GET (RFC 6960 appendix A)."));
  reply.fields.emplace_back("Allow", "GET, HEAD, POST");
  return reply;
}

// find: the index is asked first whether it is current, so that what is found is not older than the last command that
// changed a status.
Content Responder::Impl::find(const OcspQuery& query, AnswerCache::Wait wait) {
  if (!hot(query) || !index.current()) return nullptr;
  Content content = cache.find(query.first, clock.now(), wait);
  if (content) add(counters.cached);
  return content;
}

base::Result<std::unique_ptr<Responder>> Responder::start(store::StatusReader& status, const base::Clock& clock,
                                                          ResponderOptions options) {
  TRY(check(options));
  auto impl = std::make_unique<Impl>(status, clock, std::move(options));
  TRY(impl->index.reload_authorities());
  TRY(impl->index.refresh());
  return std::unique_ptr<Responder>(new Responder(std::move(impl)));
}

Responder::Responder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Responder::~Responder() = default;

base::Result<> Responder::set_signer(std::int64_t authority, ResponderSigner signer) {
  return impl_->live.set_signer(authority, std::move(signer));
}

std::optional<base::HttpReply> Responder::answer_now(const base::HttpRequest& request) {
  if (!impl_->is_ocsp(request)) return impl_->refuse_method();
  Impl::GetRoom room;
  const auto query = impl_->query_of(request, room);
  if (!query) return impl_->refuse(ResponseError::kMalformedRequest);
  if (Content content = impl_->find(*query, AnswerCache::Wait::kNever)) return reply_with(std::move(content));
  return std::nullopt;
}

base::HttpReply Responder::answer(const base::HttpRequest& request) {
  if (!impl_->is_ocsp(request)) return impl_->refuse_method();
  Impl::GetRoom room;
  const auto query = impl_->query_of(request, room);
  if (!query) return impl_->refuse(ResponseError::kMalformedRequest);
  // Another request may have had the same answer signed while this one waited.
  if (Content content = impl_->find(*query, AnswerCache::Wait::kIfBusy)) return reply_with(std::move(content));
  auto content = impl_->live.answer(*query);
  if (!content) return impl_->refuse(content.error());
  add(impl_->counters.live);
  return reply_with(std::move(*content));
}

std::optional<base::HttpReply> Responder::busy(const base::HttpRequest&) {
  return impl_->refuse(ResponseError::kTryLater);
}

base::Result<> Responder::tick() {
  TRY(impl_->index.reload_authorities());
  TRY(impl_->index.refresh());
  impl_->live.renew();
  return {};
}

const ResponderCounters& Responder::counters() const { return impl_->counters; }
std::size_t Responder::cached_answers() const { return impl_->cache.size(); }
std::size_t Responder::indexed_certificates() const { return impl_->index.size(); }

}  // namespace yuxin::ocsp
