#include "authority/wire.hpp"

#include <algorithm>
#include <utility>

namespace yuxin::ra::wire {

using base::Bytes;
using base::Code;
using base::fail;
using base::JsonArray;
using base::JsonObject;
using base::Result;

namespace {

constexpr std::size_t kLongestEffect = 40;

Result<const JsonObject*> object_in(const JsonObject& json, std::string_view name) {
  const auto* value = json.if_contains(name);
  if (value == nullptr || !value->is_object()) return fail(Code::kMalformed, "\"{}\" must be an object.", name);
  return &value->get_object();
}

Result<const JsonArray*> array_in(const JsonObject& json, std::string_view name) {
  const auto* value = json.if_contains(name);
  if (value == nullptr || !value->is_array()) return fail(Code::kMalformed, "\"{}\" must be a list.", name);
  return &value->get_array();
}

Result<x509::Certificate> certificate_in(const JsonObject& json, std::string_view name) {
  TRY(const auto der, octets(json, name));
  return x509::Certificate::from_der(der);
}

}  // namespace

Result<> check_members(const JsonObject& json, std::initializer_list<std::string_view> needed,
                       std::initializer_list<std::string_view> optional) {
  for (const auto name : needed) {
    if (!json.contains(name)) return fail(Code::kMalformed, "The member \"{}\" is missing.", name);
  }
  for (const auto& member : json) {
    const std::string_view name(member.key());
    if (std::ranges::find(needed, name) == needed.end() && std::ranges::find(optional, name) == optional.end())
      return fail(Code::kMalformed, "The member \"{}\" is not known here.", name);
  }
  return {};
}

Result<Bytes> octets(const JsonObject& json, std::string_view name) {
  const auto* value = json.if_contains(name);
  auto read = value != nullptr && value->is_string() ? base::from_base64(std::string_view(value->get_string()))
                                                     : std::nullopt;
  if (!read || read->empty()) return fail(Code::kMalformed, "\"{}\" must be octets in base64.", name);
  return std::move(*read);
}

Result<std::vector<Bytes>> octet_list(const JsonObject& json, std::string_view name) {
  TRY(const auto* array, array_in(json, name));
  std::vector<Bytes> list;
  for (const auto& one : *array) {
    auto read = one.is_string() ? base::from_base64(std::string_view(one.get_string())) : std::nullopt;
    if (!read || read->empty()) return fail(Code::kMalformed, "\"{}\" must be a list of octets in base64.", name);
    list.push_back(std::move(*read));
  }
  return list;
}

Result<std::vector<evidence::Hash>> hash_list(const JsonObject& json, std::string_view name) {
  TRY(const auto* array, array_in(json, name));
  std::vector<evidence::Hash> list;
  for (const auto& one : *array) {
    const auto read = one.is_string() ? base::from_hex(std::string_view(one.get_string())) : std::nullopt;
    if (!read || read->size() != evidence::Hash{}.size())
      return fail(Code::kMalformed, "\"{}\" must be a list of digests in hexadecimal digits.", name);
    std::ranges::copy(*read, list.emplace_back().begin());
  }
  return list;
}

namespace {

Result<std::vector<Bytes>> act_list(const JsonObject& json) {
  TRY(auto acts, octet_list(json, "acts"));
  if (acts.size() > kMostActs) return fail(Code::kMalformed, "There are {} acts at most at once.", kMostActs);
  return acts;
}

}  // namespace

JsonObject print(const OrderMessage& message) {
  JsonObject json{{"acts", print_octets(message.acts)}, {"effect", message.effect}, {"step", message.step}};
  if (!message.request.empty()) json["request"] = base::base64(message.request);
  return json;
}

Result<OrderMessage> read_order(const JsonObject& json) {
  TRY(check_members(json, {"acts", "effect", "step"}, {"request"}));
  OrderMessage message;
  message.effect = base::json_string(json, "effect");
  if (message.effect.empty() || message.effect.size() > kLongestEffect)
    return fail(Code::kMalformed, "\"effect\" must be what is ordered, in a word.");
  TRY(message.acts, act_list(json));
  const auto& step = json.at("step");
  if (!step.is_int64() || step.get_int64() < 0 || std::cmp_greater(step.get_int64(), message.acts.size()))
    return fail(Code::kMalformed, "\"step\" must be the number of the act that orders this, or 0.");
  message.step = step.get_int64();
  if (json.contains("request")) {
    TRY(message.request, octets(json, "request"));
  }
  return message;
}

JsonObject print(const CheckMessage& message) {
  return {{"about", message.about}, {"request", base::base64(message.request)}};
}

Result<CheckMessage> read_check(const JsonObject& json) {
  TRY(check_members(json, {"about", "request"}));
  CheckMessage message;
  TRY(const auto* about, object_in(json, "about"));
  message.about = *about;
  TRY(message.request, octets(json, "request"));
  return message;
}

Result<std::vector<Bytes>> read_acts(const JsonObject& json) {
  TRY(check_members(json, {"acts"}));
  return act_list(json);
}

Result<Bytes> read_act(const JsonObject& json) {
  TRY(check_members(json, {"act"}));
  return octets(json, "act");
}

Result<std::int64_t> read_after(const JsonObject& json) {
  TRY(check_members(json, {"after"}));
  const auto* after = json.if_contains("after");
  if (!after->is_int64() || after->get_int64() < 0)
    return fail(Code::kMalformed, "\"after\" must be how many records were read.");
  return after->get_int64();
}

Result<ProofQuestion> read_question(const JsonObject& json) {
  ProofQuestion question;
  TRY(check_members(json, {}, {"role", "stamp", "status"}));
  if (json.size() != 1) return fail(Code::kMalformed, "One of \"role\", \"stamp\" and \"status\" is asked for.");
  if (json.contains("stamp")) {
    TRY(question.stamp, octets(json, "stamp"));
  } else if (json.contains("status")) {
    TRY(const auto* status, object_in(json, "status"));
    TRY(check_members(*status, {"certificate", "issuer"}));
    TRY(question.certificate, certificate_in(*status, "certificate"));
    TRY(question.issuer, certificate_in(*status, "issuer"));
  } else {
    TRY(const auto* role, object_in(json, "role"));
    TRY(check_members(*role, {"holder", "role"}, {"brought"}));
    TRY(question.holder, certificate_in(*role, "holder"));
    TRY(question.role, evidence::RoleCode::parse(base::json_string(*role, "role")));
    if (role->contains("brought")) {
      TRY(const auto der, octets(*role, "brought"));
      TRY(question.brought, x509::AttributeCertificate::from_der(der));
    }
  }
  return question;
}

}  // namespace yuxin::ra::wire
