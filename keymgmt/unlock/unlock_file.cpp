#include "unlock_file.hpp"

#include <algorithm>

#include "aes_gcm.hpp"
#include "keystore/passphrase_seal.hpp"
#include "yuxin/base/json.hpp"

namespace yuxin::keymgmt {

using base::JsonObject;
using base::Result;

namespace {

constexpr std::string_view kFormat = "yuxin-unlock-2";
constexpr std::string_view kElder = "yuxin-seal-1";
constexpr std::size_t kSealedSize = 32 + kGcmTagSize;
constexpr std::size_t kMostWays = 32;
constexpr std::size_t kLongestLabel = 64;

base::Failure damaged() {
  return base::fail(base::Code::kIntegrity,
                    "The file that unlocks the keys (keys/unlock.json) is damaged. Restore it from a backup.");
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kLongestLabel && std::ranges::all_of(label, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

struct Box {
  base::Bytes nonce;
  base::Bytes sealed;
};

Result<Box> read_box(const JsonObject& object) {
  auto nonce = base::from_hex(base::json_string(object, "nonce"));
  auto sealed = base::from_hex(base::json_string(object, "sealed"));
  if (!nonce || nonce->size() != kGcmNonceSize || !sealed || sealed->size() != kSealedSize) return damaged();
  return Box{std::move(*nonce), std::move(*sealed)};
}

Result<UnlockFile::Way> read_way(const JsonObject& object) {
  UnlockFile::Way way;
  const auto kind = base::json_string(object, "way");
  if (kind == "passphrase" && object.size() == 2) {
    const auto* seal = object.if_contains("seal");
    if (seal == nullptr) return damaged();
    way.seal = base::print_json(*seal);
    TRY(parse_seal(way.seal));
    return way;
  }
  way.way = {UnlockWay::Kind::kShares, base::json_string(object, "register")};
  if (kind != "shares" || object.size() != 4 || !is_label(way.way.label)) return damaged();
  TRY(auto box, read_box(object));
  way.nonce = std::move(box.nonce);
  way.sealed = std::move(box.sealed);
  return way;
}

// One passphrase at the most, and each set of shares once.
bool distinct(const std::vector<UnlockFile::Way>& ways) {
  std::vector<std::string> names;
  for (const auto& way : ways) names.push_back(way.way.label);
  std::ranges::sort(names);
  return std::ranges::adjacent_find(names) == names.end();
}

Result<UnlockFile> read_file(const JsonObject& object) {
  UnlockFile file;
  file.version = base::json_int(object, "version");
  const auto* ways = object.if_contains("ways");
  const bool shaped = file.version >= 1 && file.version < (std::int64_t{1} << 31U) && ways != nullptr &&
                      ways->is_array() && !ways->get_array().empty() && ways->get_array().size() <= kMostWays;
  if (!shaped) return damaged();
  for (const auto& entry : ways->get_array()) {
    if (!entry.is_object()) return damaged();
    TRY(auto way, read_way(entry.get_object()));
    file.ways.push_back(std::move(way));
  }
  if (!distinct(file.ways)) return damaged();
  std::size_t members = 3;
  if (const auto* before = object.if_contains("before")) {
    if (!before->is_object() || before->get_object().size() != 2 || file.version == 1) return damaged();
    TRY(auto box, read_box(before->get_object()));
    file.before = {std::move(box.nonce), std::move(box.sealed)};
    ++members;
  }
  if (object.size() != members) return damaged();
  return file;
}

}  // namespace

Result<UnlockFile> parse_unlock_file(std::string_view text) {
  const auto json = base::parse_json(text);
  if (!json || !json->is_object()) return damaged();
  const auto& object = json->get_object();
  const auto format = base::json_string(object, "format");
  if (format == kFormat) return read_file(object);
  if (format != kElder) return damaged();
  TRY(parse_seal(text));
  UnlockFile file;
  file.ways.push_back({.way = {}, .seal = std::string(text), .nonce = {}, .sealed = {}});
  return file;
}

std::string print_unlock_file(const UnlockFile& file) {
  base::JsonArray ways;
  for (const auto& way : file.ways) {
    JsonObject entry;
    if (way.way.kind == UnlockWay::Kind::kPassphrase) {
      entry["way"] = "passphrase";
      entry["seal"] = base::parse_json(way.seal).value_or(base::Json());
    } else {
      entry["way"] = "shares";
      entry["register"] = way.way.label;
      entry["nonce"] = base::hex(way.nonce);
      entry["sealed"] = base::hex(way.sealed);
    }
    ways.emplace_back(std::move(entry));
  }
  JsonObject object{{"format", kFormat}, {"version", file.version}, {"ways", std::move(ways)}};
  if (file.before) {
    object["before"] =
        JsonObject{{"nonce", base::hex(file.before->nonce)}, {"sealed", base::hex(file.before->sealed)}};
  }
  return base::print_json_pretty(object);
}

}  // namespace yuxin::keymgmt
