// New orders, and how they stand: RFC 8555 section 7.4.
#include <algorithm>

#include "identifiers.hpp"
#include "operations.hpp"
#include "renewal.hpp"
#include "repository.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::ra::acme {

using base::HttpReply;
using base::JsonArray;
using base::JsonObject;

namespace {

constexpr std::string_view kWildcard = "*.";
// An authorization that was given before is used again when it is good for so much longer.
constexpr base::Seconds kLeft = base::hours(1);
// How long orders and authorizations are kept after they are over.
constexpr base::Seconds kKeptAfter = base::days(30);

// A member that is there is a text; nothing of another kind is read as if it were not there.
Outcome<std::string> text_in(const JsonObject& payload, std::string_view name) {
  const auto* value = payload.if_contains(name);
  if (value == nullptr) return std::string();
  if (value->is_string() && !value->get_string().empty()) return std::string(value->get_string());
  return deny(ProblemType::kMalformed, "The member {} of an order is a text.", std::string(name));
}

Outcome<std::shared_ptr<const ca::Profile>> profile_of(const World& world, const MachineClient& client,
                                                       const JsonObject& payload) {
  TRY(auto name, text_in(payload, "profile"));
  if (name.empty()) name = client.profiles.front();
  if (client.may_have(name)) {
    auto profile = world.parts.profiles.find(name);
    if (profile) return std::move(*profile);
  }
  return deny(ProblemType::kInvalidProfile, "Client {} may have the profiles {}.", client.name,
              base::join(client.profiles, base::message(", ")));
}

Challenge new_challenge(ChallengeType type) {
  Challenge challenge;
  challenge.name = new_name();
  challenge.type = type;
  challenge.token = new_name();
  return challenge;
}

bool offers(const World& world, ChallengeType type) {
  return std::ranges::find(world.parts.config.challenges, challenge_name(type)) !=
         world.parts.config.challenges.end();
}

// RFC 8555 section 8.4, RFC 8737 section 3: a wildcard is proven in the DNS only.
Outcome<Authorization> new_authorization(const World& world, const Order& order, std::string_view identifier) {
  Authorization made;
  made.name = new_name();
  made.account = order.account;
  made.wildcard = identifier.starts_with(kWildcard);
  made.host = made.wildcard ? identifier.substr(kWildcard.size()) : identifier;
  made.expires = order.expires;
  for (const auto type : {ChallengeType::kHttp01, ChallengeType::kDns01, ChallengeType::kTlsAlpn01}) {
    if (offers(world, type) && (!made.wildcard || type == ChallengeType::kDns01))
      made.challenges.push_back(new_challenge(type));
  }
  if (!made.challenges.empty()) return made;
  return deny(ProblemType::kRejectedIdentifier, "There is no way here to prove the name {}.",
              std::string(identifier));
}

Outcome<Authorization> authorize(World& world, store::Session& session, const Order& order,
                                 std::string_view identifier) {
  TRY(auto made, new_authorization(world, order, identifier));
  TRY(auto before,
      repository::valid_authorization(session, {order.account, made.host, made.wildcard}, order.created + kLeft));
  if (before) return std::move(*before);
  TRY(made.row, repository::insert_authorization(session, made));
  return made;
}

// An order must not outlive what it stands on.
void shorten(Order& order) {
  for (const auto& one : order.authorizations) order.expires = std::min(order.expires, one.expires);
}

Refusal too_many(std::string detail) {
  Problem problem(ProblemType::kRateLimited, std::move(detail));
  problem.retry_after = 600;
  return Refusal(std::move(problem));
}

Outcome<> check_rate(const World& world, store::Session& session, const Order& order) {
  const auto& config = world.parts.config;
  const auto since = order.created - base::hours(1);
  TRY(const auto count, repository::count_orders(session, order.account, since));
  if (count >= config.orders_per_hour)
    return too_many(base::message("The account has made {} orders within an hour.", count));
  TRY(const auto names, repository::count_names(session, order.account, since));
  if (names + std::ssize(order.identifiers) > config.names_per_hour)
    return too_many(base::message("The account has ordered {} names within an hour.", names));
  return {};
}

Outcome<> store_order(World& world, Order& order) {
  return world.write([&](store::Session& session) -> Outcome<> {
    TRY(check_rate(world, session, order));
    TRY(repository::sweep(session, order.created - kKeptAfter));
    if (!order.replaces.empty()) {
      TRY(const auto replaced, repository::is_replaced(session, order.replaces));
      if (replaced) return deny(ProblemType::kAlreadyReplaced, "An order replaces this certificate already.");
    }
    order.authorizations.clear();
    for (const auto& identifier : order.identifiers) {
      TRY(auto authorization, authorize(world, session, order, identifier));
      order.authorizations.push_back(std::move(authorization));
    }
    shorten(order);
    TRY(repository::insert_order(session, order));
    return {};
  });
}

HttpReply order_reply(const World& world, int status, const Order& order) {
  auto reply = json_reply(status, order_json(world, order));
  reply.fields.emplace_back("Location", world.url("order", order.name));
  if (order.status == Status::kProcessing) reply.fields.emplace_back("Retry-After", "5");
  return reply;
}

Outcome<Order> order_of(World& world, const Asked& asked, const std::string& name) {
  std::optional<Order> found;
  TRY(world.read([&](store::Session& session) -> Outcome<> {
    TRY(found, repository::order_named(session, name));
    return {};
  }));
  if (!found) return no_such_object();
  if (found->account != asked.account->row)
    return deny(ProblemType::kUnauthorized, "The order is another account's.");
  return std::move(*found);
}

}  // namespace

JsonObject order_json(const World& world, const Order& order) {
  JsonArray identifiers;
  for (const auto& name : order.identifiers) identifiers.emplace_back(identifier_json(name));
  JsonArray authorizations;
  for (const auto& one : order.authorizations) authorizations.emplace_back(world.url("authorization", one.name));
  JsonObject json = {{"status", status_name(order.status_at(world.now()))},
                     {"expires", base::rfc3339(order.expires)},
                     {"identifiers", std::move(identifiers)},
                     {"profile", order.profile},
                     {"authorizations", std::move(authorizations)},
                     {"finalize", world.url("order", order.name) + "/finalize"}};
  if (!order.replaces.empty()) json["replaces"] = order.replaces;
  if (order.status == Status::kValid) json["certificate"] = world.url("certificate", order.name);
  if (const auto error = base::parse_json(order.error); error) json["error"] = *error;
  return json;
}

Answer new_order(World& world, const Asked& asked) {
  TRY(const auto client, client_named(world, asked.account->client));
  Order order;
  TRY(order.identifiers, read_identifiers(asked.payload));
  TRY(const auto profile, profile_of(world, *client.client, asked.payload));
  TRY(check_allowed(order.identifiers, *client.client, *profile));
  // RFC 8555 section 7.4: what cannot be fulfilled as it was asked for is refused.
  if (asked.payload.contains("notBefore") || asked.payload.contains("notAfter")) {
    return deny(ProblemType::kMalformed,
                "Certificates begin when they are issued and last as long as their profile says; ask for a profile "
                "instead of notBefore and notAfter.");
  }
  TRY(order.replaces, text_in(asked.payload, "replaces"));
  if (!order.replaces.empty()) TRY(check_replaces(world, *asked.account, order.replaces, order.identifiers));
  order.name = new_name();
  order.account = asked.account->row;
  order.profile = profile->name;
  order.created = world.now();
  order.expires = order.created + world.parts.config.order_for;
  TRY(store_order(world, order));
  return order_reply(world, 201, order);
}

Answer order(World& world, const Asked& asked, const std::string& name) {
  TRY(auto found, order_of(world, asked, name));
  if (!asked.is_get()) return deny(ProblemType::kMalformed, "An order is fetched by POST-as-GET.");
  if (found.status == Status::kProcessing) {
    TRY(found, advance(world, *asked.account, std::move(found)));
  }
  return order_reply(world, 200, found);
}

Answer finalize(World& world, const Asked& asked, const std::string& name) {
  TRY(auto found, order_of(world, asked, name));
  TRY(found, finalize_order(world, asked, std::move(found)));
  return order_reply(world, 200, found);
}

Answer certificate(World& world, const Asked& asked, const std::string& name) {
  TRY(const auto found, order_of(world, asked, name));
  if (found.status != Status::kValid) return no_such_object();
  HttpReply reply;
  reply.content_type = "application/pem-certificate-chain";
  reply.body = base::to_bytes(base::as_bytes(found.chain));
  return reply;
}

}  // namespace yuxin::ra::acme
