// Which operation answers which address, and what every answer carries.
#include <charconv>

#include "operations.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::ra {

using acme::Answer;
using acme::KeyFrom;
using acme::Problem;
using acme::ProblemType;
using base::HttpReply;
using base::HttpRequest;

struct AcmeService::Impl {
  explicit Impl(AcmeParts parts) : world(std::move(parts)) {}
  acme::World world;
};

namespace {

// Target is a path below /acme/ taken apart: KIND[/NAME[/ACTION]].
struct Target {
  std::string kind;
  std::string name;
  std::string action;
  std::string_view query;
};

Target read_target(const HttpRequest& request) {
  const auto path = request.path();
  const auto parts = base::split(path.substr(AcmeService::kPath.size()), '/');
  Target target;
  if (!parts.empty()) target.kind = parts[0];
  if (parts.size() > 1) target.name = parts[1];
  if (parts.size() > 2) target.action = parts[2];
  if (parts.size() > 3) target.kind.clear();
  target.query = request.target.substr(path.size());
  return target;
}

// The page of a list: "?after=ROW".
std::int64_t page_of(std::string_view query) {
  constexpr std::string_view kAfter = "?after=";
  std::int64_t after = 0;
  if (!query.starts_with(kAfter)) return 0;
  query.remove_prefix(kAfter.size());
  const auto [end, error] = std::from_chars(query.data(), query.data() + query.size(), after);
  return error == std::errc{} && end == query.data() + query.size() && after > 0 ? after : 0;
}

Answer fetch(acme::World& world, const Target& target) {
  if (target.kind == "directory" && target.name.empty()) return acme::json_reply(200, acme::directory(world));
  if (target.kind == "new-nonce" && target.name.empty()) {
    HttpReply reply;
    reply.status = 204;  // RFC 8555 section 7.2; a HEAD arrives here as a GET and is given the same
    return reply;
  }
  if (target.kind == "renewal-info" && target.action.empty()) return acme::renewal_info(world, target.name);
  return acme::no_such_object();
}

KeyFrom key_for(const Target& target) {
  if (target.kind == "new-account") return KeyFrom::kMessage;
  return target.kind == "revoke-cert" ? KeyFrom::kEither : KeyFrom::kAccount;
}

Answer operate_on_object(acme::World& world, const acme::Asked& asked, const Target& target) {
  if (target.kind == "account" && target.action == "orders")
    return acme::list_orders(world, asked, target.name, page_of(target.query));
  if (target.kind == "order" && target.action == "finalize") return acme::finalize(world, asked, target.name);
  if (!target.action.empty()) return acme::no_such_object();
  if (target.kind == "account") return acme::account(world, asked, target.name);
  if (target.kind == "order") return acme::order(world, asked, target.name);
  if (target.kind == "certificate") return acme::certificate(world, asked, target.name);
  if (target.kind == "authorization") return acme::authorization(world, asked, target.name);
  if (target.kind == "challenge") return acme::challenge(world, asked, target.name);
  return acme::no_such_object();
}

Answer operate(acme::World& world, const HttpRequest& request, const Target& target) {
  // The address that was signed is the one that clients see, which a proxy may have shortened.
  const auto url = world.parts.config.url + std::string(request.target.substr(AcmeService::kPath.size() - 1));
  TRY(const auto asked, acme::authenticate(world, request, url, key_for(target)));
  if (!target.name.empty()) return operate_on_object(world, asked, target);
  if (target.kind == "new-account") return acme::new_account(world, asked);
  if (target.kind == "new-order") return acme::new_order(world, asked);
  if (target.kind == "revoke-cert") return acme::revoke(world, asked);
  if (target.kind == "key-change") return acme::change_key(world, asked);
  // Section 6.3: what may be fetched by GET may be by POST-as-GET, too.
  return fetch(world, target);
}

Answer not_this_method() {
  Problem problem(ProblemType::kMalformed, base::message("This address is asked by another method than that."));
  problem.status = 405;
  return acme::Refusal(std::move(problem));
}

bool is_open(const Target& target) {
  return target.kind == "directory" || target.kind == "new-nonce" || target.kind == "renewal-info";
}

Answer dispatch(acme::World& world, const HttpRequest& request) {
  const auto target = read_target(request);
  if (request.method == "POST") return operate(world, request, target);
  if (request.method != "GET" || !is_open(target)) return not_this_method();
  return fetch(world, target);
}

void note(const Problem& problem) {
  if (acme::status_of(problem) >= 500) base::log_error("ACME: " + problem.detail + " " + problem.diagnostic);
}

}  // namespace

AcmeService::AcmeService(AcmeParts parts) : impl_(std::make_unique<Impl>(std::move(parts))) {}
AcmeService::~AcmeService() = default;

std::optional<HttpReply> AcmeService::answer_now(const HttpRequest& /*request*/) { return std::nullopt; }

HttpReply AcmeService::answer(const HttpRequest& request) {
  auto& world = impl_->world;
  auto answer = dispatch(world, request);
  if (!answer) note(answer.error());
  HttpReply reply = answer ? std::move(*answer) : acme::problem_reply(answer.error());
  const auto path = request.path();
  const bool gives_nonce = request.method == "POST" || path == std::string(kPath) + "new-nonce";
  if (gives_nonce) reply.fields.emplace_back("Replay-Nonce", world.nonces.make());
  // Section 7.1: every resource but the directory links to it.
  if (path != std::string(kPath) + "directory")
    reply.fields.emplace_back("Link", "<" + world.url("directory") + ">;rel=\"index\"");
  reply.fields.emplace_back("Cache-Control", "no-store");
  return reply;
}

}  // namespace yuxin::ra
