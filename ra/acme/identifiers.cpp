#include "identifiers.hpp"

#include <algorithm>

#include "yuxin/base/text.hpp"
#include "yuxin/x509/name.hpp"

namespace yuxin::ra::acme {

using base::JsonObject;
using base::message;

namespace {

constexpr std::size_t kMostIdentifiers = 100;
constexpr std::string_view kWildcard = "*.";

std::string_view without_wildcard(std::string_view name) {
  return name.starts_with(kWildcard) ? name.substr(kWildcard.size()) : name;
}

// The problem of an order is that of its names: one kind, or several (section 6.7.1).
Outcome<> all_good(std::vector<Subproblem> found) {
  if (found.empty()) return {};
  const auto type = found.front().type;
  const bool same = std::ranges::all_of(found, [&](const Subproblem& one) { return one.type == type; });
  Problem problem(same ? type : ProblemType::kCompound, found.front().detail);
  problem.subproblems = std::move(found);
  return Refusal(std::move(problem));
}

// What is in a message must not carry what a terminal would obey.
std::string shown(std::string_view name) { return base::print_json(base::Json(name)); }

void read_one(const JsonObject& identifier, std::vector<std::string>& names, std::vector<Subproblem>& problems) {
  auto name = base::lower(base::json_string(identifier, "value"));
  if (base::json_string(identifier, "type") != "dns") {
    problems.push_back({ProblemType::kUnsupportedIdentifier,
                        message("{} is no DNS name; certificates by ACME are for DNS names here.", shown(name)),
                        name});
  } else if (!x509::is_host_name(without_wildcard(name))) {
    problems.push_back(
        {ProblemType::kRejectedIdentifier,
         message("{} is no name of a host: letters, digits and hyphens, international names as xn--.", shown(name)),
         name});
  } else {
    names.push_back(std::move(name));
  }
}

const ca::SanRule* dns_rule(const ca::Profile& profile) {
  const auto rule = std::ranges::find(profile.san, x509::GeneralNameKind::kDns, &ca::SanRule::kind);
  return rule == profile.san.end() ? nullptr : &*rule;
}

}  // namespace

Outcome<std::vector<std::string>> read_identifiers(const JsonObject& payload) {
  const auto* list = payload.if_contains("identifiers");
  if (list == nullptr || !list->is_array() || list->get_array().empty() ||
      list->get_array().size() > kMostIdentifiers)
    return deny(ProblemType::kMalformed, "An order has a list of identifiers, {} at the most.", kMostIdentifiers);
  std::vector<std::string> names;
  std::vector<Subproblem> problems;
  for (const auto& one : list->get_array()) {
    if (!one.is_object()) return deny(ProblemType::kMalformed, "An identifier has a type and a value.");
    read_one(one.get_object(), names, problems);
  }
  TRY(all_good(std::move(problems)));
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

Outcome<> check_allowed(const std::vector<std::string>& identifiers, const MachineClient& client,
                        const ca::Profile& profile) {
  const auto* rule = dns_rule(profile);
  if (rule == nullptr || std::ssize(identifiers) > rule->max)
    return deny(ProblemType::kMalformed, "Profile {} does not take so many DNS names.", profile.name);
  std::vector<Subproblem> problems;
  for (const auto& name : identifiers) {
    const auto host = without_wildcard(name);
    const bool under =
        std::ranges::any_of(client.names_under, [&](const auto& domain) { return ca::is_under(host, domain); });
    if (!under) {
      problems.push_back({ProblemType::kRejectedIdentifier,
                          message("The name {} lies under none of the domains of client {}: {}.", name, client.name,
                                  base::join(client.names_under, message(", "))),
                          name});
    } else if (host != name && rule->wildcard == x509::Wildcard::kRefused) {
      problems.push_back(
          {ProblemType::kRejectedIdentifier, message("Profile {} takes no wildcards.", profile.name), name});
    }
  }
  return all_good(std::move(problems));
}

JsonObject identifier_json(std::string_view name) { return {{"type", "dns"}, {"value", name}}; }

}  // namespace yuxin::ra::acme
