// What there is here: who one is, profiles, workflows.
#include <algorithm>

#include "operations.hpp"
#include "problem.hpp"
#include "yuxin/ca/profile_json.hpp"
#include "yuxin/ra/item_json.hpp"

namespace yuxin::ra::rest {

using base::HttpReply;
using base::JsonObject;
using base::Result;

namespace {

JsonObject workflow_json(const workflow::Workflow& definition) {
  return {{"name", definition.name},
          {"code", definition.code},
          {"prefix", definition.prefix},
          {"title", {{"en", definition.title.en}, {"zh", definition.title.zh}}},
          {"digest", base::hex(definition.digest)},
          {"policies", base::JsonArray(definition.policies.begin(), definition.policies.end())}};
}

}  // namespace

Result<HttpReply> show_status(Call& call) {
  base::JsonArray roles;
  for (const auto& held : call.caller->viewer.roles) {
    roles.push_back(JsonObject{{"role", held.role.text()}, {"scope", evidence::print_scope(held.scope)}});
  }
  TRY(const auto gone, ended_roles(*call.parts.store, *call.desk->parts().organisation, call.caller->certificate,
                                   call.parts.clock->now()));
  base::JsonArray ended;
  for (const auto& one : gone) {
    ended.push_back(JsonObject{
        {"role", one.role}, {"scope", one.scope}, {"at", base::rfc3339(one.at)}, {"granted_by", one.granted_by}});
  }
  return json_reply(JsonObject{{"version", call.parts.version},
                               {"time", base::rfc3339(call.parts.clock->now())},
                               {"authority", call.desk->parts().authority},
                               {"policy", call.desk->parts().policy},
                               {"subject", call.caller->subject},
                               {"serial", call.caller->serial},
                               {"key", base::hex(call.caller->viewer.key.value())},
                               {"roles", std::move(roles)},
                               {"ended", std::move(ended)}});
}

Result<HttpReply> list_organisations(Call& call) {
  base::JsonArray list;
  for (const auto& unit : call.desk->parts().organisation->units()) {
    list.push_back(JsonObject{{"code", unit.code.text()},
                              {"name", {{"en", unit.name_en}, {"zh", unit.name_zh}}},
                              {"parent", unit.parent ? unit.parent->text() : ""},
                              {"district", unit.district},
                              {"exists", unit.exists_at(call.parts.clock->now())}});
  }
  return json_reply(JsonObject{{"organisations", std::move(list)}});
}

Result<HttpReply> list_profiles(Call& call) {
  base::JsonArray list;
  for (const auto& profile : call.desk->parts().profiles.all()) {
    const auto& admit = call.desk->parts().admit_profile;
    if (admit && !admit(*profile)) continue;  // nobody may apply for it
    list.push_back(ca::profile_json(*profile));
  }
  return json_reply(JsonObject{{"profiles", std::move(list)}});
}

Result<HttpReply> show_profile(Call& call) {
  TRY(const auto profile, call.desk->parts().profiles.find(call.path.at("profile")));
  auto document = ca::profile_json(*profile);
  document["text"] = profile->text;
  return json_reply(document);
}

Result<HttpReply> list_workflows(Call& call) {
  base::JsonArray list;
  for (const auto& definition : call.desk->workflows()) list.push_back(workflow_json(*definition));
  return json_reply(JsonObject{{"workflows", std::move(list)}});
}

Result<HttpReply> show_workflow(Call& call) {
  const auto& name = call.path.at("workflow");
  std::shared_ptr<const workflow::Workflow> definition;
  // a name has 40 characters at the most, and a digest 64
  if (const auto digest = read_hash(name, "workflow")) {
    const auto& known = call.desk->workflows();
    const auto current = std::ranges::find(known, *digest, [](const auto& one) { return one->digest; });
    if (current != known.end()) {
      definition = *current;
    } else {
      TRY(definition, call.desk->cases().definition(*digest));
    }
  } else {
    TRY(definition, call.desk->workflow(name));
  }
  auto document = workflow_json(*definition);
  document["text"] = definition->text;
  return json_reply(document);
}

}  // namespace yuxin::ra::rest
