// A new key for an account: RFC 8555 section 7.3.5.
#include "operations.hpp"
#include "repository.hpp"

namespace yuxin::ra::acme {

namespace {

Refusal bad_change() {
  return deny(
      ProblemType::kMalformed,
      "The change of key is not as RFC 8555 section 7.3.5 says: inside, a JWS by the new key (jwk, same url, no "
      "nonce) over account and oldKey.");
}

Outcome<> check_inside(const Jws& inside, const Asked& asked) {
  if (!inside.jwk || inside.nonce || inside.url != asked.jws.url) return bad_change();
  TRY(verify_jws(inside, inside.jwk->key));
  const auto payload = base::parse_json(base::as_text(inside.payload));
  if (!payload || !payload->is_object()) return bad_change();
  const auto* old_key = payload->get_object().if_contains("oldKey");
  if (base::json_string(payload->get_object(), "account") != *asked.jws.kid || old_key == nullptr ||
      !old_key->is_object())
    return bad_change();
  const auto old_jwk = read_jwk(old_key->get_object());
  if (!old_jwk || old_jwk->canonical != asked.account->jwk) return bad_change();
  return {};
}

}  // namespace

Answer change_key(World& world, const Asked& asked) {
  TRY(const auto inside, parse_jws(asked.payload));
  TRY(check_inside(inside, asked));
  auto changed = *asked.account;
  changed.jwk = inside.jwk->canonical;
  const auto thumbprint = inside.jwk->thumbprint();
  changed.thumbprint.assign(thumbprint.begin(), thumbprint.end());
  TRY(world.write([&](store::Writer& writer) -> Outcome<> {
    auto& session = writer.session();
    TRY(const auto holder, repository::account_with_key(session, changed.thumbprint));
    if (holder) {
      Problem problem(ProblemType::kMalformed, base::message("The new key is the key of an account already."));
      problem.status = 409;
      problem.location = world.url("account", holder->name);
      return Refusal(std::move(problem));
    }
    TRY(repository::check_unchanged(session, *asked.account));
    TRY(repository::update_account(session, changed));
    TRY(note_account(writer, changed, "key-changed", {holder_of(changed), world.now()}));
    return {};
  }));
  return json_reply(200, {{"status", status_name(changed.status)}});
}

}  // namespace yuxin::ra::acme
