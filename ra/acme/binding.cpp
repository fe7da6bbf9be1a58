#include "binding.hpp"

#include "repository.hpp"
#include "yuxin/evidence/ledger.hpp"
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

base::Bytes binding_mark(const MachineClient& client) {
  const auto mark = x509::sha256(client.secret);
  return {mark.begin(), mark.end()};
}

namespace {

// What is no client's: binding_mark has 32 octets.
base::Bytes nobodys_mark() { return {0}; }

// A client that was added or removed after the account was made is not the one that it was made for, whatever its
// name. What was done by hand to clients.toml nobody has written down.
base::Result<bool> is_of_another(store::Reader& reader, const Account& account) {
  const auto made = "acme/" + account.name;
  const auto client = "clients/" + account.client;
  bool after = false;  // the account was made
  bool another = false;
  TRY(const auto size, evidence::size(reader));
  TRY(evidence::for_each(reader, 0, size, [&](const evidence::StoredRecord& stored) -> base::Result<> {
    const bool may_be = stored.text.find(after ? client : made) != std::string::npos;
    if (another || !may_be) return {};
    const auto record = base::parse_json(stored.text);
    if (!record || !record->is_object()) return {};
    const auto kind = base::json_string(record->get_object(), "kind");
    const auto object = base::json_string(record->get_object(), "object");
    if (!after) {
      after = kind == "acme.account.created" && object == made;
    } else {
      another = object == client && (kind == "client.added" || kind == "client.removed");
    }
    return {};
  }));
  return another || !after;
}

}  // namespace

Outcome<base::Bytes> bind_at_first_use(World& world, const Account& account, const MachineClient& client) {
  bool another = false;
  TRY(world.read([&](store::Reader& reader) -> Outcome<> {
    TRY(another, is_of_another(reader, account));
    return {};
  }));
  const auto bound = another ? nobodys_mark() : binding_mark(client);
  std::optional<Account> kept;
  TRY(world.write([&](store::Writer& writer) -> Outcome<> {
    TRY(const bool first, repository::bind_account(writer.session(), account.row, bound));
    if (first && !another) TRY(note_account(writer, account, "bound", {holder_of(account), world.now()}));
    TRY(kept, repository::account_in_row(writer.session(), account.row));
    return {};
  }));
  if (!kept) return deny(ProblemType::kAccountDoesNotExist, "There is no such account here. Make one.");
  return kept->bound;
}

}  // namespace yuxin::ra::acme
