#include "pool_job.hpp"

#include <exception>
#include <utility>

#include "conditional.hpp"
#include "loop.hpp"
#include "reply.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/log.hpp"

namespace yuxin::http {
namespace {

// Copies views into one string; the string must have room for all of them from the start.
class Copier {
 public:
  explicit Copier(std::string& into) : into_(into) {}
  [[nodiscard]] std::string_view operator()(std::string_view text) const {
    const std::size_t at = into_.size();
    into_.append(text);
    return std::string_view(into_).substr(at);
  }
  [[nodiscard]] base::ByteView operator()(base::ByteView octets) const {
    return base::as_bytes((*this)(base::as_text(octets)));
  }

 private:
  std::string& into_;
};

}  // namespace

PoolJob::PoolJob(base::HttpService& service, const base::HttpRequest& request, std::shared_ptr<Mailbox> mailbox,
                 std::uint64_t connection)
    : service_(service), mailbox_(std::move(mailbox)), connection_(connection) {
  octets_.reserve(request.method.size() + request.target.size() + request.content_type.size() +
                  request.authorization.size() + request.accept.size() + request.accept_language.size() +
                  request.if_none_match.size() + request.idempotency_key.size() + request.body.size() +
                  request.if_modified_since.size() + request.peer.size() + request.peer_certificate.size());
  const Copier copy(octets_);
  request_ = {copy(request.method),        copy(request.target),           copy(request.content_type),
              copy(request.authorization), copy(request.accept),           copy(request.body),
              copy(request.peer),          copy(request.peer_certificate), copy(request.accept_language),
              copy(request.if_none_match), copy(request.idempotency_key),  copy(request.if_modified_since)};
}

void PoolJob::run() {
  base::HttpReply reply;
  try {
    reply = service_.answer(request_);
  } catch (const std::exception& bug) {
    base::log_error(base::message("A request to {} failed: {}", request_.path(), bug.what()));
    reply = refusal(500);
  }
  auto opened = std::make_shared<OpenedReply>(open_reply(unless_known(request_, std::move(reply))));
  mailbox_->post([opened, connection = connection_](Loop& loop) { loop.deliver(connection, std::move(*opened)); });
}

}  // namespace yuxin::http
