// Who belongs where, which roles there are, and what nobody may do twice: organisation.toml.
#pragma once

#include <compare>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"

namespace yuxin::evidence {

// OrgCode names an organisation ("PSB", "DIST-500103"): upper-case letters, digits and hyphens, 1 to 32, a letter
// first and no hyphen last.
class OrgCode {
 public:
  [[nodiscard]] static base::Result<OrgCode> parse(std::string_view text);  // kMalformed
  [[nodiscard]] const std::string& text() const { return text_; }
  friend auto operator<=>(const OrgCode&, const OrgCode&) = default;

 private:
  explicit OrgCode(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// RoleCode names a role ("PSB:OFF", "RA.REVIEW", "CA.CUST-3"): parts of upper-case letters, digits and hyphens with
// ':' or '.' between them, 1 to 64 characters, a letter first.
class RoleCode {
 public:
  [[nodiscard]] static base::Result<RoleCode> parse(std::string_view text);  // kMalformed
  [[nodiscard]] const std::string& text() const { return text_; }
  // uri is the roleName of an attribute certificate: "urn:yuxin:role:PSB:OFF"; from_uri reads it.
  [[nodiscard]] std::string uri() const;
  [[nodiscard]] static std::optional<RoleCode> from_uri(std::string_view uri);
  friend auto operator<=>(const RoleCode&, const RoleCode&) = default;

 private:
  explicit RoleCode(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// RolePattern is a role, or with a '*' at its end every role that begins so ("CA.AUD*", "*").
struct RolePattern {
  std::string text;
  [[nodiscard]] bool matches(const RoleCode& role) const;
  // meets says whether one role can be meant by both patterns.
  [[nodiscard]] bool meets(const RolePattern& other) const;
  friend bool operator==(const RolePattern&, const RolePattern&) = default;
};

// OrgUnit is one organisation of the tree.
struct OrgUnit {
  OrgCode code;
  std::string name_en;
  std::string name_zh;
  std::optional<OrgCode> parent;
  std::string district;                 // division code of GB/T 2260 ("500103"), or empty
  std::optional<base::UnixTime> from;   // it exists from then
  std::optional<base::UnixTime> until;  // and until then (districts merge, bureaus are renamed)
  [[nodiscard]] bool exists_at(base::UnixTime at) const { return (!from || *from <= at) && (!until || at < *until); }
};

// ScopeKind is one of the three lists of a scope (authority.hpp).
enum class ScopeKind { kOrganisation, kDistrict, kProfile };

// RoleRule describes a role or a family of roles.
struct RoleRule {
  RolePattern roles;
  std::string title_en;
  std::string title_zh;
  std::vector<RolePattern> granted_by;  // who may grant it; empty: only the founding (authority.hpp, check_grant)
  std::vector<RoleCode> together;       // founding roles that must be granted with it, in one step, to other persons
  std::optional<base::Period> at_most;  // longest validity of a grant
  std::vector<ScopeKind> must_limit;    // a grant must name at least one of each of these
};

// Exclusion says which roles do not go together.
struct Exclusion {
  std::string name;  // "auditor-operator"
  std::vector<RolePattern> one;
  std::vector<RolePattern> other;
  // kPerson: nobody may hold a role of each side at the same time. kObject: nobody may act in a role of each side on
  // one object (nobody reviews what they entered).
  enum class Reach { kPerson, kObject } reach = Reach::kPerson;
  std::string reason_en;  // shown when it refuses
  std::string reason_zh;
};

// Organisation is a validated organisation.toml (docs/authority.md describes every key): parents exist, no circle, no
// code twice, every pattern matches a rule. Immutable; share freely between threads.
class Organisation {
 public:
  // parse: kMalformed names the file, the line and the nearest known key.
  [[nodiscard]] static base::Result<std::shared_ptr<const Organisation>> parse(std::string_view text,
                                                                               const std::string& file);

  [[nodiscard]] const std::vector<OrgUnit>& units() const { return units_; }  // parents before their children
  [[nodiscard]] const std::vector<RoleRule>& roles() const { return roles_; }
  [[nodiscard]] const std::vector<Exclusion>& exclusions() const { return exclusions_; }
  [[nodiscard]] const OrgUnit* find(const OrgCode& code) const;
  // is_within says whether `code` is `top` or lies below it. A code that nobody knows lies nowhere.
  [[nodiscard]] bool is_within(const OrgCode& code, const OrgCode& top) const;
  // rule_of is the most exact rule for a role; nothing for a role that no rule knows.
  [[nodiscard]] const RoleRule* rule_of(const RoleCode& role) const;
  // conflict gives the first exclusion of this reach that holds between two roles, or nothing. One role is never in
  // conflict with itself.
  [[nodiscard]] const Exclusion* conflict(const RoleCode& a, const RoleCode& b, Exclusion::Reach reach) const;

 private:
  Organisation(std::vector<OrgUnit> units, std::vector<RoleRule> roles, std::vector<Exclusion> exclusions);
  std::vector<OrgUnit> units_;
  std::vector<RoleRule> roles_;
  std::vector<Exclusion> exclusions_;
};

// Names and reasons in the language of the process, or in the other one where there is only that.
[[nodiscard]] const std::string& name_of(const OrgUnit& unit);
[[nodiscard]] const std::string& title_of(const RoleRule& rule);
[[nodiscard]] const std::string& reason_of(const Exclusion& exclusion);

// is_district_code and is_profile_name say what stands in scopes: six digits; lower-case letters, digits and hyphens,
// 1 to 64.
[[nodiscard]] bool is_district_code(std::string_view text);
[[nodiscard]] bool is_profile_name(std::string_view text);

// ShippedOrganisation is an organisation.toml that comes with the program: "quickstart", "city".
struct ShippedOrganisation {
  std::string_view name;
  std::string_view text;
};
[[nodiscard]] const std::vector<ShippedOrganisation>& shipped_organisations();
// shipped_organisation finds one by name; nothing if there is none.
[[nodiscard]] std::optional<std::string_view> shipped_organisation(std::string_view name);

}  // namespace yuxin::evidence
