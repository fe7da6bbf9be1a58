#include "unlock_file.hpp"

#include <algorithm>

#include "aes_gcm.hpp"
#include "keystore/passphrase_seal.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/keymgmt/token_key_store.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::JsonObject;
using base::Result;

namespace {

constexpr std::string_view kFormat = "yuxin-unlock-2";
constexpr std::string_view kElder = "yuxin-seal-1";
constexpr std::size_t kSealedSize = 32 + kGcmTagSize;
constexpr std::size_t kMostWays = 32;
constexpr std::size_t kLongestLabel = 64;
constexpr std::size_t kLongestUri = 1024;
constexpr std::size_t kShortestWrapped = 256;  // of RSA with 2048 bits
constexpr std::size_t kLongestWrapped = 2048;

std::string path_in(const std::string& folder) { return folder + "/unlock.json"; }

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
  if (!nonce || nonce->size() != kGcmNonceSize || !sealed || sealed->size() != kSealedSize)
    return damaged_unlock_file();
  return Box{std::move(*nonce), std::move(*sealed)};
}

// The name of the key is looked at by whoever goes to the token; here it must only be one that stands for itself.
bool is_key_uri(const std::string& uri) {
  return is_token_name(uri) && uri.size() <= kLongestUri && !base::has_control_character(uri) && base::is_utf8(uri);
}

Result<UnlockFile::Way> read_token_way(const JsonObject& object) {
  UnlockFile::Way way;
  way.way = {UnlockWay::Kind::kToken, base::json_string(object, "key"), {}, {}};
  auto wrapped = base::from_hex(base::json_string(object, "wrapped"));
  const auto key = base::from_hex(base::json_string(object, "public_key"));
  const bool shaped = object.size() == 6 && is_key_uri(way.way.label) && key && key->size() == way.way.key.size() &&
                      wrapped && wrapped->size() >= kShortestWrapped && wrapped->size() <= kLongestWrapped;
  if (!shaped) return damaged_unlock_file();
  std::ranges::copy(*key, way.way.key.begin());
  way.wrapped = std::move(*wrapped);
  return way;
}

Result<UnlockFile::Way> read_way(const JsonObject& object) {
  UnlockFile::Way way;
  const auto kind = base::json_string(object, "way");
  if (kind == "passphrase" && object.size() == 2) {
    const auto* seal = object.if_contains("seal");
    if (seal == nullptr) return damaged_unlock_file();
    way.seal = base::print_json(*seal);
    TRY(parse_seal(way.seal));
    return way;
  }
  if (kind == "token") {
    TRY(way, read_token_way(object));
  } else {
    way.way = {
        UnlockWay::Kind::kShares, base::json_string(object, "register"), {}, base::json_string(object, "replaces")};
    const bool replaces = object.contains("replaces");
    if (kind != "shares" || object.size() != (replaces ? 5U : 4U) || !is_label(way.way.label))
      return damaged_unlock_file();
    if (replaces && !is_label(way.way.replaces)) return damaged_unlock_file();
  }
  TRY(auto box, read_box(object));
  way.nonce = std::move(box.nonce);
  way.sealed = std::move(box.sealed);
  return way;
}

// One passphrase at the most, and each set of shares and each key once.
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
  if (!shaped) return damaged_unlock_file();
  for (const auto& entry : ways->get_array()) {
    if (!entry.is_object()) return damaged_unlock_file();
    TRY(auto way, read_way(entry.get_object()));
    file.ways.push_back(std::move(way));
  }
  if (!distinct(file.ways)) return damaged_unlock_file();
  std::size_t members = 3;
  if (const auto* before = object.if_contains("before")) {
    if (!before->is_object() || before->get_object().size() != 2 || file.version == 1) return damaged_unlock_file();
    TRY(auto box, read_box(before->get_object()));
    file.before = {std::move(box.nonce), std::move(box.sealed)};
    ++members;
  }
  if (object.size() != members) return damaged_unlock_file();
  return file;
}

}  // namespace

base::Failure damaged_unlock_file() {
  return base::fail(base::Code::kIntegrity,
                    "The file that unlocks the keys (keys/unlock.json) is damaged. Restore it from a backup.");
}

Result<UnlockFile> parse_unlock_file(std::string_view text) {
  const auto json = base::parse_json(text);
  if (!json || !json->is_object()) return damaged_unlock_file();
  const auto& object = json->get_object();
  const auto format = base::json_string(object, "format");
  if (format == kFormat) return read_file(object);
  if (format != kElder) return damaged_unlock_file();
  TRY(parse_seal(text));
  UnlockFile file;
  file.ways.push_back({.way = {}, .seal = std::string(text), .nonce = {}, .sealed = {}, .wrapped = {}});
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
      if (way.way.kind == UnlockWay::Kind::kShares) {
        entry["way"] = "shares";
        entry["register"] = way.way.label;
        if (!way.way.replaces.empty()) entry["replaces"] = way.way.replaces;
      } else {
        entry["way"] = "token";
        entry["key"] = way.way.label;
        entry["public_key"] = base::hex(way.way.key);
        entry["wrapped"] = base::hex(way.wrapped);
      }
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

Result<UnlockFile> load_unlock_file(const std::string& folder) {
  TRY(const auto text, base::read_file(path_in(folder), 1U << 16U));
  return parse_unlock_file(base::as_text(text));
}

Result<> save_unlock_file(const std::string& folder, const UnlockFile& file, base::Existing existing) {
  const auto text = print_unlock_file(file);
  TRY(parse_unlock_file(text));
  auto written = base::write_file(path_in(folder), base::as_bytes(text), existing, base::Permissions::kPrivate);
  if (written || written.error().code != Code::kUnavailable) return written;
  // The file may have its place, and only its flush have failed.
  const auto there = base::read_file(path_in(folder), 1U << 16U);
  if (!there || base::as_text(*there) != text) return written;
  return base::fail_with(Code::kUnavailable, written.error().diagnostic,
                         "What opens the keys was changed in {}, but the disk reports an error, so that a power cut "
                         "may undo it. Keep the old passphrases, cards and shares as well as the new ones until the "
                         "disk is in order and you have tried them.",
                         path_in(folder));
}

}  // namespace yuxin::keymgmt
