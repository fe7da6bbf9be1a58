#include "binding.hpp"
#include "repository.hpp"
#include "world.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::ra::acme {

using base::HttpReply;
using base::HttpRequest;

namespace {

constexpr int kUnauthenticated = 401;
constexpr int kUnsupportedMediaType = 415;

Refusal with_status(ProblemType type, int status, std::string detail) {
  Problem problem(type, std::move(detail));
  problem.status = status;
  return Refusal(std::move(problem));
}

Outcome<> check_form(const HttpRequest& request) {
  // RFC 8555 section 6.2: requests without this content type MUST be refused with 415.
  const auto type = base::lower(base::trim(request.content_type.substr(0, request.content_type.find(';'))));
  if (type == "application/jose+json") return {};
  return with_status(ProblemType::kMalformed, kUnsupportedMediaType,
                     base::message("Requests are sent as application/jose+json (RFC 8555 section 6.2)."));
}

Outcome<Account> account_at(World& world, const std::string& kid) {
  const auto name = world.name_in("account", kid);
  std::optional<Account> account;
  if (name) {
    TRY(world.read([&](store::Session& session) -> Outcome<> {
      TRY(account, repository::account_named(session, *name));
      return {};
    }));
  }
  if (!account) return deny(ProblemType::kAccountDoesNotExist, "There is no such account here. Make one.");
  // Section 7.3.6: a deactivated account is answered 401.
  if (account->status != Status::kValid) {
    return with_status(ProblemType::kUnauthorized, kUnauthenticated,
                       base::message("The account was deactivated. Make another one, with another key."));
  }
  return std::move(*account);
}

Outcome<x509::PublicKey> key_of(const Account& account) {
  const auto json = base::parse_json(account.jwk);
  if (json && json->is_object()) {
    auto jwk = read_jwk(json->get_object());
    if (jwk) return std::move(jwk->key);
  }
  return Refusal(
      Problem(base::Error{base::Code::kIntegrity, base::message("The key of an account is damaged."), {}}));
}

Outcome<x509::PublicKey> signing_key(World& world, Asked& asked, KeyFrom from) {
  if (asked.jws.kid) {
    if (from == KeyFrom::kMessage)
      return deny(ProblemType::kMalformed, "This request is signed with the key that it carries (jwk), without kid.");
    TRY(asked.account, account_at(world, *asked.jws.kid));
    return key_of(*asked.account);
  }
  if (from == KeyFrom::kAccount || !asked.jws.jwk)
    return deny(ProblemType::kMalformed, "This request names the account that signs it (kid).");
  return asked.jws.jwk->key;
}

Outcome<> read_payload(Asked& asked) {
  if (asked.is_get()) return {};
  const auto json = base::parse_json(base::as_text(asked.jws.payload));
  if (!json || !json->is_object())
    return deny(ProblemType::kMalformed, "The payload of the request is no JSON object.");
  asked.payload = json->get_object();
  return {};
}

}  // namespace

Outcome<Asked> authenticate(World& world, const HttpRequest& request, const std::string& url, KeyFrom from) {
  TRY(check_form(request));
  Asked asked;
  TRY(asked.jws, parse_jws(base::as_text(request.body)));
  TRY(const auto key, signing_key(world, asked, from));
  TRY(verify_jws(asked.jws, key));
  // Section 6.4: what was signed for another resource is not for this one.
  if (asked.jws.url != url) {
    return deny(ProblemType::kUnauthorized, "The request was signed for another address than {}.", url);
  }
  if (!asked.jws.nonce || !world.nonces.use(*asked.jws.nonce))
    return deny(ProblemType::kBadNonce, "The nonce of the request is not good, or was used. Send it with a new one.");
  if (asked.account) TRY(check_bound(world, *asked.account));
  TRY(read_payload(asked));
  return asked;
}

Outcome<ClientHeld> client_named(World& world, const std::string& name) {
  ClientHeld held;
  held.all = world.parts.clients();
  held.client = held.all->find(name);
  if (held.client != nullptr && held.client->speaks(Protocol::kAcme)) return held;
  return deny(ProblemType::kUnauthorized, "The account belongs to client {}, which may not enrol by ACME here.",
              name);
}

Outcome<> check_bound(World& world, const Account& account) {
  TRY(const auto client, client_named(world, account.client));
  auto bound = account.bound;
  if (bound.empty()) {
    TRY(bound, bind_at_first_use(world, account, *client.client));
  }
  if (base::equal(bound, binding_mark(*client.client))) return {};
  return deny(ProblemType::kUnauthorized,
              "The account was made when client {} had another secret, and ended with that. Make another one, with "
              "another key.",
              account.client);
}

HttpReply json_reply(int status, const base::JsonObject& json) {
  HttpReply reply;
  reply.status = status;
  reply.content_type = "application/json";
  reply.body = base::to_bytes(base::as_bytes(base::print_json(json)));
  return reply;
}

Refusal no_such_object() {
  return with_status(ProblemType::kMalformed, 404, base::message("There is no such object at this address."));
}

}  // namespace yuxin::ra::acme
