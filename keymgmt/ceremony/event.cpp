// The words of a transcript.
#include <algorithm>
#include <utility>

#include "ceremony/event_data.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::pair<EventKind, std::string_view> kNames[] = {
    {EventKind::kOpened, "opened"}, {EventKind::kBegun, "begun"},       {EventKind::kPrepared, "prepared"},
    {EventKind::kActed, "acted"},   {EventKind::kAnswered, "answered"}, {EventKind::kException, "exception"},
    {EventKind::kDone, "done"},     {EventKind::kResumed, "resumed"},   {EventKind::kClosed, "closed"}};

}  // namespace

std::string_view mode_name(CeremonyMode mode) { return mode == CeremonyMode::kReal ? "real" : "practice"; }

std::string_view event_name(EventKind kind) {
  return std::ranges::find(kNames, kind, &std::pair<EventKind, std::string_view>::first)->second;
}

std::optional<EventKind> event_named(std::string_view name) {
  for (const auto& [kind, known] : kNames) {
    if (known == name) return kind;
  }
  return std::nullopt;
}

base::JsonObject output_json(const CeremonyOutput& output) {
  return {{"name", output.name},
          {"public", output.reach == OutputReach::kPublic},
          {"sha256", base::hex(output.sha256)},
          {"size", output.size}};
}

Result<CeremonyOutput> read_output(const base::Json& value) {
  const auto* object = value.if_object();
  const auto* reach = object == nullptr ? nullptr : object->if_contains("public");
  const auto digest = object == nullptr ? std::nullopt : base::from_hex(base::json_string(*object, "sha256"));
  CeremonyOutput output;
  if (reach == nullptr || !reach->is_bool() || object->size() != 4 || !digest ||
      digest->size() != output.sha256.size())
    return fail(Code::kMalformed, "An output of the transcript lacks its name, size or digest.");
  output.name = base::json_string(*object, "name");
  output.reach = reach->get_bool() ? OutputReach::kPublic : OutputReach::kPrivate;
  output.size = base::json_int(*object, "size", -1);
  std::ranges::copy(*digest, output.sha256.begin());
  if (output.name.empty() || output.size < 0)
    return fail(Code::kMalformed, "An output of the transcript lacks its name, size or digest.");
  return output;
}

std::optional<x509::Digest256> digest_at(const base::JsonObject& data, std::string_view name) {
  const auto octets = base::from_hex(base::json_string(data, name));
  x509::Digest256 digest{};
  if (!octets || octets->size() != digest.size()) return std::nullopt;
  std::ranges::copy(*octets, digest.begin());
  return digest;
}

const base::JsonArray* array_at(const base::JsonObject& data, std::string_view name) {
  const auto* value = data.if_contains(name);
  return value == nullptr ? nullptr : value->if_array();
}

Result<std::vector<CeremonyOutput>> outputs_of(const base::JsonObject& data) {
  std::vector<CeremonyOutput> outputs;
  const auto* array = array_at(data, "outputs");
  if (array == nullptr) return outputs;
  for (const auto& value : *array) {
    TRY(auto output, read_output(value));
    outputs.push_back(std::move(output));
  }
  return outputs;
}

}  // namespace yuxin::keymgmt
