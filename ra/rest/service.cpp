// One request: who, what, whether, and the line in the log.
#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "operations.hpp"
#include "problem.hpp"
#include "rate.hpp"
#include "repeats.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/base/translation.hpp"

namespace yuxin::ra {

using base::HttpReply;
using base::HttpRequest;
using base::message;
using base::Result;
using rest::Call;
using rest::Caller;
using rest::caller_of;
using rest::check_query;
using rest::find_operation;
using rest::Found;
using rest::kind_of;
using rest::Operation;
using rest::parse_target;
using rest::RateLimit;
using rest::refusal;
using rest::Repeats;
using rest::Target;
using rest::Trouble;

struct RestService::Impl {
  explicit Impl(RestParts given)
      : parts(std::move(given)), rate(parts.limits), guesses(guess_limits(parts.limits)), repeats(parts) {}
  static RestLimits guess_limits(RestLimits limits) {
    limits.per_minute = limits.guesses_per_minute;
    limits.burst = limits.guesses_burst;
    return limits;
  }
  RestParts parts;
  RateLimit rate;
  RateLimit guesses;
  Repeats repeats;
};

RestService::RestService(RestParts parts) : impl_(std::make_unique<Impl>(std::move(parts))) {}
RestService::~RestService() = default;

namespace {

constexpr std::size_t kLongestKey = 128;

// Work is one request on its way.
class Work {
 public:
  struct Limits {
    RateLimit& rate;
    RateLimit& guesses;
  };
  Work(const RestParts& parts, const Limits& limits, Repeats& repeats, const HttpRequest& request)
      : parts_(parts), limits_(limits), repeats_(repeats), request_(request) {}

  [[nodiscard]] HttpReply answer() {
    if (const auto wait = limits_.rate.take(client(), parts_.clock->now())) return too_many(*wait);
    auto target = parse_target(request_.target);
    if (!target) return refusal(target.error());
    auto found = find_operation(request_.method, *target);
    if (found.operation == nullptr) return unknown(found);
    operation_ = found.operation;
    auto reply = with_operation(*target, std::move(found.path));
    return reply ? std::move(*reply) : refusal(reply.error());
  }

  // audit is one line of the log: who asked for what, and what came of it. No query and no body.
  void audit(const HttpReply& reply) const {
    std::string who = "-";
    std::string serial = "-";
    // also of whom the home sends away
    if (const auto shown = x509::Certificate::from_der(request_.peer_certificate)) {
      who = shown->subject().text();
      serial = base::hex_upper(shown->tbs().serial);
    }
    base::log_info(fmt::format("rest {} {} {} by={} serial={} from={}{}", reply.status, request_.method,
                               request_.path(), base::print_json(base::Json(who)), serial, request_.peer, object_));
  }

 private:
  [[nodiscard]] std::string client() const {
    if (request_.peer_certificate.empty()) return std::string(request_.peer);
    return base::hex(x509::sha256(request_.peer_certificate));
  }

  [[nodiscard]] static HttpReply too_many(std::int64_t wait) {
    auto reply = refusal(kind_of(Trouble::kTooMany), message("You ask too often. Come again in {} seconds.", wait));
    reply.fields.emplace_back("Retry-After", std::to_string(wait));
    return reply;
  }

  // guessed says how long somebody has to wait who may be guessing.
  [[nodiscard]] std::optional<std::int64_t> guessed(const base::JsonObject& body) {
    if (operation_->pace == Operation::Pace::kUsual) return std::nullopt;
    const auto now = parts_.clock->now();
    const auto of_address = limits_.guesses.take("address " + std::string(request_.peer), now);
    const auto of_code = limits_.guesses.take("code " + base::json_string(body, "locator"), now);
    return of_address ? of_address : of_code;
  }

  [[nodiscard]] HttpReply unknown(const Found& found) const {
    if (found.allowed.empty())
      return refusal(kind_of(Trouble::kNoSuchPath),
                     message("Nothing is served at {}. See /v1/openapi.json.", request_.path()));
    auto reply = refusal(kind_of(Trouble::kMethod), message("{} is not answered here; {} is.", request_.method,
                                                            base::join(found.allowed, message(", "))));
    reply.fields.emplace_back("Allow", base::join(found.allowed, ", "));
    return reply;
  }

  Result<HttpReply> with_operation(const Target& target, std::map<std::string, std::string, std::less<>> path) {
    if (operation_->access == Operation::Access::kCertificate) {
      if (request_.peer_certificate.empty())
        return refusal(kind_of(Trouble::kNoCertificate),
                       message("Show a client certificate of this authority when you connect."));
      auto caller = caller_of(parts_, request_.peer_certificate);
      if (!caller && caller.error().code == base::Code::kNotAuthorised)
        return refusal(kind_of(Trouble::kBadCertificate), caller.error().detail);
      if (!caller) return tl::unexpected(std::move(caller).error());
      caller_.emplace(std::move(*caller));
    }
    TRY(check_query(*operation_, target));
    base::JsonObject body;
    if (!operation_->body.empty()) {
      if (!is_json()) return refusal(kind_of(Trouble::kMediaType), message("Send the body as application/json."));
      TRY(auto json, base::parse_json(base::as_text(request_.body)));
      TRY(check_schema(json, operation_->body));
      body = std::move(json.get_object());
    }
    if (const auto wait = guessed(body)) return too_many(*wait);
    if (operation_->repeat == Operation::Repeat::kAsOften || request_.idempotency_key.empty())
      return carry_out(std::move(path), target, std::move(body), false);
    return once(std::move(path), target, std::move(body));
  }

  [[nodiscard]] bool is_json() const {
    const auto type = base::trim(request_.content_type.substr(0, request_.content_type.find(';')));
    return base::lower(type) == "application/json";
  }

  Result<HttpReply> once(std::map<std::string, std::string, std::less<>> path, const Target& target,
                         base::JsonObject body) {
    const auto key = request_.idempotency_key;
    if (key.size() > kLongestKey || !std::ranges::all_of(key, [](char c) { return c >= '!' && c <= '~'; }))
      return base::fail(base::Code::kUsage, "An idempotency key has 1 to {} visible characters.", kLongestKey);
    auto whole = std::string(request_.method) + " " + std::string(request_.target) + "\n";
    whole += base::as_text(request_.body);
    const Repeats::Request repeat{caller_->viewer.key.value(), std::string(key), x509::sha256(base::as_bytes(whole))};
    TRY(auto beginning, repeats_.begin(repeat));
    if (beginning.answer) return std::move(*beginning.answer);
    auto reply = carry_out(std::move(path), target, std::move(body), true);
    auto answer = reply ? std::move(*reply) : refusal(reply.error());
    if (auto kept = repeats_.keep(repeat, answer); !kept) base::log_warning(kept.error().detail);
    return answer;
  }

  Result<HttpReply> carry_out(std::map<std::string, std::string, std::less<>> path, const Target& target,
                              base::JsonObject body, bool repeated) {
    std::shared_ptr<Desk> desk;
    if (caller_) {
      TRY(desk, parts_.desk());
    }
    Call call{.parts = parts_,
              .desk = desk.get(),
              .caller = caller_ ? &*caller_ : nullptr,
              .path = std::move(path),
              .query = target.query,
              .body = std::move(body),
              .repeated = repeated};
    auto reply = operation_->carry_out(call);
    if (!call.object.empty()) object_ = " object=" + call.object;
    return reply;
  }

  const RestParts& parts_;
  Limits limits_;
  Repeats& repeats_;
  const HttpRequest& request_;
  const Operation* operation_ = nullptr;
  std::optional<Caller> caller_;
  std::string object_;
};

}  // namespace

std::size_t RestService::largest_body(const HttpRequest& head) {
  if (head.method != "POST" || head.path() != "/v1/acts" || head.peer_certificate.empty()) return 0;
  return caller_of(impl_->parts, head.peer_certificate) ? kLargestAct : 0;
}

HttpReply RestService::answer(const HttpRequest& request) {
  const base::LanguageScope scope(base::preferred_language(request.accept_language, base::language()));
  Work work(impl_->parts, {impl_->rate, impl_->guesses}, impl_->repeats, request);
  HttpReply reply;
  try {
    reply = work.answer();
  } catch (const std::exception& bug) {
    base::log_error(fmt::format("rest: {} {}: {}", request.method, request.path(), bug.what()));
    reply =
        refusal(kind_of(base::Code::kInternal), message("This is a fault of the program. Nothing more is known."));
  }
  work.audit(reply);
  return reply;
}

}  // namespace yuxin::ra
