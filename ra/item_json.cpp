#include "yuxin/ra/item_json.hpp"

#include <algorithm>

#include "yuxin/base/bytes.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::ra {

using base::Code;
using base::fail;
using base::Json;
using base::JsonArray;
using base::JsonObject;
using base::Result;
using workflow::Case;

namespace {

constexpr std::string_view kReceipt = "receipt";
constexpr std::string_view kCopy = "copy";

JsonArray timers_json(const Case& of) {
  JsonArray list;
  for (const auto& timer : of.timers) {
    JsonObject one{{"name", timer.deadline},
                   {"span", timer.span},
                   {"started", base::rfc3339(timer.started)},
                   {"due", base::rfc3339(timer.due)},
                   {"overdue", timer.overdue}};
    if (timer.stopped) one["stopped"] = base::rfc3339(*timer.stopped);
    if (timer.ended) one["ended"] = base::rfc3339(*timer.ended);
    list.push_back(std::move(one));
  }
  return list;
}

JsonArray handed_json(const Case& of) {
  JsonArray list;
  for (const auto& handed : of.handed) {
    JsonObject one{{"to", handed.to.text()},
                   {"kind", handed.kind == workflow::Delivery::Kind::kReceipt ? kReceipt : kCopy},
                   {"at", base::rfc3339(handed.at)},
                   {"overdue", handed.overdue}};
    if (handed.due) one["due"] = base::rfc3339(*handed.due);
    if (handed.received) one["received"] = base::rfc3339(*handed.received);
    list.push_back(std::move(one));
  }
  return list;
}

// Where a document of another host is not what it should be.
base::Failure malformed(std::string_view member) {
  return fail(Code::kMalformed, "The answer describes no case: \"{}\" is wrong or missing in it.", member);
}

Result<std::string> text_at(const JsonObject& json, std::string_view name) {
  const auto* value = json.if_contains(name);
  if (value == nullptr || !value->is_string()) return malformed(name);
  return std::string(std::string_view(value->get_string()));
}

Result<std::int64_t> number_at(const JsonObject& json, std::string_view name) {
  const auto* value = json.if_contains(name);
  if (value == nullptr || !value->is_int64()) return malformed(name);
  return value->get_int64();
}

Result<bool> truth_at(const JsonObject& json, std::string_view name) {
  const auto* value = json.if_contains(name);
  if (value == nullptr || !value->is_bool()) return malformed(name);
  return value->get_bool();
}

Result<base::UnixTime> time_at(const JsonObject& json, std::string_view name) {
  TRY(const auto text, text_at(json, name));
  const auto time = base::parse_rfc3339(text);
  if (!time) return malformed(name);
  return *time;
}

Result<std::optional<base::UnixTime>> maybe_time_at(const JsonObject& json, std::string_view name) {
  if (!json.contains(name)) return std::optional<base::UnixTime>();
  TRY(const auto time, time_at(json, name));
  return std::optional(time);
}

Result<JsonObject> object_at(const JsonObject& json, std::string_view name) {
  const auto* value = json.if_contains(name);
  if (value == nullptr || !value->is_object()) return malformed(name);
  return value->get_object();
}

// objects_at gives the objects of an array.
Result<std::vector<JsonObject>> objects_at(const JsonObject& json, std::string_view name) {
  const auto* value = json.if_contains(name);
  if (value == nullptr || !value->is_array()) return malformed(name);
  std::vector<JsonObject> list;
  for (const auto& one : value->get_array()) {
    if (!one.is_object()) return malformed(name);
    list.push_back(one.get_object());
  }
  return list;
}

Result<std::vector<std::string>> texts_at(const JsonObject& json, std::string_view name) {
  const auto* value = json.if_contains(name);
  if (value == nullptr || !value->is_array()) return malformed(name);
  std::vector<std::string> list;
  for (const auto& one : value->get_array()) {
    if (!one.is_string()) return malformed(name);
    list.emplace_back(std::string_view(one.get_string()));
  }
  return list;
}

Result<evidence::Place> place_at(const JsonObject& json) {
  evidence::Place place;
  TRY(const auto code, text_at(json, "organisation"));
  if (!code.empty()) {
    TRY(place.organisation, evidence::OrgCode::parse(code));
  }
  TRY(place.district, text_at(json, "district"));
  TRY(place.profile, text_at(json, "profile"));
  return place;
}

Result<> read_timers(const JsonObject& json, Case& of) {
  TRY(const auto list, objects_at(json, "deadlines"));
  for (const auto& one : list) {
    workflow::Timer timer;
    TRY(timer.deadline, text_at(one, "name"));
    TRY(timer.span, text_at(one, "span"));
    TRY(timer.started, time_at(one, "started"));
    TRY(timer.due, time_at(one, "due"));
    TRY(timer.overdue, truth_at(one, "overdue"));
    TRY(timer.stopped, maybe_time_at(one, "stopped"));
    TRY(timer.ended, maybe_time_at(one, "ended"));
    of.timers.push_back(std::move(timer));
  }
  return {};
}

Result<> read_handed(const JsonObject& json, Case& of) {
  TRY(const auto list, objects_at(json, "deliveries"));
  for (const auto& one : list) {
    TRY(const auto to, text_at(one, "to"));
    TRY(auto role, evidence::RoleCode::parse(to));
    workflow::Handed handed{.kind = workflow::Delivery::Kind::kReceipt,
                            .to = std::move(role),
                            .place = of.place,
                            .step = 0,
                            .at = {},
                            .due = {},
                            .received = {}};
    TRY(const auto kind, text_at(one, "kind"));
    if (kind != kReceipt && kind != kCopy) return malformed("kind");
    if (kind == kCopy) handed.kind = workflow::Delivery::Kind::kCopy;
    TRY(handed.at, time_at(one, "at"));
    TRY(handed.overdue, truth_at(one, "overdue"));
    TRY(handed.due, maybe_time_at(one, "due"));
    TRY(handed.received, maybe_time_at(one, "received"));
    of.handed.push_back(std::move(handed));
  }
  return {};
}

}  // namespace

Result<evidence::Hash> read_hash(std::string_view text, std::string_view what) {
  const auto octets = base::from_hex(text);
  evidence::Hash hash{};
  if (!octets || octets->size() != hash.size()) return malformed(what);
  std::ranges::copy(*octets, hash.begin());
  return hash;
}

JsonObject print_item(const Item& item) {
  const auto& of = item.standing.of;
  JsonObject json{{"case", of.id},
                  {"row", item.standing.row},
                  {"workflow", of.workflow},
                  {"definition", base::hex(of.definition)},
                  {"state", of.state},
                  {"acts", of.steps},
                  {"organisation", of.place.organisation ? of.place.organisation->text() : ""},
                  {"district", of.place.district},
                  {"profile", of.place.profile},
                  {"opened", base::rfc3339(of.opened)},
                  {"changed", base::rfc3339(of.changed)},
                  {"form", of.form},
                  {"facts", of.facts},
                  {"about", of.about},
                  {"marks", JsonArray(of.marks.begin(), of.marks.end())},
                  {"deadlines", timers_json(of)},
                  {"deliveries", handed_json(of)},
                  {"actions", JsonArray(item.mine.begin(), item.mine.end())}};
  if (const auto due = workflow::next_due(of)) json["due"] = base::rfc3339(*due);
  return json;
}

JsonObject print_item(const Item& item, const std::vector<workflow::StepRow>& steps) {
  auto json = print_item(item);
  JsonArray list;
  for (const auto& step : steps) {
    list.push_back(JsonObject{{"number", step.number},
                              {"action", step.action},
                              {"from", step.from},
                              {"to", step.to},
                              {"complete", step.complete},
                              {"actor", step.actor},
                              {"role", step.role},
                              {"moment", base::rfc3339(step.moment)},
                              {"act", base::hex(step.act)}});
  }
  json["steps"] = std::move(list);
  return json;
}

JsonArray print_files(const std::vector<workflow::File>& files) {
  JsonArray list;
  for (const auto& file : files) {
    list.push_back(JsonObject{{"label", file.label},
                              {"name", file.name},
                              {"size", static_cast<std::int64_t>(file.octets.size())},
                              {"sha256", base::hex(x509::sha256(file.octets))}});
  }
  return list;
}

JsonObject print_effected(const Effected& effected) {
  return {
      {"case", effected.case_id}, {"effect", effected.effect}, {"text", effected.text}, {"facts", effected.facts}};
}

Result<Item> read_item(const JsonObject& json, std::shared_ptr<const workflow::Workflow> definition) {
  Item item;
  auto& of = item.standing.of;
  TRY(of.id, text_at(json, "case"));
  TRY(of.workflow, text_at(json, "workflow"));
  TRY(const auto digest, text_at(json, "definition"));
  TRY(of.definition, read_hash(digest, "definition"));
  if (of.definition != definition->digest || of.workflow != definition->name ||
      !workflow::is_case_id(of.id, definition->prefix))
    return malformed("definition");
  TRY(of.state, text_at(json, "state"));
  if (definition->state(of.state) == nullptr) return malformed("state");
  TRY(of.steps, number_at(json, "acts"));
  TRY(of.place, place_at(json));
  TRY(of.opened, time_at(json, "opened"));
  TRY(of.changed, time_at(json, "changed"));
  TRY(of.form, object_at(json, "form"));
  TRY(of.facts, object_at(json, "facts"));
  TRY(of.about, object_at(json, "about"));
  TRY(of.marks, texts_at(json, "marks"));
  TRY(read_timers(json, of));
  TRY(read_handed(json, of));
  TRY(item.mine, texts_at(json, "actions"));
  TRY(item.standing.row, number_at(json, "row"));
  item.standing.workflow = std::move(definition);
  return item;
}

Result<std::vector<workflow::StepRow>> read_steps(const JsonObject& json) {
  TRY(const auto list, objects_at(json, "steps"));
  std::vector<workflow::StepRow> steps;
  for (const auto& one : list) {
    workflow::StepRow step;
    TRY(step.number, number_at(one, "number"));
    TRY(step.action, text_at(one, "action"));
    TRY(step.from, text_at(one, "from"));
    TRY(step.to, text_at(one, "to"));
    TRY(step.complete, truth_at(one, "complete"));
    TRY(step.actor, text_at(one, "actor"));
    TRY(step.role, text_at(one, "role"));
    TRY(step.moment, time_at(one, "moment"));
    TRY(const auto act, text_at(one, "act"));
    TRY(step.act, read_hash(act, "act"));
    steps.push_back(std::move(step));
  }
  return steps;
}

Result<Effected> read_effected(const Json& json) {
  if (!json.is_object()) return malformed("effects");
  const auto& one = json.get_object();
  Effected effected;
  TRY(effected.case_id, text_at(one, "case"));
  TRY(effected.effect, text_at(one, "effect"));
  TRY(effected.text, text_at(one, "text"));
  TRY(effected.facts, object_at(one, "facts"));
  return effected;
}

}  // namespace yuxin::ra
