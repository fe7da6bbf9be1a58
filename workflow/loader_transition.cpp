// The steps of a definition.
#include <algorithm>

#include "loader.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/evidence/gate.hpp"

namespace yuxin::workflow {

using base::ConfigTable;
using base::Result;

namespace {

constexpr std::size_t kMostEnclosures = 50;
constexpr std::size_t kMostFiles = 100;
constexpr std::size_t kMostDeliveries = 50;

bool is_pattern(std::string_view text) {
  if (!text.ends_with('*')) return evidence::RoleCode::parse(text).has_value();
  text.remove_suffix(1);
  if (text.ends_with(':') || text.ends_with('.') || text.ends_with('-')) text.remove_suffix(1);
  return evidence::RoleCode::parse(text).has_value();
}

Result<PlaceRule> read_place(ConfigTable& table, const Workflow& workflow) {
  TRY(const auto text, table.string("place"));
  if (!text || *text == "case") return PlaceRule{};
  if (*text == "nowhere") return PlaceRule{PlaceRule::Kind::kNowhere, {}};
  constexpr std::string_view kField = "field.";
  if (text->starts_with(kField)) {
    PlaceRule place{PlaceRule::Kind::kField, text->substr(kField.size())};
    TRY(known_field(table, "place", workflow, place.name));
    if (workflow.field(place.name)->kind != FieldKind::kOrganisation)
      return table.error("place", "the field \"{}\" is not of the kind \"organisation\"", place.name);
    return place;
  }
  if (evidence::OrgCode::parse(*text)) return PlaceRule{PlaceRule::Kind::kOrganisation, *text};
  return table.error("place",
                     "place takes \"case\", \"nowhere\", a field (\"field.unit\") or the code of an "
                     "organisation (\"PSB\"), not \"{}\"",
                     *text);
}

Result<Party> read_party(ConfigTable& table, const Workflow& workflow) {
  Party party;
  TRY(const auto roles, table.strings("roles"));
  for (const auto& text : roles) {
    if (!is_pattern(text))
      return table.error("roles", "\"{}\" is no role and no beginning of one; write PSB:OFF or RA.*", text);
    party.roles.push_back({text});
  }
  TRY(const auto key, table.string("key"));
  if (key) {
    TRY(known_field(table, "key", workflow, *key));
    if (workflow.field(*key)->kind != FieldKind::kKey)
      return table.error("key", "the field \"{}\" is not of the kind \"key\"", *key);
    party.key = *key;
  }
  if (party.roles.empty() && party.key.empty())
    return table.error({}, "say who may sign: roles = [\"RA.REVIEW\"], or key = the field of the subscriber's key");
  TRY(const auto count, table.integer("count"));
  const auto most = static_cast<std::int64_t>(evidence::GateRule::kMostPersons);
  if (count && (*count < 1 || *count > most)) return table.error("count", "1 to {} persons may be asked for", most);
  party.count = static_cast<std::size_t>(count.value_or(1));
  TRY(party.place, read_place(table, workflow));
  TRY(party.not_same_person_as, table.strings("not_same_person_as"));
  TRY(const auto organisations, table.string("organisations"));
  if (organisations && *organisations != "any" && *organisations != "distinct")
    return table.error("organisations", "organisations takes \"any\" or \"distinct\"");
  if (organisations && *organisations == "distinct") party.organisations = Party::Organisations::kDistinct;
  return party;
}

Result<Enclosure> read_enclosure(ConfigTable& table, const Workflow& workflow) {
  Enclosure enclosure;
  TRY(enclosure.label, table.required_string("label"));
  if (!is_name(enclosure.label, '-'))
    return table.error("label", "\"{}\" is no label: lower-case letters, digits and hyphens", enclosure.label);
  TRY(enclosure.title, read_title(table, "title"));
  TRY(const auto min, table.integer("min"));
  TRY(const auto max, table.integer("max"));
  const auto least = min.value_or(1);
  const auto most = max.value_or(std::max<std::int64_t>(1, least));
  if (least < 0 || most < 1 || least > most || most > static_cast<std::int64_t>(kMostFiles))
    return table.error(max ? "max" : "min", "min and max must be {} <= min <= max <= {}", 0, kMostFiles);
  enclosure.min = static_cast<std::size_t>(least);
  enclosure.max = static_cast<std::size_t>(most);
  TRY(enclosure.when, read_guard(table, "when", workflow));
  return enclosure;
}

Result<Delivery> read_delivery(ConfigTable& table, const Workflow& workflow, Delivery::Kind kind) {
  TRY(const auto to, table.required_string("to"));
  auto role = evidence::RoleCode::parse(to);
  if (!role) return located(table, "to", role.error());
  Delivery delivery{kind, std::move(*role), {}, std::nullopt, {}};
  TRY(delivery.place, read_place(table, workflow));
  TRY(delivery.when, read_guard(table, "when", workflow));
  if (kind == Delivery::Kind::kCopy) return delivery;
  TRY(const auto within, table.string("receipt_within"));
  if (within) {
    auto span = parse_time_span(*within);
    if (!span) return located(table, "receipt_within", span.error());
    delivery.within = std::move(*span);
  }
  return delivery;
}

Result<> read_states(ConfigTable& table, const Workflow& workflow, Transition& transition) {
  TRY(transition.from, table.strings("from"));
  if (transition.from == std::vector<std::string>{"*"}) {
    transition.from.clear();
    for (const auto& state : workflow.states) {
      if (!state.is_final) transition.from.push_back(state.name);
    }
    if (transition.from.empty()) return table.error("from", "there is no state that is not final");
  } else if (table.has("from") && transition.from.empty()) {
    return table.error("from", "from names a state at least; leave it out where the step opens a case");
  }
  for (const auto& name : transition.from) TRY(known_state(table, "from", workflow, name));
  TRY(const auto to, table.string("to"));
  transition.to = to.value_or("");
  if (to) TRY(known_state(table, "to", workflow, *to));
  if (transition.opens() && !to) return table.error({}, "a step that opens a case says where it leads: to = \"…\"");
  return {};
}

Result<> read_form(ConfigTable& table, const Workflow& workflow, Transition& transition) {
  TRY(transition.needs, table.strings("needs"));
  TRY(transition.may, table.strings("may"));
  for (const auto& name : transition.needs) {
    TRY(known_field(table, "needs", workflow, name));
    if (std::ranges::count(transition.needs, name) > 1)
      return table.error("needs", "\"{}\" stands there twice.", name);
  }
  for (const auto& name : transition.may) {
    TRY(known_field(table, "may", workflow, name));
    if (std::ranges::count(transition.may, name) + std::ranges::count(transition.needs, name) > 1)
      return table.error("may", "\"{}\" stands there twice.", name);
  }
  TRY(auto conditions, table.tables("needs_when"));
  for (auto& one : conditions) {
    Transition::Needs needs;
    TRY(needs.when, read_guard(one, "when", workflow));
    TRY(needs.fields, one.strings("fields"));
    if (needs.when.always() || needs.fields.empty())
      return one.error({}, "say which fields are needed, and when: {{ when = \"…\", fields = [\"…\"] }}");
    for (const auto& name : needs.fields) TRY(known_field(one, "fields", workflow, name));
    transition.needs_when.push_back(std::move(needs));
  }
  TRY(auto enclosures, table.tables("enclose"));
  if (enclosures.size() > kMostEnclosures)
    return table.error("enclose", "a step takes {} kinds of enclosures at most", kMostEnclosures);
  for (auto& one : enclosures) {
    TRY(auto enclosure, read_enclosure(one, workflow));
    if (std::ranges::find(transition.enclosures, enclosure.label, &Enclosure::label) != transition.enclosures.end())
      return one.error("label", "\"{}\" stands there twice.", enclosure.label);
    transition.enclosures.push_back(std::move(enclosure));
  }
  TRY(const auto forms, table.string("forms"));
  if (forms && *forms != "one" && *forms != "own")
    return table.error("forms", "forms takes \"one\" (all sign the same form) or \"own\" (each signs their own)");
  if (forms && *forms == "own") transition.forms = Transition::Forms::kOwn;
  return {};
}

Result<> read_parties(ConfigTable& table, const Workflow& workflow, Transition& transition) {
  TRY(auto parties, table.tables("by"));
  if (parties.empty())
    return table.error({}, "nobody may take the step \"{}\"; write by = [{{ roles = [\"…\"] }}]", transition.action);
  for (auto& one : parties) {
    TRY(auto party, read_party(one, workflow));
    transition.by.push_back(std::move(party));
  }
  return {};
}

Result<> read_consequences(ConfigTable& table, const Workflow& workflow, Transition& transition) {
  for (const auto& [key, kind] :
       {std::pair{"deliver", Delivery::Kind::kReceipt}, std::pair{"copy", Delivery::Kind::kCopy}}) {
    TRY(auto deliveries, table.tables(key));
    if (deliveries.size() > kMostDeliveries)
      return table.error(key, "a step is delivered to {} at most", kMostDeliveries);
    for (auto& one : deliveries) {
      TRY(auto delivery, read_delivery(one, workflow, kind));
      transition.deliveries.push_back(std::move(delivery));
    }
  }
  TRY(transition.effects, table.strings("carry_out"));
  for (const auto& effect : transition.effects) {
    if (!is_name(effect, '-'))
      return table.error("carry_out", "\"{}\" is no name of an effect: lower-case letters, digits and hyphens",
                         effect);
  }
  TRY(const auto about, table.string("about"));
  if (about && *about != "new" && *about != "same") return table.error("about", "about takes \"new\" or \"same\"");
  transition.about =
      transition.opens() || (about && *about == "new") ? Transition::About::kNew : Transition::About::kSame;
  return {};
}

}  // namespace

Result<Transition> read_transition(ConfigTable& table, const Workflow& workflow) {
  Transition transition;
  TRY(transition.action, table.required_string("action"));
  const bool fits = is_name(transition.action, '-') && workflow.act_type(transition.action).size() <= 64;
  if (!fits)
    return table.error("action",
                       "\"{}\" is no name of an action: lower-case letters, digits and hyphens, and with "
                       "the workflow's name at most 63 characters",
                       transition.action);
  if (transition.action == kReceiveAction)
    return table.error("action", "\"{}\" is how deliveries are received, in every workflow; take another name",
                       transition.action);
  TRY(transition.title, read_title(table, "title"));
  transition.document = transition.title;
  if (table.has("sign")) {
    TRY(transition.document, read_title(table, "sign"));
  }
  TRY(read_states(table, workflow, transition));
  TRY(transition.when, read_guard(table, "when", workflow));
  TRY(read_parties(table, workflow, transition));
  TRY(read_form(table, workflow, transition));
  TRY(read_consequences(table, workflow, transition));
  return transition;
}

}  // namespace yuxin::workflow
