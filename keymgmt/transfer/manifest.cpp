#include <algorithm>
#include <array>

#include "json_reading.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/evidence/canonical.hpp"
#include "yuxin/keymgmt/transfer.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Json;
using base::JsonArray;
using base::JsonObject;
using base::Result;

namespace {

constexpr std::string_view kFormat = "yuxin-transfer-1";
constexpr std::size_t kLongestName = 64;
constexpr std::size_t kLongestOrigin = 128;
constexpr std::int64_t kLastSequence = 1'000'000'000;

struct KindRow {
  TransferKind kind;
  std::string_view name;
};
constexpr std::array<KindRow, 6> kKinds{{{TransferKind::kCertificate, "certificate"},
                                         {TransferKind::kCrl, "crl"},
                                         {TransferKind::kRequest, "request"},
                                         {TransferKind::kCheckpoint, "checkpoint"},

                                         {TransferKind::kRecord, "record"},
                                         {TransferKind::kFile, "file"}}};

JsonObject as_json(const TransferEntry& entry) {
  return {{"kind", transfer_kind_name(entry.kind)},
          {"name", entry.name},
          {"sha256", base::hex(entry.sha256)},
          {"size", entry.size}};
}

bool is_origin(std::string_view text) {
  return !text.empty() && text.size() <= kLongestOrigin &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

// What follows reads what is there; that nothing is missing, too much or written otherwise is found by writing it
// again.
std::optional<TransferEntry> read_entry(const Json& json) {
  const auto* object = json.if_object();
  if (object == nullptr) return std::nullopt;
  TransferEntry entry;
  entry.name = base::json_string(*object, "name");
  const auto kind = transfer_kind_named(base::json_string(*object, "kind"));
  const auto size = small_member(*object, "size", 0, static_cast<std::int64_t>(kLargestTransfer));
  const auto digest = digest_member(*object, "sha256");
  if (!kind || !size || !digest || !is_transfer_name(entry.name)) return std::nullopt;
  entry.kind = *kind;
  entry.size = *size;
  entry.sha256 = *digest;
  return entry;
}

std::optional<TransferHeader> read_header(const JsonObject& object) {
  TransferHeader header;
  header.from = base::json_string(object, "from");
  header.to = base::json_string(object, "to");
  const auto sequence = small_member(object, "sequence", 1, kLastSequence);
  const auto made = base::parse_rfc3339(base::json_string(object, "made"));
  if (!sequence || !made || !is_origin(header.from) || !is_transfer_name(header.to)) return std::nullopt;
  header.sequence = *sequence;
  header.made = *made;
  header.to_key = digest_member(object, "to_key");
  header.previous = digest_member(object, "previous");
  if (header.previous.has_value() != (header.sequence > 1)) return std::nullopt;
  return header;
}

std::optional<std::vector<TransferEntry>> read_entries(const JsonObject& object) {
  const auto* items = object.if_contains("items");
  if (items == nullptr || !items->is_array() || items->get_array().size() > kMostTransferItems) return std::nullopt;
  std::vector<TransferEntry> entries;
  for (const auto& element : items->get_array()) {
    auto entry = read_entry(element);
    if (!entry || (!entries.empty() && entry->name <= entries.back().name)) return std::nullopt;
    entries.push_back(std::move(*entry));
  }
  return entries;
}

}  // namespace

std::string_view transfer_kind_name(TransferKind kind) {
  return std::ranges::find(kKinds, kind, &KindRow::kind)->name;
}

std::optional<TransferKind> transfer_kind_named(std::string_view name) {
  const auto* const row = std::ranges::find(kKinds, name, &KindRow::name);
  return row == kKinds.end() ? std::nullopt : std::optional(row->kind);
}

bool is_transfer_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_';
  };
  return !name.empty() && name.size() <= kLongestName && name.front() != '.' && name.front() != '-' &&
         name.find("..") == std::string_view::npos && std::ranges::all_of(name, fits);
}

Result<std::string> print_manifest(const TransferManifest& manifest) {
  JsonArray items;
  for (const auto& entry : manifest.items) items.push_back(as_json(entry));
  const auto& header = manifest.header;
  JsonObject object{
      {"format", kFormat},           {"from", header.from}, {"items", items}, {"made", base::rfc3339(header.made)},
      {"sequence", header.sequence}, {"to", header.to}};
  if (header.previous) object["previous"] = base::hex(*header.previous);
  if (header.to_key) object["to_key"] = base::hex(*header.to_key);
  return evidence::canonical_json(object);
}

Result<TransferManifest> read_manifest(std::string_view text) {
  const auto refused = [] { return fail(Code::kMalformed, "This is not the manifest of a transfer bundle."); };
  const auto json = base::parse_json(text);
  if (!json || !json->is_object()) return refused();
  auto header = read_header(json->get_object());
  auto entries = read_entries(json->get_object());
  if (!header || !entries) return refused();
  TransferManifest manifest{std::move(*header), std::move(*entries)};
  TRY(const auto again, print_manifest(manifest));
  if (again != text) return refused();
  return manifest;
}

}  // namespace yuxin::keymgmt
