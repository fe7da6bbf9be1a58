// Who may grant what to whom.
#include <algorithm>

#include "compromised.hpp"
#include "grant_repository.hpp"
#include "yuxin/base/period_words.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/evidence/authority.hpp"
#include "yuxin/evidence/grantable.hpp"
#include "yuxin/x509/name_match.hpp"
#include "yuxin/x509/same_key.hpp"

namespace yuxin::evidence {

using base::Code;
using base::fail;
using base::message;
using base::Result;

namespace {

// Whoever has the same key or a subject that people read as the same is the same person, under whatever certificate.
bool same_person(const x509::Certificate& a, const x509::Certificate& b) {
  return x509::equal_names(a.subject(), b.subject()) || x509::is_same_key(a.tbs().spki, b.tbs().spki);
}

bool any_matches(const std::vector<RolePattern>& patterns, const RoleCode& role) {
  return std::ranges::any_of(patterns, [&](const RolePattern& pattern) { return pattern.matches(role); });
}

Result<> check_granted_by(const Organisation& organisation, const HeldRole& held, const RoleCode& role,
                          const Scope& scope) {
  const auto* rule = organisation.rule_of(role);
  if (rule == nullptr || !any_matches(rule->granted_by, held.role)) {
    return fail(Code::kNotAuthorised, "Role {} cannot grant or revoke role {}. Who can: {}.", held.role.text(),
                role.text(), granters_of(organisation, role));
  }
  if (contains(held.scope, scope, organisation)) return {};
  const auto asked = print_scope(scope);
  return fail(Code::kNotAuthorised, "Role {} is limited to {}, which does not hold the scope asked for ({}).",
              held.role.text(), print_scope(held.scope), asked.empty() ? message("not limited") : asked);
}

Result<const RoleRule*> known_rule(const Organisation& organisation, const RoleCode& role) {
  if (const auto* rule = organisation.rule_of(role)) return rule;
  std::vector<std::string> names;
  for (const auto& rule : organisation.roles()) names.push_back(rule.roles.text);
  if (const auto near = base::nearest(role.text(), names)) {
    return fail(Code::kNotFound, "There is no role {} in organisation.toml. Did you mean {}?", role.text(), *near);
  }
  return fail(Code::kNotFound, "There is no role {} in organisation.toml.", role.text());
}

Result<> check_limits(const RoleRule& rule, const RoleCode& role, const Scope& scope) {
  for (const auto kind : rule.must_limit) {
    if (kind == ScopeKind::kOrganisation && scope.organisations.empty())
      return fail(Code::kRefused, "Role {} is for certain organisations. Name them: --scope org:CODE", role.text());
    if (kind == ScopeKind::kDistrict && scope.districts.empty())
      return fail(Code::kRefused, "Role {} is for certain districts. Name them: --scope district:NNNNNN",
                  role.text());
    if (kind == ScopeKind::kProfile && scope.profiles.empty())
      return fail(Code::kRefused, "Role {} is for certain profiles. Name them: --scope profile:NAME", role.text());
  }
  return {};
}

Result<> check_scope(const Organisation& organisation, const Scope& scope, base::UnixTime at) {
  for (const auto& part : scope.organisations) {
    const auto* unit = organisation.find(part.organisation);
    if (unit == nullptr)
      return fail(Code::kNotFound, "There is no organisation {} in organisation.toml. All of them: yuxin org list",
                  part.organisation.text());
    if (unit->exists_at(at)) continue;
    return fail(Code::kRefused,
                "The organisation {} ({}) does not exist at {}: organisation.toml says from when and "
                "until when.",
                unit->code.text(), name_of(*unit), base::local_time(at));
  }
  return {};
}

Result<> check_validity(const RoleRule& rule, const GrantOrder& order, base::UnixTime now) {
  const auto& role = order.role.text();
  if (order.not_before < now)
    return fail(Code::kRefused, "Role {} cannot be granted for the past; the grant can begin now.", role);
  if (order.not_after <= order.not_before)
    return fail(Code::kRefused, "The grant of role {} would end before it begins.", role);
  if (rule.at_most && order.not_after > base::add(order.not_before, *rule.at_most)) {
    return fail(Code::kRefused, "Role {} is granted for {} at the most; that is until {}.", role,
                base::period_in_words(*rule.at_most), base::local_time(base::add(order.not_before, *rule.at_most)));
  }
  if (order.not_after > order.holder.not_after() || order.not_before < order.holder.not_before()) {
    return fail(Code::kRefused, "The certificate of {} is valid from {} until {}; a role lasts no longer.",
                order.holder.subject().text(), base::local_time(order.holder.not_before()),
                base::local_time(order.holder.not_after()));
  }
  return {};
}

// Standing is a role that a person has or is to have, and for how long.
struct Standing {
  RoleCode role;
  base::UnixTime not_before;
  base::UnixTime not_after;
};

Result<Standing> standing_of(const GrantRow& row) {
  auto role = RoleCode::parse(row.role);
  if (!role) return fail(Code::kIntegrity, "A stored grant names no role. Run: yuxin audit verify");
  return Standing{std::move(*role), row.not_before, row.not_after};
}

Result<> check_exclusion(const Organisation& organisation, const GrantOrder& order, const Standing& other) {
  const bool overlap = order.not_before <= other.not_after && other.not_before <= order.not_after;
  const auto* exclusion =
      overlap ? organisation.conflict(order.role, other.role, Exclusion::Reach::kPerson) : nullptr;
  if (exclusion == nullptr) return {};
  return fail(Code::kNotAuthorised,
              "{} has role {} until {}, which does not go together with role {}: {} (exclusion {}). Grant it to "
              "somebody else, or revoke the other role first.",
              order.holder.subject().text(), other.role.text(), base::local_time(other.not_after), order.role.text(),
              reason_of(*exclusion), exclusion->name);
}

Result<> check_person(store::Reader& reader, const Organisation& organisation, const std::vector<GrantOrder>& orders,
                      const GrantOrder& order) {
  TRY(auto rows, grants::of_person(reader.session(), order.holder));
  TRY(mark_compromised(reader, rows));
  for (const auto& row : rows) {
    if (row.revoked_at || row.compromised_at) continue;
    TRY(const auto standing, standing_of(row));
    TRY(check_exclusion(organisation, order, standing));
  }
  for (const auto& other : orders) {
    if (&other == &order || !same_person(other.holder, order.holder)) continue;
    TRY(check_exclusion(organisation, order, {other.role, other.not_before, other.not_after}));
  }
  return {};
}

bool holds_on(const GrantRow& row, base::UnixTime now) { return !row.revoked_at && row.not_after >= now; }

// The founding: nobody grants these roles, so they are given once, together, and to different persons; again only to
// their holder, or when nobody holds them any more.
class Founding {
 public:
  Founding(store::Reader& reader, const std::vector<GrantOrder>& orders, base::UnixTime now)
      : reader_(reader), orders_(orders), now_(now) {}

  [[nodiscard]] Result<> check(const RoleRule& rule, const GrantOrder& order) {
    if (!rule.granted_by.empty()) return {};
    const auto person = grants::person_of(order.holder);
    TRY(const auto rows, grants::of_role(reader_.session(), order.role.text()));
    for (const auto& row : rows) {
      if (!holds_on(row, now_) || is_of(row, person)) continue;
      return fail(Code::kConflict,
                  "Role {} is held by {} until {}. It is given at the founding only; to give it to somebody else, "
                  "revoke that grant first: yuxin role revoke {} --reason superseded",
                  row.role, row.holder, base::local_time(row.not_after), base::hex_upper(row.serial));
    }
    for (const auto& other : orders_) {
      if (&other == &order || other.role != order.role) continue;
      return fail(Code::kConflict, "Role {} would be given twice. It is for one person.", order.role.text());
    }
    for (const auto& partner : rule.together) TRY(check_partner(order, partner));
    return {};
  }

 private:
  [[nodiscard]] static bool is_of(const GrantRow& row, const grants::Person& person) {
    return base::equal(row.holder_key, person.key);
  }
  [[nodiscard]] Result<> check_partner(const GrantOrder& order, const RoleCode& partner) {
    for (const auto& other : orders_) {
      if (other.role != partner) continue;
      if (!same_person(other.holder, order.holder)) return {};
      return fail(Code::kNotAuthorised, "Roles {} and {} are for two persons.", order.role.text(), partner.text());
    }
    TRY(const auto rows, grants::of_role(reader_.session(), partner.text()));
    if (std::ranges::any_of(rows, [&](const GrantRow& row) { return holds_on(row, now_); })) return {};
    return fail(Code::kConflict, "Role {} is granted together with role {}, to two persons: add --and {}=CERTIFICATE",
                order.role.text(), partner.text(), partner.text());
  }

  store::Reader& reader_;
  const std::vector<GrantOrder>& orders_;
  base::UnixTime now_;
};

}  // namespace

std::string granters_of(const Organisation& organisation, const RoleCode& role) {
  const auto* rule = organisation.rule_of(role);
  if (rule == nullptr) return message("nobody, since organisation.toml does not know the role");
  if (rule->granted_by.empty()) return message("nobody; it is given at the founding only");
  std::vector<std::string> names;
  for (const auto& pattern : rule->granted_by) names.push_back(pattern.text);
  return base::join(names, message(", "));
}

Result<> check_granter(const Organisation& organisation, const HeldRole& granter,
                       const x509::Certificate& granter_certificate, const GrantOrder& order) {
  if (same_person(granter_certificate, order.holder)) {
    return fail(Code::kNotAuthorised, "Nobody grants a role to themselves: {} is of the same subject or key.",
                order.holder.subject().text());
  }
  return check_granted_by(organisation, granter, order.role, order.scope);
}

Result<> check_revoker(const Organisation& organisation, const HeldRole& revoker, const GrantRow& grant) {
  TRY(const auto role, RoleCode::parse(grant.role));
  TRY(const auto scope, parse_scope(grant.scope));
  return check_granted_by(organisation, revoker, role, scope);
}

Result<> check_grants(store::Reader& reader, const Organisation& organisation, const std::vector<GrantOrder>& orders,
                      base::UnixTime now) {
  Founding founding(reader, orders, now);
  for (const auto& order : orders) {
    TRY(const auto* rule, known_rule(organisation, order.role));
    if (order.holder.subject().empty())
      return fail(Code::kRefused, "The certificate has no subject, so role {} cannot be granted to it.",
                  order.role.text());
    TRY(check_limits(*rule, order.role, order.scope));
    TRY(check_scope(organisation, order.scope, order.not_before));
    TRY(check_validity(*rule, order, now));
    TRY(founding.check(*rule, order));
    TRY(check_person(reader, organisation, orders, order));
  }
  return {};
}

Result<> check_grantable(const Organisation& organisation, const RoleCode& role, const Scope& scope,
                         base::UnixTime at) {
  TRY(const auto* rule, known_rule(organisation, role));
  if (rule->granted_by.empty())
    return fail(Code::kRefused, "Role {} is given at the founding only, so nobody can be invited to it.",
                role.text());
  TRY(check_limits(*rule, role, scope));
  return check_scope(organisation, scope, at);
}

Result<> check_grant(store::Reader& reader, const Organisation& organisation, const GrantOrder& order,
                     base::UnixTime now) {
  return check_grants(reader, organisation, {order}, now);
}

}  // namespace yuxin::evidence
