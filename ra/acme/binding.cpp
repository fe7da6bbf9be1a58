#include "binding.hpp"

#include "yuxin/x509/digest.hpp"

namespace yuxin::ra {

base::Bytes acme_binding_key(const MachineClient& client) {
  return x509::hmac(x509::DigestAlgorithm::kSha256, client.secret,
                    base::as_bytes("yuxin acme external account binding"));
}

}  // namespace yuxin::ra

namespace yuxin::ra::acme {

namespace {

Refusal bad_binding() {
  return deny(ProblemType::kMalformed,
              "The external account binding is not as RFC 8555 section 7.3.4 says: a JWS over the account key, with "
              "kid and the same url, without nonce.");
}

Outcome<> check_form(const Jws& binding, const Asked& asked) {
  if (!binding.kid || binding.nonce || binding.jwk || binding.url != asked.jws.url) return bad_binding();
  const auto payload = base::parse_json(base::as_text(binding.payload));
  if (!payload || !payload->is_object()) return bad_binding();
  const auto bound = read_jwk(payload->get_object());
  if (!bound || bound->canonical != asked.jws.jwk->canonical) return bad_binding();
  return {};
}

}  // namespace

Outcome<std::string> client_of_new(World& world, const Asked& asked) {
  const auto* object = asked.payload.if_contains("externalAccountBinding");
  if (object == nullptr) {
    const auto& otherwise = world.parts.config.anonymous_client;
    if (!otherwise.empty()) {
      TRY(client_named(world, otherwise));
      return otherwise;
    }
    return deny(ProblemType::kExternalAccountRequired,
                "An account is made here with an external account binding. Ask the registration authority for a key "
                "identifier and a key.");
  }
  if (!object->is_object()) return bad_binding();
  TRY(const auto binding, parse_jws(object->get_object()));
  TRY(check_form(binding, asked));
  // An unknown client is refused like a wrong key, after the same work.
  const auto clients = world.parts.clients();
  const auto* client = clients->find(*binding.kid);
  const bool known = client != nullptr && client->speaks(Protocol::kAcme);
  TRY(verify_mac(binding, known ? acme_binding_key(*client) : acme_binding_key(MachineClient{})));
  if (known) return client->name;
  return deny(ProblemType::kUnauthorized, "The external account binding does not verify.");
}

}  // namespace yuxin::ra::acme
