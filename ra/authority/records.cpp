#include "authority/records.hpp"

#include "yuxin/ca/case_course.hpp"
#include "yuxin/evidence/canonical.hpp"

namespace yuxin::ra {

using base::Result;
using evidence::VerifiedAct;

Result<> record_order(store::Writer& writer, const Registry& by, const Order& order, const std::string& as_it_came,
                      base::UnixTime now) {
  base::JsonArray acts;
  for (const auto& act : order.acts) acts.emplace_back(base::hex(act.digest()));
  TRY(ca::note_course(writer, order.acts, now));
  TRY(auto data,
      evidence::canonical_json(base::JsonObject{
          {"acts", std::move(acts)}, {"case", order.of.id}, {"effect", order.effect}, {"step", order.step}}));
  TRY(evidence::append(writer, {.kind = "registry.order",
                                .object = "registries/" + by.name,
                                .actor = "registry:" + by.name,
                                .time = now,
                                .data = std::move(data),
                                .attachment = base::to_bytes(base::as_bytes(as_it_came))}));
  return {};
}

Result<> record_act(store::Writer& writer, const Registry& by, const VerifiedAct& act, base::UnixTime now) {
  TRY(auto data, evidence::canonical_json(base::JsonObject{{"act", base::hex(act.digest())},
                                                           {"case", act.act().object},
                                                           {"previous", base::hex(*act.act().previous)},
                                                           {"type", act.act().type}}));
  TRY(evidence::append(writer, {.kind = "registry.act",
                                .object = "registries/" + by.name,
                                .actor = "registry:" + by.name,
                                .time = now,
                                .data = std::move(data),
                                .attachment = {}}));
  return {};
}

std::string print_outcome(const Carried& carried) {
  return base::print_json(base::JsonObject{{"text", carried.text}, {"facts", carried.facts}});
}

Result<Carried> read_outcome(const std::string& text) {
  TRY(const auto json, base::parse_json(text));
  Carried carried;
  if (const auto* object = json.if_object()) {
    carried.text = base::json_string(*object, "text");
    if (const auto* facts = object->if_contains("facts"); facts != nullptr && facts->is_object())
      carried.facts = facts->get_object();
  }
  return carried;
}

}  // namespace yuxin::ra
