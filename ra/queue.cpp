// What an officer sees of the desk.
#include <algorithm>
#include <utility>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ra/desk.hpp"

namespace yuxin::ra {

using base::Code;
using base::fail;
using base::Result;
using workflow::Party;
using workflow::PlaceRule;

namespace {

bool asks_for(const Party& party, const evidence::RoleCode& role) {
  return std::ranges::any_of(party.roles,
                             [&](const evidence::RolePattern& pattern) { return pattern.matches(role); });
}

// place_of is where a party's role must be good; one that a field names and nobody has filled in is nowhere.
evidence::Place place_of(const PlaceRule& rule, const workflow::Case& of,
                         const evidence::Organisation& organisation) {
  if (rule.kind == PlaceRule::Kind::kCase) return of.place;
  evidence::Place place;
  if (rule.kind == PlaceRule::Kind::kNowhere) return place;
  const auto text = rule.kind == PlaceRule::Kind::kField ? base::json_string(of.values(), rule.name) : rule.name;
  auto code = evidence::OrgCode::parse(text);
  if (!code) return place;
  if (const auto* unit = organisation.find(*code)) place.district = unit->district;
  place.organisation = std::move(*code);
  return place;
}

bool holds_key(const Viewer& viewer, const std::string& field, const workflow::Case& of) {
  if (field.empty() || !viewer.key) return false;
  return base::json_string(of.values(), field) == base::hex(*viewer.key);
}

class Look {
 public:
  Look(const evidence::Organisation& organisation, const Viewer& viewer, const workflow::Standing& standing)
      : organisation_(organisation), viewer_(viewer), standing_(standing) {}

  [[nodiscard]] bool may_sign(const Party& party) const {
    if (holds_key(viewer_, party.key, standing_.of)) return true;
    const auto place = place_of(party.place, standing_.of, organisation_);
    return std::ranges::any_of(viewer_.roles, [&](const evidence::HeldRole& held) {
      return asks_for(party, held.role) && evidence::covers(held.scope, place, organisation_);
    });
  }

  [[nodiscard]] bool may_see() const {
    for (const auto& transition : standing_.workflow->transitions) {
      if (std::ranges::any_of(transition.by, [&](const Party& party) { return may_sign(party); })) return true;
    }
    return std::ranges::any_of(standing_.of.handed, [&](const workflow::Handed& handed) {
      return std::ranges::any_of(viewer_.roles, [&](const evidence::HeldRole& held) {
        return held.role == handed.to && evidence::covers(held.scope, handed.place, organisation_);
      });
    });
  }

 private:
  const evidence::Organisation& organisation_;
  const Viewer& viewer_;
  const workflow::Standing& standing_;
};

// mine names the actions that a viewer could take now; of the operator, all that are open.
std::vector<std::string> mine(const DeskParts& parts, const std::optional<Viewer>& viewer,
                              const workflow::Standing& standing) {
  std::vector<std::string> actions;
  for (const auto& option : workflow::options(*standing.workflow, standing.of, parts.policy)) {
    const auto& transition = *option.transition;
    if (option.open == workflow::Truth::kFalse) continue;
    const bool can = !viewer || std::ranges::any_of(transition.by, [&](const Party& party) {
      return Look(*parts.organisation, *viewer, standing).may_sign(party);
    });
    if (can && std::ranges::find(actions, transition.action) == actions.end()) actions.push_back(transition.action);
  }
  return actions;
}

}  // namespace

Result<Viewer> viewer_of(store::Store& store, const x509::Certificate& person, base::UnixTime now) {
  Viewer viewer;
  viewer.key = x509::sha256(person.tbs().spki);
  viewer.subject = person.subject();
  TRY(store.read([&](store::Reader& reader) -> Result<> {
    TRY(const auto rows, evidence::grants_of(reader, person, now));
    for (const auto& row : rows) {
      TRY(const auto certificate, x509::AttributeCertificate::from_der(row.der));
      TRY(auto grant, evidence::read_role_grant(certificate));
      viewer.roles.push_back({std::move(grant.role), std::move(grant.scope)});
    }
    return {};
  }));
  return viewer;
}

Result<std::vector<EndedRole>> ended_roles(store::Store& store, const evidence::Organisation& organisation,
                                           const x509::Certificate& person, base::UnixTime now) {
  const auto key = x509::sha256(person.tbs().spki);
  std::vector<EndedRole> ended;
  TRY(store.read([&](store::Reader& reader) -> Result<> {
    ended.clear();
    TRY(const auto rows, evidence::list_grants(reader, {"", person.subject().text(), std::nullopt}));
    const auto theirs = [&](const evidence::GrantRow& row) { return base::equal(row.holder_key, key); };
    const auto held = [&](const std::string& role) {
      return std::ranges::any_of(
          rows, [&](const auto& row) { return theirs(row) && row.role == role && row.in_force_at(now); });
    };
    for (const auto& row : rows) {
      if (!theirs(row) || row.not_before > now || held(row.role)) continue;
      const auto role = evidence::RoleCode::parse(row.role);
      std::erase_if(ended, [&](const EndedRole& one) { return one.role == row.role; });
      ended.push_back({row.role, row.scope, std::min(row.not_after, row.revoked_at.value_or(row.not_after)),
                       role ? evidence::granters_of(organisation, *role) : std::string()});
    }
    return {};
  }));
  return ended;
}

Result<std::vector<Item>> Desk::queue(const std::optional<Viewer>& viewer, const workflow::CaseFilter& filter) {
  TRY(auto standings, cases_.list(filter));
  std::vector<Item> items;
  for (auto& standing : standings) {
    if (viewer && !Look(*parts_.organisation, *viewer, standing).may_see()) continue;
    auto actions = mine(parts_, viewer, standing);
    items.push_back({std::move(standing), std::move(actions)});
  }
  return items;
}

namespace {

// check_filter: what no workflow knows was mistyped. A state that ends a case is looked for among the closed ones.
Result<> check_filter(const Desk& desk, workflow::CaseFilter& filter) {
  std::vector<std::shared_ptr<const workflow::Workflow>> definitions = desk.workflows();
  if (!filter.workflow.empty()) {
    TRY(auto one, desk.workflow(filter.workflow));
    definitions = {std::move(one)};
  }
  if (filter.state.empty()) return {};
  std::vector<std::string> known;
  bool found = false;
  for (const auto& definition : definitions) {
    for (const auto& state : definition->states) {
      if (std::ranges::find(known, state.name) == known.end()) known.push_back(state.name);
      if (state.name != filter.state) continue;
      found = true;
      if (state.is_final && filter.which == workflow::CaseFilter::Which::kOpen)
        filter.which = workflow::CaseFilter::Which::kAll;
    }
  }
  if (found) return {};
  if (const auto near = base::nearest(filter.state, known))
    return fail(Code::kNotFound, "There is no state {}; did you mean {}?", filter.state, *near);
  return fail(Code::kNotFound, "There is no state {}. There are: {}", filter.state,
              base::join(known, base::message(", ")));
}

bool waits_for_viewer(const Item& item) {
  const auto* main = workflow::main_step(*item.standing.workflow, item.standing.of);
  return main != nullptr && std::ranges::find(item.mine, main->action) != item.mine.end();
}

}  // namespace

Result<Desk::Page> Desk::page(const std::optional<Viewer>& viewer, workflow::CaseFilter filter, Whose whose) {
  constexpr std::int64_t kChunk = 200;
  constexpr int kMostChunks = 10;
  TRY(check_filter(*this, filter));
  const auto wanted = static_cast<std::size_t>(filter.limit);
  Page page;
  filter.limit = kChunk;
  for (int chunk = 0; chunk < kMostChunks; ++chunk) {
    TRY(auto standings, cases_.list(filter));
    const bool last = std::cmp_less(standings.size(), kChunk);
    for (auto& standing : standings) {
      if (page.items.size() == wanted) {
        page.next = filter.after_row;
        return page;
      }
      filter.after_row = standing.row;
      if (viewer && !Look(*parts_.organisation, *viewer, standing).may_see()) continue;
      auto actions = mine(parts_, viewer, standing);
      Item item{std::move(standing), std::move(actions)};
      if (whose == Whose::kMine && !waits_for_viewer(item)) continue;
      page.items.push_back(std::move(item));
    }
    if (last) return page;
  }
  page.next = filter.after_row;
  return page;
}

Result<Item> Desk::look(std::string_view case_id, const std::optional<Viewer>& viewer) {
  TRY(auto standing, cases_.find(case_id));
  if (viewer && !Look(*parts_.organisation, *viewer, standing).may_see()) {
    return fail(Code::kNotAuthorised,
                "Case {} is not in your scope: none of your roles is good for it. Your roles: yuxin role list --mine",
                case_id);
  }
  auto actions = mine(parts_, viewer, standing);
  return Item{std::move(standing), std::move(actions)};
}

namespace {

// Who could give somebody a role that they lack; nothing where the founding alone does.
std::string granting_text(const evidence::Organisation& organisation, const std::vector<std::string>& wanted) {
  for (const auto& text : wanted) {
    const auto role = evidence::RoleCode::parse(text);
    const auto* rule = role ? organisation.rule_of(*role) : nullptr;
    if (rule == nullptr || rule->granted_by.empty()) continue;
    const auto* gap = base::language() == base::Language::kChinese ? "" : " ";
    return gap + base::message("{} grants it: yuxin role grant {} --to FILE",
                               evidence::granters_of(organisation, *role), text);
  }
  return {};
}

std::string roles_text(const Viewer& viewer) {
  std::vector<std::string> held;
  for (const auto& one : viewer.roles) {
    const auto scope = evidence::print_scope(one.scope);
    held.push_back(scope.empty() ? one.role.text() : one.role.text() + " (" + scope + ")");
  }
  return held.empty() ? base::message("no role") : base::join(held, base::message(", "));
}

}  // namespace

Result<> Desk::check_opener(const Viewer& viewer, const Viewer& signer,
                            const std::shared_ptr<const workflow::Workflow>& definition, std::string_view action,
                            const workflow::Case& opened) const {
  const workflow::Standing standing{0, opened, definition};
  const Look look(*parts_.organisation, signer, standing);
  std::vector<std::string> wanted;
  const workflow::Transition* opening = nullptr;
  for (const auto* transition : definition->steps_from("")) {
    if (transition->action != action) continue;
    opening = transition;
    for (const auto& party : transition->by) {
      if (look.may_sign(party)) return {};
      for (const auto& pattern : party.roles) wanted.push_back(pattern.text);
    }
  }
  if (opening == nullptr) return {};  // `apply` says so
  std::ranges::sort(wanted);
  const auto repeated = std::ranges::unique(wanted);
  wanted.erase(repeated.begin(), repeated.end());
  const auto where = opened.place.organisation ? opened.place.organisation->text() : std::string();
  return fail(Code::kNotAuthorised, "You may not open such a case at {}: \"{}\" ({}) is for {}, and you hold {}.{}",
              where, opening->title.text(), definition->title.text(), base::join(wanted, base::message(", ")),
              roles_text(viewer), granting_text(*parts_.organisation, wanted));
}

std::optional<evidence::RoleCode> Desk::role_for(const Viewer& viewer, const workflow::Workflow& definition,
                                                 std::string_view state, std::string_view action,
                                                 const evidence::Place& place) const {
  std::optional<evidence::RoleCode> second;
  for (const auto* transition : definition.steps_from(state)) {
    if (transition->action != action) continue;
    for (const auto& party : transition->by) {
      for (const auto& held : viewer.roles) {
        if (!asks_for(party, held.role)) continue;
        if (evidence::covers(held.scope, place, *parts_.organisation)) return held.role;
        if (!second) second = held.role;
      }
    }
  }
  return second;  // a role that does not cover the place: the refusal then says so
}

}  // namespace yuxin::ra
