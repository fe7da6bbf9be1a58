// The OpenAPI document, made from the table of operations.
#include "operations.hpp"
#include "problem.hpp"
#include "schemas.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::ra {

using base::JsonArray;
using base::JsonObject;
using rest::Operation;
using rest::Parameter;

namespace {

JsonObject reference(std::string_view kind, std::string_view name) {
  return {{"$ref", "#/components/" + std::string(kind) + "/" + std::string(name)}};
}

JsonObject schema_of(const Parameter& parameter) {
  switch (parameter.kind) {
    case Parameter::Kind::kText:
      break;
    case Parameter::Kind::kNumber:
      return {{"type", "integer"}, {"minimum", 1}, {"maximum", parameter.most}};
    case Parameter::Kind::kCursor:
      return {{"type", "string"}, {"pattern", "^[1-9][0-9]{0,17}$"}};
    case Parameter::Kind::kWord:
      return {{"type", "string"}, {"enum", JsonArray(parameter.words.begin(), parameter.words.end())}};
  }
  return {{"type", "string"}, {"minLength", 1}};
}

JsonObject parameter_json(const Parameter& parameter) {
  const bool in_path = parameter.in == Parameter::In::kPath;
  return {{"name", parameter.name},
          {"in", in_path ? "path" : "query"},
          {"required", in_path},
          {"description", parameter.what},
          {"schema", schema_of(parameter)}};
}

JsonObject content_of(const Operation& operation) {
  JsonObject media;
  if (!operation.answer.empty()) {
    media["schema"] = reference("schemas", operation.answer);
  } else if (operation.media == "application/json") {
    media["schema"] = JsonObject{{"type", "object"}};
  }
  return {{operation.media, std::move(media)}};
}

JsonObject operation_json(const Operation& operation) {
  JsonArray parameters;
  for (const auto& parameter : operation.parameters) parameters.push_back(parameter_json(parameter));
  if (operation.repeat == Operation::Repeat::kWithKey)
    parameters.push_back(reference("parameters", "IdempotencyKey"));
  JsonObject json{{"operationId", operation.name},
                  {"summary", operation.what},
                  {"parameters", std::move(parameters)},
                  {"responses",
                   {{"200", {{"description", "as asked for"}, {"content", content_of(operation)}}},
                    {"default", reference("responses", "Refusal")}}}};
  if (!operation.body.empty()) {
    json["requestBody"] = JsonObject{
        {"required", true}, {"content", {{"application/json", {{"schema", reference("schemas", operation.body)}}}}}};
  }
  if (operation.access == Operation::Access::kAnyone) json["security"] = JsonArray();
  return json;
}

}  // namespace

JsonObject rest_document(const std::string& version) {
  JsonObject paths;
  for (const auto& operation : rest::operations()) {
    auto& path = paths[operation.path];
    if (!path.is_object()) path = JsonObject();
    path.get_object()[base::lower(operation.method)] = operation_json(operation);
  }
  const JsonObject key{
      {"name", "Idempotency-Key"},
      {"in", "header"},
      {"required", false},
      {"description",
       "1 to 128 visible characters, new for every request that is not a repetition. Whoever repeats a request with "
       "its "
       "key gets the same answer, and nothing is done twice; answers are kept for a day."},
      {"schema", {{"type", "string"}, {"minLength", 1}, {"maxLength", 128}, {"pattern", "^[!-~]+$"}}}};
  const JsonObject refusal{
      {"description",
       "A refusal. Below 500 nothing was changed; from 500 on the detail says what is known, and where it does "
       "not, look before you repeat it. 429 and 503 say in Retry-After when to come again."},
      {"content", {{"application/problem+json", {{"schema", reference("schemas", "Problem")}}}}}};
  return {
      {"openapi", "3.1.0"},
      {"info",
       {{"title", "Yuxin registration authority"},
        {"version", version},
        {"description",
         "The server drafts a step (POST /v1/steps), the officer signs it with a key that never leaves them, and the "
         "server judges what was signed (POST /v1/acts). docs/rest.md"}}},
      {"security", JsonArray{JsonObject{{"certificate", JsonArray()}}}},
      {"paths", std::move(paths)},
      {"components",
       {{"schemas", rest::schemas()},
        {"parameters", {{"IdempotencyKey", key}}},
        {"responses", {{"Refusal", refusal}}},
        {"securitySchemes",
         {{"certificate",
           {{"type", "mutualTLS"}, {"description", "A certificate of this authority, in force."}}}}}}}};
}

namespace rest {

base::Result<base::HttpReply> show_document(Call& call) { return json_reply(rest_document(call.parts.version)); }

base::Result<base::HttpReply> show_problem_kind(Call& call) {
  for (const auto& kind : problem_kinds()) {
    if (call.path.at("problem") != kind.name) continue;
    return json_reply(JsonObject{{"type", std::string("/v1/problems/") + kind.name},
                                 {"title", base::tr(kind.title)},
                                 {"status", kind.status},
                                 {"code", kind.code},
                                 {"what", base::tr(kind.what)}});
  }
  return base::fail(base::Code::kNotFound, "There is no problem \"{}\".", call.path.at("problem"));
}

}  // namespace rest

}  // namespace yuxin::ra
