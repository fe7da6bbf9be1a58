#include "operations.hpp"

namespace yuxin::ra::acme {

using base::JsonArray;
using base::JsonObject;

namespace {

// The profiles that any client of this protocol may have: a name and, for people, what it is.
JsonObject profiles(const World& world) {
  JsonObject found;
  const auto clients = world.parts.clients();
  for (const auto& profile : world.parts.profiles.all()) {
    for (const auto& client : clients->all()) {
      if (client.speaks(Protocol::kAcme) && client.may_have(profile->name)) found[profile->name] = profile->title_en;
    }
  }
  return found;
}

JsonObject meta(const World& world) {
  const auto& config = world.parts.config;
  JsonObject meta;
  if (!config.terms.empty()) meta["termsOfService"] = config.terms;
  if (!config.website.empty()) meta["website"] = config.website;
  if (!config.caa_identities.empty()) {
    JsonArray names;
    for (const auto& name : config.caa_identities) names.emplace_back(name);
    meta["caaIdentities"] = std::move(names);
  }
  meta["externalAccountRequired"] = config.anonymous_client.empty();
  meta["profiles"] = profiles(world);
  return meta;
}

}  // namespace

JsonObject directory(const World& world) {
  return {{"newNonce", world.url("new-nonce")},
          {"newAccount", world.url("new-account")},
          {"newOrder", world.url("new-order")},
          {"revokeCert", world.url("revoke-cert")},
          {"keyChange", world.url("key-change")},
          {"renewalInfo", world.url("renewal-info")},
          {"meta", meta(world)}};
}

}  // namespace yuxin::ra::acme
