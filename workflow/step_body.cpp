// The body of an act that takes a step.
#include <algorithm>
#include <array>

#include "guard_node.hpp"
#include "yuxin/base/bytes.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/workflow/machine.hpp"

namespace yuxin::workflow {

using base::Code;
using base::fail;
using base::JsonArray;
using base::JsonObject;
using base::Result;

namespace {

constexpr std::array kMembers = {"about", "delivery", "files", "form", "place", "state", "step", "workflow"};
constexpr std::int64_t kMostSteps = 1'000'000;

base::Failure malformed(std::string_view member) {
  return fail(Code::kMalformed, "The act takes no step of a workflow: \"{}\" is wrong or missing in it.", member);
}

Result<JsonObject> object_at(const JsonObject& body, std::string_view name) {
  const auto* value = body.if_contains(name);
  const auto* object = value == nullptr ? nullptr : value->if_object();
  if (object == nullptr) return malformed(name);
  return *object;
}

Result<std::map<std::string, std::vector<std::string>>> files_of(const JsonObject& object) {
  std::map<std::string, std::vector<std::string>> files;
  for (const auto& [label, names] : object) {
    const auto* list = names.if_array();
    if (list == nullptr || list->empty()) return malformed("files");
    for (const auto& name : *list) {
      if (!name.is_string()) return malformed("files");
      files[std::string(label)].emplace_back(std::string_view(name.get_string()));
    }
  }
  return files;
}

Result<evidence::Place> place_of(const JsonObject& object) {
  evidence::Place place;
  for (const auto& [name, value] : object) {
    if (!value.is_string()) return malformed("place");
    const std::string text(std::string_view(value.get_string()));
    if (name == "organisation") {
      const auto code = evidence::OrgCode::parse(text);
      if (!code) return malformed("place");
      place.organisation = *code;
    } else if (name == "district" && evidence::is_district_code(text)) {
      place.district = text;
    } else if (name == "profile" && evidence::is_profile_name(text)) {
      place.profile = text;
    } else {
      return malformed("place");
    }
  }
  return place;
}

JsonObject place_json(const evidence::Place& place) {
  JsonObject object;
  if (!place.district.empty()) object["district"] = place.district;
  if (place.organisation) object["organisation"] = place.organisation->text();
  if (!place.profile.empty()) object["profile"] = place.profile;
  return object;
}

}  // namespace

JsonObject print_body(const StepBody& body) {
  JsonObject files;
  for (const auto& [label, names] : body.files) files[label] = JsonArray(names.begin(), names.end());
  JsonObject object{{"about", body.about}, {"files", std::move(files)}, {"form", body.form},
                    {"state", body.state}, {"step", body.step},         {"workflow", base::hex(body.workflow)}};
  if (body.place) object["place"] = place_json(*body.place);
  if (body.delivery) object["delivery"] = *body.delivery;
  return object;
}

Result<StepBody> read_body(const JsonObject& body) {
  for (const auto& [name, value] : body) {
    if (std::ranges::find(kMembers, name) == kMembers.end()) return malformed(name);
  }
  StepBody step;
  const auto digest = base::from_hex(base::json_string(body, "workflow"));
  if (!digest || digest->size() != step.workflow.size()) return malformed("workflow");
  std::ranges::copy(*digest, step.workflow.begin());
  step.step = base::json_int(body, "step");
  if (step.step < 1 || step.step > kMostSteps) return malformed("step");
  if (!body.contains("state")) return malformed("state");
  step.state = base::json_string(body, "state");
  TRY(step.form, object_at(body, "form"));
  TRY(step.about, object_at(body, "about"));
  TRY(const auto files, object_at(body, "files"));
  TRY(step.files, files_of(files));
  if (body.contains("place")) {
    TRY(const auto place, object_at(body, "place"));
    TRY(step.place, place_of(place));
  }
  if (const auto* delivery = body.if_contains("delivery")) {
    if (!delivery->is_int64() || delivery->get_int64() < 0) return malformed("delivery");
    step.delivery = delivery->get_int64();
  }
  return step;
}

bool is_case_id(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  constexpr std::size_t kMostDigits = 12;
  return text.size() >= 2 && text.size() <= kMostDigits + 1 && text[0] == '-' && text[1] != '0' &&
         std::ranges::all_of(text.substr(1), [](char c) { return c >= '0' && c <= '9'; });
}

JsonObject Case::values() const {
  auto values = form;
  for (const auto& [name, value] : facts) values[name] = value;
  if (place.organisation) values[kOrganisationField] = place.organisation->text();
  if (!place.profile.empty()) values[kProfileField] = place.profile;
  return values;
}

}  // namespace yuxin::workflow
