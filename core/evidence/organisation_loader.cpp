// Reading organisation.toml into an Organisation that cannot be wrong.
#include <algorithm>
#include <set>

#include "yuxin/base/config.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/evidence/organisation.hpp"

namespace yuxin::evidence {

using base::ConfigTable;
using base::Result;

namespace {

constexpr std::size_t kMostUnits = 10'000;
constexpr std::size_t kMostRules = 1'000;
constexpr std::size_t kMostExclusions = 200;

struct Words {
  std::string en;
  std::string zh;
};

bool is_shown_well(const std::string& text) { return !base::has_control_character(text); }

// { en = "...", zh = "..." }: one of the two at least, since people must be able to read what they refuse or grant.
Result<Words> read_words(ConfigTable& table, std::string_view key) {
  TRY(auto both, table.table(key));
  if (!both) return table.error({}, "\"{}\" is missing; write {} = {{ en = \"…\", zh = \"…\" }}", key, key);
  TRY(auto en, both->string("en"));
  TRY(auto zh, both->string("zh"));
  Words words{en.value_or(""), zh.value_or("")};
  if (words.en.empty() && words.zh.empty())
    return table.error(key, "\"{}\" needs a text in English (en) or Chinese (zh)", key);
  if (!is_shown_well(words.en) || !is_shown_well(words.zh))
    return table.error(key, "\"{}\" has characters that cannot be shown", key);
  return words;
}

Result<std::optional<base::UnixTime>> read_time(ConfigTable& table, std::string_view key) {
  TRY(auto text, table.string(key));
  if (!text) return std::nullopt;
  const auto time = base::parse_rfc3339(*text);
  if (!time) return table.error(key, "\"{}\" is no date; write it as 2004-10-08", *text);
  return time;
}

Result<OrgCode> read_code(ConfigTable& table, std::string_view key) {
  TRY(auto text, table.required_string(key));
  auto code = OrgCode::parse(text);
  if (!code) return table.error(key, "{}", code.error().detail);
  return code;
}

Result<OrgUnit> read_unit(ConfigTable& table) {
  TRY(auto code, read_code(table, "code"));
  TRY(auto name, read_words(table, "name"));
  OrgUnit unit{std::move(code), std::move(name.en), std::move(name.zh), std::nullopt, {}, std::nullopt, std::nullopt};
  TRY(auto parent, table.string("parent"));
  if (parent) {
    TRY(unit.parent, read_code(table, "parent"));
  }
  TRY(auto district, table.string("district"));
  unit.district = district.value_or("");
  if (district && !is_district_code(*district))
    return table.error("district", "\"{}\" is no division code; it has six digits (GB/T 2260)", *district);
  TRY(unit.from, read_time(table, "from"));
  TRY(unit.until, read_time(table, "until"));
  if (unit.from && unit.until && *unit.until <= *unit.from)
    return table.error("until", "{} ends before it begins", unit.code.text());
  return unit;
}

// in_order puts parents before their children, and otherwise keeps the order of the file.
class Tree {
 public:
  Result<> add(ConfigTable table) {
    TRY(auto unit, read_unit(table));
    if (!codes_.insert(unit.code).second)
      return table.error("code", "there is a second organisation {}", unit.code.text());
    waiting_.push_back({std::move(unit), std::move(table)});
    return {};
  }
  Result<std::vector<OrgUnit>> in_order() {
    for (auto& entry : waiting_) {
      if (!entry.unit.parent || codes_.contains(*entry.unit.parent)) continue;
      return unknown_parent(entry.table, *entry.unit.parent);
    }
    std::vector<OrgUnit> ordered;
    std::set<OrgCode> placed;
    while (ordered.size() < waiting_.size()) {
      const auto before = ordered.size();
      for (auto& entry : waiting_) {
        const auto& parent = entry.unit.parent;
        if (placed.contains(entry.unit.code) || (parent && !placed.contains(*parent))) continue;
        placed.insert(entry.unit.code);
        ordered.push_back(entry.unit);
      }
      if (ordered.size() == before) return circle(placed);
    }
    return ordered;
  }

 private:
  struct Entry {
    OrgUnit unit;
    ConfigTable table;
  };
  [[nodiscard]] base::Failure unknown_parent(const ConfigTable& table, const OrgCode& parent) const {
    std::vector<std::string> known;
    for (const auto& code : codes_) known.push_back(code.text());
    if (const auto near = base::nearest(parent.text(), known))
      return table.error("parent", "there is no organisation {}; did you mean {}?", parent.text(), *near);
    return table.error("parent", "there is no organisation {}", parent.text());
  }
  [[nodiscard]] base::Failure circle(const std::set<OrgCode>& placed) const {
    const auto stuck =
        std::ranges::find_if(waiting_, [&](const Entry& entry) { return !placed.contains(entry.unit.code); });
    return stuck->table.error("parent", "{} lies below itself, by way of its parents", stuck->unit.code.text());
  }
  std::vector<Entry> waiting_;
  std::set<OrgCode> codes_;
};

bool is_pattern(std::string_view text) {
  if (text == "*") return true;
  if (!text.ends_with('*')) return RoleCode::parse(text).has_value();
  text.remove_suffix(1);
  if (text.ends_with(':') || text.ends_with('.') || text.ends_with('-')) text.remove_suffix(1);
  return RoleCode::parse(text).has_value();
}

Result<std::vector<RolePattern>> read_patterns(ConfigTable& table, std::string_view key) {
  TRY(auto texts, table.strings(key));
  std::vector<RolePattern> patterns;
  for (auto& text : texts) {
    if (!is_pattern(text))
      return table.error(key, "\"{}\" is no role and no beginning of one; write PSB:OFF, CA.* or *", text);
    patterns.push_back({std::move(text)});
  }
  return patterns;
}

Result<std::vector<ScopeKind>> read_limits(ConfigTable& table) {
  TRY(auto names, table.strings("must_limit"));
  std::vector<ScopeKind> kinds;
  for (const auto& name : names) {
    if (name == "organisation") {
      kinds.push_back(ScopeKind::kOrganisation);
    } else if (name == "district") {
      kinds.push_back(ScopeKind::kDistrict);
    } else if (name == "profile") {
      kinds.push_back(ScopeKind::kProfile);
    } else {
      return table.error("must_limit", "must_limit takes \"organisation\", \"district\" and \"profile\"");
    }
  }
  return kinds;
}

// One table may describe several roles that have everything but their names in common.
Result<> read_rules(ConfigTable& table, std::vector<RoleRule>& rules) {
  TRY(auto patterns, read_patterns(table, "roles"));
  if (patterns.empty()) return table.error({}, "say which roles these are, for example roles = [\"PSB:OFF\"]");
  TRY(auto title, read_words(table, "title"));
  TRY(auto granted_by, read_patterns(table, "granted_by"));
  TRY(auto together, table.strings("together"));
  TRY(auto at_most, table.period("at_most"));
  TRY(auto must_limit, read_limits(table));
  if (at_most && *at_most == base::Period{}) return table.error("at_most", "a role that ends at once is no role");
  std::vector<RoleCode> partners;
  for (const auto& text : together) {
    auto role = RoleCode::parse(text);
    if (!role) return table.error("together", "{}", role.error().detail);
    partners.push_back(std::move(*role));
  }
  if (!partners.empty() && !granted_by.empty())
    return table.error("together", "only founding roles, which nobody grants, are granted together");
  for (auto& pattern : patterns) {
    const bool twice = std::ranges::any_of(rules, [&](const RoleRule& rule) { return rule.roles == pattern; });
    if (twice) return table.error("roles", "there is a second rule for {}", pattern.text);
    rules.push_back({std::move(pattern), title.en, title.zh, granted_by, partners, at_most, must_limit});
  }
  return {};
}

Result<Exclusion> read_exclusion(ConfigTable& table) {
  Exclusion exclusion;
  TRY(exclusion.name, table.required_string("name"));
  if (!is_profile_name(exclusion.name))
    return table.error("name", "the name of an exclusion has lower-case letters, digits and hyphens only");
  TRY(exclusion.one, read_patterns(table, "one"));
  TRY(exclusion.other, read_patterns(table, "other"));
  if (exclusion.one.empty() || exclusion.other.empty())
    return table.error({}, "an exclusion has roles on both sides: one = [\"…\"] and other = [\"…\"]");
  TRY(auto reach, table.required_string("reach"));
  if (reach != "person" && reach != "object")
    return table.error("reach",
                       "reach takes \"person\" (never held by one person) or \"object\" (never used by one "
                       "person on one object)");
  exclusion.reach = reach == "person" ? Exclusion::Reach::kPerson : Exclusion::Reach::kObject;
  TRY(auto reason, read_words(table, "reason"));
  exclusion.reason_en = std::move(reason.en);
  exclusion.reason_zh = std::move(reason.zh);
  return exclusion;
}

// A pattern that no rule touches is a misspelt role: it would grant nothing and exclude nobody, in silence.
Result<> check_known(ConfigTable& table, std::string_view key, const std::vector<RoleRule>& rules) {
  TRY(const auto texts, table.strings(key));
  for (const auto& text : texts) {
    const bool known = std::ranges::any_of(rules, [&](const RoleRule& rule) { return rule.roles.meets({text}); });
    if (known) continue;
    std::vector<std::string> names;
    for (const auto& rule : rules) names.push_back(rule.roles.text);
    if (const auto near = base::nearest(text, names))
      return table.error(key, "no [[role]] describes {}; did you mean {}?", text, *near);
    return table.error(key, "no [[role]] describes {}", text);
  }
  return {};
}

Result<std::vector<OrgUnit>> read_units(ConfigTable& file) {
  Tree tree;
  TRY(auto tables, file.tables("unit"));
  if (tables.size() > kMostUnits) return file.error("unit", "there are more than {} organisations", kMostUnits);
  for (auto& table : tables) TRY(tree.add(table));
  return tree.in_order();
}

Result<std::vector<RoleRule>> read_roles(ConfigTable& file) {
  std::vector<RoleRule> rules;
  TRY(auto tables, file.tables("role"));
  for (auto& table : tables) {
    TRY(read_rules(table, rules));
    if (rules.size() > kMostRules) return file.error("role", "there are more than {} roles", kMostRules);
  }
  for (auto& table : tables) {
    TRY(check_known(table, "granted_by", rules));
    TRY(check_known(table, "together", rules));
  }
  return rules;
}

Result<std::vector<Exclusion>> read_exclusions(ConfigTable& file, const std::vector<RoleRule>& rules) {
  std::vector<Exclusion> exclusions;
  TRY(auto tables, file.tables("exclusion"));
  if (tables.size() > kMostExclusions)
    return file.error("exclusion", "there are more than {} exclusions", kMostExclusions);
  for (auto& table : tables) {
    TRY(auto exclusion, read_exclusion(table));
    TRY(check_known(table, "one", rules));
    TRY(check_known(table, "other", rules));
    const bool twice = std::ranges::any_of(exclusions, [&](const Exclusion& e) { return e.name == exclusion.name; });
    if (twice) return table.error("name", "there is a second exclusion {}", exclusion.name);
    exclusions.push_back(std::move(exclusion));
  }
  return exclusions;
}

}  // namespace

Result<std::shared_ptr<const Organisation>> Organisation::parse(std::string_view text, const std::string& file) {
  TRY(auto table, ConfigTable::parse(text, file));
  TRY(auto units, read_units(table));
  TRY(auto roles, read_roles(table));
  TRY(auto exclusions, read_exclusions(table, roles));
  TRY(table.finish());
  return std::shared_ptr<const Organisation>(
      new Organisation(std::move(units), std::move(roles), std::move(exclusions)));
}

}  // namespace yuxin::evidence
