#include "yuxin/evidence/organisation.hpp"

#include <algorithm>

namespace yuxin::evidence {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::size_t kLongestOrg = 32;
constexpr std::size_t kLongestRole = 64;
constexpr std::size_t kLongestProfile = 64;
constexpr std::string_view kRoleUri = "urn:yuxin:role:";

bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '-'; }

bool is_org_code(std::string_view text) {
  return !text.empty() && text.size() <= kLongestOrg && is_letter(text.front()) && text.back() != '-' &&
         std::ranges::all_of(text, is_word);
}

// Parts are not empty: a separator has a letter or digit on both sides.
bool is_role_code(std::string_view text) {
  if (text.empty() || text.size() > kLongestRole || !is_letter(text.front())) return false;
  char before = '.';
  for (const char c : text) {
    const bool separator = c == ':' || c == '.';
    const bool begins = before == ':' || before == '.';
    if (!separator && !is_word(c)) return false;
    if (begins && (separator || c == '-')) return false;
    before = c;
  }
  return is_letter(before) || is_digit(before);
}

bool any_matches(const std::vector<RolePattern>& patterns, const RoleCode& role) {
  return std::ranges::any_of(patterns, [&](const RolePattern& pattern) { return pattern.matches(role); });
}

const std::string& in_language(const std::string& en, const std::string& zh) {
  const bool chinese = base::language() == base::Language::kChinese;
  const std::string& wanted = chinese ? zh : en;
  return wanted.empty() ? (chinese ? en : zh) : wanted;
}

}  // namespace

Result<OrgCode> OrgCode::parse(std::string_view text) {
  if (is_org_code(text)) return OrgCode(std::string(text));
  return fail(Code::kMalformed,
              "\"{}\" is no code of an organisation: upper-case letters, digits and hyphens, at most 32, a letter "
              "first, such as PSB or DIST-500103.",
              text);
}

Result<RoleCode> RoleCode::parse(std::string_view text) {
  if (is_role_code(text)) return RoleCode(std::string(text));
  return fail(Code::kMalformed,
              "\"{}\" is no role: upper-case letters, digits and hyphens, in parts with : or . between them, such as "
              "PSB:OFF or RA.REVIEW.",
              text);
}

std::string RoleCode::uri() const { return std::string(kRoleUri) + text_; }

std::optional<RoleCode> RoleCode::from_uri(std::string_view uri) {
  if (!uri.starts_with(kRoleUri)) return std::nullopt;
  uri.remove_prefix(kRoleUri.size());
  if (!is_role_code(uri)) return std::nullopt;
  return RoleCode(std::string(uri));
}

bool RolePattern::matches(const RoleCode& role) const {
  const std::string_view pattern = text;
  if (!pattern.ends_with('*')) return pattern == role.text();
  return role.text().starts_with(pattern.substr(0, pattern.size() - 1));
}

bool RolePattern::meets(const RolePattern& other) const {
  std::string_view a = text;
  std::string_view b = other.text;
  const bool open_a = a.ends_with('*');
  const bool open_b = b.ends_with('*');
  if (open_a) a.remove_suffix(1);
  if (open_b) b.remove_suffix(1);
  if (open_a && open_b) return a.starts_with(b) || b.starts_with(a);
  if (open_a) return b.starts_with(a);
  if (open_b) return a.starts_with(b);
  return a == b;
}

Organisation::Organisation(std::vector<OrgUnit> units, std::vector<RoleRule> roles, std::vector<Exclusion> exclusions)
    : units_(std::move(units)), roles_(std::move(roles)), exclusions_(std::move(exclusions)) {}

const OrgUnit* Organisation::find(const OrgCode& code) const {
  const auto found = std::ranges::find(units_, code, &OrgUnit::code);
  return found == units_.end() ? nullptr : &*found;
}

bool Organisation::is_within(const OrgCode& code, const OrgCode& top) const {
  // The tree has no circle, so this ends at a root.
  for (const OrgUnit* unit = find(code); unit != nullptr; unit = unit->parent ? find(*unit->parent) : nullptr) {
    if (unit->code == top) return true;
  }
  return false;
}

const RoleRule* Organisation::rule_of(const RoleCode& role) const {
  const RoleRule* best = nullptr;
  for (const auto& rule : roles_) {
    if (!rule.roles.matches(role)) continue;
    const bool exact = !rule.roles.text.ends_with('*');
    if (exact) return &rule;
    if (best == nullptr || rule.roles.text.size() > best->roles.text.size()) best = &rule;
  }
  return best;
}

const Exclusion* Organisation::conflict(const RoleCode& a, const RoleCode& b, Exclusion::Reach reach) const {
  if (a == b) return nullptr;
  const auto found = std::ranges::find_if(exclusions_, [&](const Exclusion& exclusion) {
    return exclusion.reach == reach && ((any_matches(exclusion.one, a) && any_matches(exclusion.other, b)) ||
                                        (any_matches(exclusion.one, b) && any_matches(exclusion.other, a)));
  });
  return found == exclusions_.end() ? nullptr : &*found;
}

const std::string& name_of(const OrgUnit& unit) { return in_language(unit.name_en, unit.name_zh); }
const std::string& title_of(const RoleRule& rule) { return in_language(rule.title_en, rule.title_zh); }
const std::string& reason_of(const Exclusion& exclusion) {
  return in_language(exclusion.reason_en, exclusion.reason_zh);
}

bool is_district_code(std::string_view text) { return text.size() == 6 && std::ranges::all_of(text, is_digit); }

bool is_profile_name(std::string_view text) {
  return !text.empty() && text.size() <= kLongestProfile &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-'; });
}

std::optional<std::string_view> shipped_organisation(std::string_view name) {
  for (const auto& shipped : shipped_organisations()) {
    if (shipped.name == name) return shipped.text;
  }
  return std::nullopt;
}

}  // namespace yuxin::evidence
