#include "remote_json.hpp"

#include "yuxin/ra/item_json.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::JsonObject;
using base::Result;

namespace {

base::JsonArray names_json(const std::vector<x509::GeneralName>& list) {
  base::JsonArray names;
  for (const auto& name : list)
    names.emplace_back(std::string(x509::general_name_prefix(name.kind)) + ":" + name.value);
  return names;
}

}  // namespace

JsonObject wish_json(const ra::CertificateWish& wish) {
  const auto& enrolment = wish.enrolment;
  JsonObject json{{"profile", wish.profile}, {"request", base::base64(enrolment.request.der())}};
  if (enrolment.subject) json["subject"] = enrolment.subject->text();
  if (enrolment.alt_names) json["names"] = names_json(*enrolment.alt_names);
  if (enrolment.validity) json["days"] = enrolment.validity->count / base::days(1).count;
  return json;
}

JsonObject invitation_json(const ca::Invitation& invitation) {
  return {{"profile", invitation.profile},
          {"subject", invitation.subject.text()},
          {"names", names_json(invitation.alt_names)},
          {"code_key", base::hex(invitation.code_key)}};
}

Result<std::optional<ra::Answered>> read_answered(const JsonObject& json) {
  const auto* answered = json.if_contains("answered");
  if (answered == nullptr || !answered->is_bool())
    return fail(Code::kMalformed, "The server does not say whether the invitation was answered.");
  if (!answered->get_bool()) return std::optional<ra::Answered>();
  auto request = base::from_base64(base::json_string(json, "request"));
  auto proof = base::from_base64(base::json_string(json, "proof"));
  const auto at = base::parse_rfc3339(base::json_string(json, "at"));
  if (!request || request->empty() || !proof || !at)
    return fail(Code::kMalformed, "The server does not say whether the invitation was answered.");
  return ra::Answered{std::move(*request), std::move(*proof), *at};
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

Result<std::vector<JsonObject>> objects_in(const JsonObject& document, const char* name) {
  const auto* list = document.if_contains(name);
  std::vector<JsonObject> objects;
  if (list == nullptr || !list->is_array())
    return fail(Code::kMalformed, "The answer of the server is not what it should be: \"{}\" is wrong or missing.",
                name);
  for (const auto& one : list->get_array()) {
    if (!one.is_object())
      return fail(Code::kMalformed, "The answer of the server is not what it should be: \"{}\" is wrong or missing.",
                  name);
    objects.push_back(one.get_object());
  }
  return objects;
}

Result<std::vector<FileNote>> read_files(const JsonObject& document) {
  TRY(const auto objects, objects_in(document, "files"));
  std::vector<FileNote> files;
  for (const auto& one : objects) {
    FileNote note{base::json_string(one, "label"), base::json_string(one, "name"), base::json_int(one, "size"), {}};
    TRY(note.digest, ra::read_hash(base::json_string(one, "sha256"), "sha256"));
    files.push_back(std::move(note));
  }
  return files;
}

Result<std::vector<CertificateNote>> read_certificates(const JsonObject& document) {
  TRY(const auto objects, objects_in(document, "certificates"));
  std::vector<CertificateNote> certificates;
  for (const auto& one : objects) {
    const auto der = base::from_base64(base::json_string(one, "der"));
    if (!der)
      return fail(Code::kMalformed, "The answer of the server is not what it should be: \"{}\" is wrong or missing.",
                  "certificates");
    TRY(auto certificate, x509::Certificate::from_der(*der));
    certificates.push_back(
        {std::move(certificate), base::json_string(one, "profile"), base::json_string(one, "state")});
  }
  return certificates;
}

Result<RolesSeen> read_roles(const JsonObject& status) {
  TRY(const auto held, objects_in(status, "roles"));
  TRY(const auto ended, objects_in(status, "ended"));
  RolesSeen seen;
  for (const auto& one : held) seen.held.push_back({base::json_string(one, "role"), base::json_string(one, "scope")});
  for (const auto& one : ended) {
    const auto at = base::parse_rfc3339(base::json_string(one, "at"));
    if (!at)
      return fail(Code::kMalformed, "The answer of the server is not what it should be: \"{}\" is wrong or missing.",
                  "at");
    seen.ended.push_back(
        {base::json_string(one, "role"), base::json_string(one, "scope"), *at, base::json_string(one, "granted_by")});
  }
  return seen;
}

}  // namespace yuxin::cli
