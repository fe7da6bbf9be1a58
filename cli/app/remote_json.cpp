#include "remote_json.hpp"

#include "yuxin/ra/item_json.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::JsonObject;
using base::Result;

JsonObject wish_json(const ra::CertificateWish& wish) {
  const auto& enrolment = wish.enrolment;
  JsonObject json{{"profile", wish.profile}, {"request", base::base64(enrolment.request.der())}};
  if (enrolment.subject) json["subject"] = enrolment.subject->text();
  if (enrolment.alt_names) {
    base::JsonArray names;
    for (const auto& name : *enrolment.alt_names)
      names.emplace_back(std::string(x509::general_name_prefix(name.kind)) + ":" + name.value);
    json["names"] = std::move(names);
  }
  if (enrolment.validity) json["days"] = enrolment.validity->count / base::days(1).count;
  return json;
}

Result<evidence::Act> read_act(const JsonObject& draft) {
  const auto* json = draft.if_contains("act");
  if (json == nullptr || !json->is_object()) return fail(Code::kMalformed, "The server gives no act to be signed.");
  const auto& object = json->get_object();
  evidence::Act act;
  act.type = base::json_string(object, "type");
  act.object = base::json_string(object, "object");
  const auto* body = object.if_contains("body");
  const auto* attachments = object.if_contains("attachments");
  if (body == nullptr || !body->is_object() || attachments == nullptr || !attachments->is_array())
    return fail(Code::kMalformed, "The server gives no act to be signed.");
  act.body = body->get_object();
  for (const auto& attachment : attachments->get_array()) {
    if (!attachment.is_object()) return fail(Code::kMalformed, "The server gives no act to be signed.");
    const auto& one = attachment.get_object();
    TRY(const auto digest, ra::read_hash(base::json_string(one, "value"), "value"));
    act.attachments.push_back({base::json_string(one, "name"), base::json_int(one, "size"),
                               x509::DigestAlgorithm::kSha256, base::to_bytes(digest)});
  }
  if (const auto role = base::json_string(object, "role"); !role.empty()) {
    TRY(act.role, evidence::RoleCode::parse(role));
  }
  if (const auto previous = base::json_string(object, "previous"); !previous.empty()) {
    TRY(act.previous, ra::read_hash(previous, "previous"));
  }
  return act;
}

}  // namespace yuxin::cli
