#include "yuxin/keymgmt/ceremony_plan.hpp"

#include <algorithm>
#include <utility>

#include "yuxin/base/language.hpp"
#include "yuxin/x509/algorithm.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Result;

namespace {

struct RoleSpec {
  CeremonyRole role;
  std::string_view name;
  const char* title;
};
constexpr RoleSpec kRoles[] = {
    {CeremonyRole::kAdministrator, "administrator", base::translatable("ceremony administrator")},
    {CeremonyRole::kOperator, "operator", base::translatable("operator")},
    {CeremonyRole::kCustodian, "custodian", base::translatable("key custodian")},
    {CeremonyRole::kWitness, "witness", base::translatable("witness")}};

const RoleSpec& role_spec(CeremonyRole role) { return *std::ranges::find(kRoles, role, &RoleSpec::role); }

}  // namespace

const std::string& TwoTexts::text() const { return base::language() == base::Language::kChinese ? zh : en; }

std::string_view role_name(CeremonyRole role) { return role_spec(role).name; }
const char* role_title(CeremonyRole role) { return role_spec(role).title; }

std::string CeremonyStep::value(std::string_view name, std::string_view otherwise) const {
  const auto found = values.find(name);
  return found == values.end() ? std::string(otherwise) : found->second;
}

const CeremonySeat* CeremonyPlan::seat(std::string_view id) const {
  const auto found = std::ranges::find(seats, id, &CeremonySeat::id);
  return found == seats.end() ? nullptr : &*found;
}

const CeremonySeat& CeremonyPlan::administrator() const {
  return *std::ranges::find(seats, CeremonyRole::kAdministrator, &CeremonySeat::role);
}

std::int64_t CeremonyPlan::minutes() const {
  std::int64_t sum = 0;
  for (const auto& step : steps) sum += step.minutes;
  return sum;
}

Result<SharePlan> share_plan_of(const CeremonyPlan& plan, const std::string& title,
                                const std::map<std::string, std::string, std::less<>>& persons) {
  SharePlan shares;
  shares.title = title;
  shares.group_threshold = static_cast<std::uint8_t>(plan.groups.size());
  std::vector<std::string> names;
  for (const auto& group : plan.groups) {
    ShareGroup made{group.name, group.needed, {}};
    for (const auto& seat : plan.seats) {
      if (seat.group != group.name) continue;
      const auto person = persons.find(seat.id);
      if (person == persons.end()) return fail(Code::kUsage, "Nobody has taken the seat {} yet.", seat.id);
      if (std::ranges::find(names, person->second) != names.end()) {
        return fail(Code::kUsage, "Two custodians are called {}. Tell them apart, as in \"{} (2)\".", person->second,
                    person->second);
      }
      names.push_back(person->second);
      made.members.push_back({person->second, ShareSeal::kPassphrase, std::nullopt});
    }
    shares.groups.push_back(std::move(made));
  }
  return shares;
}

}  // namespace yuxin::keymgmt
