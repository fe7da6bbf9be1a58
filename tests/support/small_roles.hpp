// A home with an attribute authority, an organisation and officers, for tests of what is granted.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "home.hpp"
#include "small_authority.hpp"
#include "yuxin/evidence/authority.hpp"

namespace yuxin::test {

inline constexpr base::UnixTime kNow{1'790'000'000};  // 2026-09-21

inline evidence::RoleCode role(std::string_view text) { return need(evidence::RoleCode::parse(text)); }
inline evidence::OrgCode org(std::string_view text) { return need(evidence::OrgCode::parse(text)); }
inline evidence::Scope scope(std::string_view text) { return need(evidence::parse_scope(text)); }

inline constexpr std::string_view kOrganisation = R"(
[[unit]]
code = "CITY"
name = { en = "The city" }
[[unit]]
code = "PSB"
name = { en = "Police", zh = "市公安局" }
parent = "CITY"
[[unit]]
code = "PSB-500103"
name = { en = "Police of Yuzhong" }
parent = "PSB"
district = "500103"
[[unit]]
code = "OLD"
name = { en = "A bureau that was" }
until = "2011-10-22"

[[role]]
roles = ["CA.SUPER"]
title = { en = "Super administrator", zh = "超级管理员" }
together = ["CA.AUDADM"]
[[role]]
roles = ["CA.AUDADM"]
title = { en = "Audit administrator" }
together = ["CA.SUPER"]
[[role]]
roles = ["CA.AUD"]
title = { en = "Auditor" }
granted_by = ["CA.AUDADM"]
[[role]]
roles = ["RA.BIZADM"]
title = { en = "Administrator" }
granted_by = ["CA.SUPER"]
[[role]]
roles = ["RA.INPUT", "RA.REVIEW"]
title = { en = "Officer" }
granted_by = ["RA.BIZADM"]
at_most = "P1Y"
[[role]]
roles = ["SEC:ADM"]
title = { en = "Security administrator" }
granted_by = ["CA.SUPER"]
[[role]]
roles = ["PSB:*"]
title = { en = "Police" }
granted_by = ["SEC:ADM"]
[[role]]
roles = ["OPR:CISO"]
title = { en = "Operator" }
granted_by = ["SEC:ADM"]
must_limit = ["organisation"]

[[exclusion]]
name = "auditor-operator"
one = ["CA.AUD*"]
other = ["CA.SUPER", "RA.*"]
reach = "person"
reason = { en = "who audits must not run what is audited", zh = "审计与业务不得兼任" }
[[exclusion]]
name = "own-input"
one = ["RA.INPUT"]
other = ["RA.REVIEW"]
reach = "object"
reason = { en = "nobody reviews what they entered" }
)";

// RoleTown has a certification authority, an attribute authority that it certified, and a home that keeps grants.
class RoleTown {
 public:
  struct Officer {
    x509::PrivateKey key;
    x509::Certificate certificate;
  };

  RoleTown()
      : authority_key_(need(x509::PrivateKey::generate(kKind))),
        organisation(need(evidence::Organisation::parse(kOrganisation, "organisation.toml"))),
        authority{.certificate = certify(authority_key_),
                  .signer = need(authority_key_.signer(x509::default_signature(kKind))),
                  .list_uri = "http://pki.city.test/crl/roles.crl"} {}

  [[nodiscard]] x509::Certificate certify(const x509::PrivateKey& key, const Span& span = kLong) const {
    return ca.issue(
        "C=CN, O=Test City, CN=Attribute authority", key.public_key(),
        {x509::make_key_usage(x509::Critical::kYes, x509::kDigitalSignature | x509::kCrlSign),
         x509::make_extended_key_usage(x509::Critical::kYes, {base::to_bytes(x509::oid::kAttributeAuthority)})},
        span);
  }
  [[nodiscard]] Officer officer(const std::string& name, const Span& span = kLong) const {
    auto key = need(x509::PrivateKey::generate(kKind));
    auto certificate = ca.issue("C=CN, O=Test City, CN=" + name, key.public_key(), {}, span);
    return {std::move(key), std::move(certificate)};
  }
  [[nodiscard]] static evidence::GrantOrder order(std::string_view role_text, const Officer& officer,
                                                  std::string_view scope_text = "") {
    return {role(role_text), scope(scope_text), officer.certificate, kNow, kNow + base::days(90)};
  }

  [[nodiscard]] Result<evidence::GrantRow> try_grant(const evidence::GrantOrder& order) {
    auto rows = try_grant(std::vector{order});
    if (!rows) return base::Failure(std::move(rows).error());
    return std::move(rows->front());
  }
  [[nodiscard]] Result<std::vector<evidence::GrantRow>> try_grant(const std::vector<evidence::GrantOrder>& orders) {
    std::vector<evidence::GrantRow> rows;
    TRY(home.try_write([&](Writer& writer) -> Result<> {
      TRY(rows, evidence::grant_roles(writer, *organisation, authority, orders, context()));
      return {};
    }));
    return rows;
  }
  evidence::GrantRow grant(const evidence::GrantOrder& order) { return need(try_grant(order)); }
  [[nodiscard]] Result<evidence::GrantRow> revoke(
      const evidence::GrantRow& row, x509::RevocationReason reason = x509::RevocationReason::kPrivilegeWithdrawn) {
    evidence::GrantRow revoked;
    TRY(home.try_write([&](Writer& writer) -> Result<> {
      TRY(revoked, evidence::revoke_role(writer, row.serial, reason, context()));
      return {};
    }));
    return revoked;
  }
  x509::Crl list() {
    std::optional<x509::Crl> list;
    home.write([&](Writer& writer) -> Result<> {
      TRY(list, evidence::make_role_list(writer, authority, context()));
      return {};
    });
    return *list;
  }
  [[nodiscard]] Result<evidence::GrantRow> act(const Officer& officer, std::string_view role_text,
                                               const evidence::Place& place = {}) {
    Result<evidence::GrantRow> found = base::fail(Code::kInternal, "not asked");
    home.read([&](Reader& reader) -> Result<> {
      found = evidence::check_acting(reader, *organisation, {officer.certificate, role(role_text), place, now});
      return {};
    });
    return found;
  }
  [[nodiscard]] evidence::GrantContext context() const { return {"local:test", std::nullopt, now}; }

  static constexpr x509::KeyKind kKind{x509::KeyType::kP256, 256};
  SmallAuthority ca{"C=CN, O=Test City, CN=Issuing", kKind};

 private:
  x509::PrivateKey authority_key_;

 public:
  std::shared_ptr<const evidence::Organisation> organisation;
  evidence::AttributeAuthority authority;
  Home home;
  base::UnixTime now = kNow;
};

}  // namespace yuxin::test
