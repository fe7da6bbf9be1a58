#include "role_acts.hpp"

#include <algorithm>
#include <functional>

#include "acting.hpp"
#include "identity.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::Result;
using evidence::Act;
using evidence::GrantOrder;
using evidence::GrantRow;
using evidence::HeldRole;
using evidence::Organisation;

namespace {

// The object of such acts is the role of one person, so that its whole history hangs together.
std::string object_of(std::string_view role, base::ByteView holder_key) {
  constexpr std::size_t kKeyOctets = 8;
  return "role/" + std::string(role) + "/" + base::hex(holder_key.first(std::min(kKeyOctets, holder_key.size())));
}

Act grant_act(const GrantOrder& order) {
  const auto key = x509::sha256(order.holder.tbs().spki);
  Act act;
  act.type = "role.grant";
  act.object = object_of(order.role.text(), key);
  act.body = {{"role", order.role.text()},
              {"scope", evidence::print_scope(order.scope)},
              {"holder", order.holder.subject().text()},
              {"holder_key", base::hex(key)},
              {"not_before", base::rfc3339(order.not_before)},
              {"not_after", base::rfc3339(order.not_after)}};
  return act;
}

Act revoke_act(const GrantRow& grant, x509::RevocationReason reason) {
  Act act;
  act.type = "role.revoke";
  act.object = object_of(grant.role, grant.holder_key);
  act.body = {{"role", grant.role},
              {"grant", base::hex_upper(grant.serial)},
              {"holder", grant.holder},
              {"reason", x509::reason_name(reason)}};
  return act;
}

bool is_founding_role(const Organisation& organisation, std::string_view role) {
  const auto code = evidence::RoleCode::parse(role);
  const auto* rule = code ? organisation.rule_of(*code) : nullptr;
  return rule != nullptr && rule->granted_by.empty();
}

base::Failure needs_an_act(const Organisation& organisation, const std::string& role) {
  const auto code = evidence::RoleCode::parse(role);
  return fail(Code::kNotAuthorised,
              "Role {} changes only by the signed word of somebody who may grant it ({}), and not by the operator of "
              "this machine: yuxin --as THEIR.p12 role …",
              role, code ? evidence::granters_of(organisation, *code) : std::string());
}

using Check = std::function<Result<>(const HeldRole&, const x509::Certificate&)>;

// The first role of the person that is enough decides; where none is, the refusal of the last one says why.
Result<evidence::RoleCode> role_that_may(Home& home, const x509::Certificate& person, const Check& check) {
  std::vector<GrantRow> rows;
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(rows, evidence::grants_of(reader, person, home.clock().now()));
    return {};
  }));
  Result<> refusal =
      fail(Code::kNotAuthorised, "{} holds no role now. Who holds what: yuxin role list", person.subject().text());
  for (const auto& row : rows) {
    TRY(auto certificate, x509::AttributeCertificate::from_der(row.der));
    TRY(const auto grant, evidence::read_role_grant(certificate));
    const HeldRole held{grant.role, grant.scope};
    refusal = check(held, person);
    if (refusal) return held.role;
  }
  return tl::unexpected(std::move(refusal).error());
}

// The role is looked at twice: once to choose it, once more as the act has proven it.
Result<RoleWord> sign_word(Home& home, const keymgmt::Identity& person, Act act, const Check& check) {
  TRY(auto verified, perform_act(home, person, std::move(act)));
  if (!verified.role()) return fail(Code::kInternal, "An act in a role proved none. Report this with the log.");
  TRY(check({verified.role()->role, verified.role()->scope}, verified.actor()));
  auto name = verified.actor().subject().text();
  return RoleWord{std::move(name), std::move(verified)};
}

Check grant_check(const Organisation& organisation, const GrantOrder& order) {
  return [&](const HeldRole& held, const x509::Certificate& person) {
    return evidence::check_granter(organisation, held, person, order);
  };
}

Check revocation_check(const Organisation& organisation, const GrantRow& grant) {
  return [&](const HeldRole& held, const x509::Certificate&) {
    return evidence::check_revoker(organisation, held, grant);
  };
}

}  // namespace

Result<Person> person_of(const Context& context) {
  if (!context.options().identity) return Person();
  TRY(auto identity, open_identity(context));
  return Person(std::move(identity));
}

Result<std::optional<evidence::RoleCode>> may_grant(Home& home, const Organisation& organisation,
                                                    const Person& person, const std::vector<GrantOrder>& orders) {
  if (!person) {
    for (const auto& order : orders) {
      if (!is_founding_role(organisation, order.role.text())) return needs_an_act(organisation, order.role.text());
    }
    return std::optional<evidence::RoleCode>();
  }
  if (orders.size() != 1)
    return fail(Code::kUsage, "One act grants one role; --and is for the founding, which needs no --as.");
  TRY(auto role, role_that_may(home, person->certificate, grant_check(organisation, orders.front())));
  return std::optional(std::move(role));
}

Result<std::optional<evidence::RoleCode>> may_revoke(Home& home, const Organisation& organisation,
                                                     const Person& person, const GrantRow& grant) {
  if (!person) {
    if (!is_founding_role(organisation, grant.role)) return needs_an_act(organisation, grant.role);
    return std::optional<evidence::RoleCode>();
  }
  TRY(auto role, role_that_may(home, person->certificate, revocation_check(organisation, grant)));
  return std::optional(std::move(role));
}

Result<RoleWord> word_for_grant(Home& home, const Organisation& organisation, const Person& person,
                                const std::vector<GrantOrder>& orders, const std::string& operator_name) {
  TRY(auto role, may_grant(home, organisation, person, orders));
  if (!person) return RoleWord{operator_name, std::nullopt};
  auto act = grant_act(orders.front());
  act.role = std::move(role);
  return sign_word(home, *person, std::move(act), grant_check(organisation, orders.front()));
}

Result<RoleWord> word_for_revocation(Home& home, const Organisation& organisation, const Person& person,
                                     const GrantRow& grant, x509::RevocationReason reason,
                                     const std::string& operator_name) {
  TRY(auto role, may_revoke(home, organisation, person, grant));
  if (!person) return RoleWord{operator_name, std::nullopt};
  auto act = revoke_act(grant, reason);
  act.role = std::move(role);
  return sign_word(home, *person, std::move(act), revocation_check(organisation, grant));
}

Result<evidence::GrantContext> keep_word(store::Writer& writer, const RoleWord& word, base::UnixTime now) {
  evidence::GrantContext granting{word.actor, std::nullopt, now};
  if (!word.act) return granting;
  TRY(const auto stored, evidence::store_act(writer, *word.act, now));
  granting.act = stored.ledger_sequence;
  return granting;
}

}  // namespace yuxin::cli
