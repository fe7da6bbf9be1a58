// Reading approvals.toml into a policy that cannot be wrong.
#include <algorithm>

#include "yuxin/base/config.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ca/approval.hpp"
#include "yuxin/x509/name.hpp"

namespace yuxin::ca {

using base::ConfigTable;
using base::Result;
using evidence::Requirement;

namespace {

constexpr std::size_t kMostRules = 100;
constexpr std::int64_t kMostPerDay = 1'000'000;

base::Failure located(const ConfigTable& table, std::string_view key, const base::Error& error) {
  return base::Failure(base::Error{base::Code::kMalformed, table.where(key) + ": " + error.detail, error.diagnostic});
}

Result<std::string> read_name(ConfigTable& table) {
  TRY(auto name, table.required_string("name"));
  if (!evidence::is_profile_name(name) || name == "none")
    return table.error("name", "\"{}\" is no name: lower-case letters, digits and hyphens, and not \"none\"", name);
  return name;
}

Result<std::vector<std::string>> read_profiles(ConfigTable& table) {
  TRY(auto profiles, table.strings("profiles"));
  for (const auto& profile : profiles) {
    if (!evidence::is_profile_name(profile))
      return table.error("profiles", "\"{}\" is no name of a profile", profile);
  }
  return profiles;
}

Result<std::vector<std::string>> read_acts(ConfigTable& table) {
  TRY(auto acts, table.strings("acts"));
  if (acts.empty()) return table.error({}, "say which acts count: acts = [\"certificate-request.review\"]");
  return acts;
}

Result<Requirement> read_requirement(ConfigTable& table) {
  Requirement requirement;
  TRY(requirement.name, read_name(table));
  TRY(requirement.types, read_acts(table));
  TRY(const auto roles, table.strings("roles"));
  if (roles.empty()) return table.error({}, "say in which roles: roles = [\"RA.REVIEW\"]");
  for (const auto& text : roles) {
    const auto role = evidence::RoleCode::parse(text);
    if (!role) return located(table, "roles", role.error());
    requirement.roles.push_back({text});
  }
  TRY(const auto count, table.integer("count"));
  if (count && (*count < 1 || *count > 12)) return table.error("count", "1 to {} persons may be asked for", 12);
  requirement.quorum = static_cast<std::size_t>(count.value_or(1));
  TRY(requirement.not_same_person_as, table.strings("not_same_person_as"));
  TRY(const auto organisations, table.string("organisations"));
  if (organisations && *organisations != "any" && *organisations != "distinct")
    return table.error("organisations", "organisations takes \"any\" or \"distinct\"");
  if (organisations && *organisations == "distinct")
    requirement.organisations = Requirement::Organisations::kDistinct;
  return requirement;
}

Result<ApprovalRule> read_rule(ConfigTable& table) {
  TRY(auto name, read_name(table));
  TRY(auto needs, table.tables("needs"));
  std::vector<Requirement> requirements;
  for (auto& one : needs) {
    TRY(auto requirement, read_requirement(one));
    requirements.push_back(std::move(requirement));
  }
  auto gate = evidence::GateRule::make(name, std::move(requirements));
  if (!gate) return located(table, "needs", gate.error());
  ApprovalRule rule{std::move(name), {}, {}, {}, {}, std::nullopt, std::move(*gate)};
  TRY(auto title, table.table("title"));
  if (title) {
    TRY(auto english, title->string("en"));
    TRY(auto chinese, title->string("zh"));
    rule.title_en = english.value_or("");
    rule.title_zh = chinese.value_or("");
  }
  TRY(rule.profiles, read_profiles(table));
  TRY(const auto valid_for, table.period("valid_for"));
  if (!valid_for || *valid_for == base::Period{})
    return table.error("valid_for", "say how old an approval may be, for example valid_for = \"P30D\"");
  rule.valid_for = *valid_for;
  TRY(const auto within, table.string("within"));
  if (within) {
    auto code = evidence::OrgCode::parse(*within);
    if (!code) return located(table, "within", code.error());
    rule.within = std::move(*code);
  }
  return rule;
}

Result<ServiceRule> read_service(ConfigTable& table) {
  TRY(auto name, read_name(table));
  TRY(const auto role_text, table.required_string("role"));
  auto role = evidence::RoleCode::parse(role_text);
  if (!role) return located(table, "role", role.error());
  ServiceRule service{std::move(name), std::move(*role), {}, {}, {}, 0};
  TRY(service.acts, read_acts(table));
  TRY(service.profiles, read_profiles(table));
  if (service.profiles.empty()) return table.error({}, "say which profiles it may have: profiles = [\"tls-server\"]");
  TRY(service.names_under, table.strings("names_under"));
  for (const auto& domain : service.names_under) {
    if (!x509::is_dns_name(domain, x509::Wildcard::kRefused))
      return table.error("names_under", "\"{}\" is no domain", domain);
  }
  if (service.names_under.empty())
    return table.error({}, "say under which domains its names lie: names_under = [\"city.example\"]");
  TRY(const auto per_day, table.integer("per_day"));
  if (!per_day || *per_day < 1 || *per_day > kMostPerDay)
    return table.error("per_day", "say how many a day, 1 to {}", kMostPerDay);
  service.per_day = *per_day;
  return service;
}

}  // namespace

class ApprovalLoader {
 public:
  static Result<std::shared_ptr<const ApprovalPolicy>> load(ConfigTable table) {
    const auto policy = std::shared_ptr<ApprovalPolicy>(new ApprovalPolicy());
    TRY(auto rules, table.tables("approval"));
    if (rules.size() > kMostRules) return table.error("approval", "there are more than {} rules", kMostRules);
    for (auto& one : rules) {
      TRY(auto rule, read_rule(one));
      for (const auto& other : policy->rules_) {
        if (other.name == rule.name) return one.error("name", "\"{}\" stands there twice.", rule.name);
        for (const auto& profile : rule.profiles) {
          if (std::ranges::find(other.profiles, profile) != other.profiles.end())
            return one.error("profiles", "profile {} demands the approval \"{}\" already", profile, other.name);
        }
      }
      policy->rules_.push_back(std::move(rule));
    }
    TRY(auto services, table.tables("service"));
    if (services.size() > kMostRules) return table.error("service", "there are more than {} rules", kMostRules);
    for (auto& one : services) {
      TRY(auto service, read_service(one));
      policy->services_.push_back(std::move(service));
    }
    TRY(table.finish());
    return std::shared_ptr<const ApprovalPolicy>(policy);
  }
};

Result<std::shared_ptr<const ApprovalPolicy>> ApprovalPolicy::parse(std::string_view text, const std::string& file) {
  TRY(auto table, ConfigTable::parse(text, file));
  return ApprovalLoader::load(std::move(table));
}

Result<const ApprovalRule*> ApprovalPolicy::demand_of(const Profile& profile) const {
  for (const auto& rule : rules_) {
    const bool named = profile.approval == rule.name;
    const bool listed = std::ranges::find(rule.profiles, profile.name) != rule.profiles.end();
    if (named || (listed && profile.approval == "none")) return &rule;
  }
  if (profile.approval == "none") return static_cast<const ApprovalRule*>(nullptr);
  return base::fail(base::Code::kRefused,
                    "Profile {} demands the approval \"{}\", which approvals.toml does not describe.", profile.name,
                    profile.approval);
}

}  // namespace yuxin::ca
