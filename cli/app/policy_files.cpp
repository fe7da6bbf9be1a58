#include "policy_files.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "yuxin/base/file.hpp"
#include "yuxin/evidence/organisation.hpp"
#include "yuxin/workflow/calendar.hpp"
#include "yuxin/workflow/definition.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::JsonObject;
using base::Result;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLongestFile = std::size_t{4} << 20U;
constexpr std::array<std::string_view, 3> kFolders = {"profiles", "workflows", "calendars"};
constexpr std::array<std::string_view, 2> kFiles = {"organisation.toml", "approvals.toml"};
constexpr std::string_view kEnd = ".toml";

Result<> add_file(const Home& home, const std::string& name, JsonObject& files) {
  const auto octets = base::read_file(home.path() + "/" + name, kLongestFile);
  if (octets) files[name] = base::as_text(*octets);
  if (octets || octets.error().code == Code::kNotFound) return {};
  return tl::unexpected(octets.error());
}

Result<> add_folder(const Home& home, std::string_view folder, JsonObject& files) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(home.path() + "/" + std::string(folder), error)) {
    if (entry.path().extension() != kEnd) continue;
    TRY(add_file(home, std::string(folder) + "/" + entry.path().filename().string(), files));
  }
  return {};
}

template <typename Shipped>
void add_shipped(std::string_view folder, const std::vector<Shipped>& shipped, JsonObject& files) {
  for (const auto& one : shipped)
    files[std::string(folder) + "/" + std::string(one.name) + std::string(kEnd)] = one.text;
}

// One name of a file, without a way out of the folder.
bool is_policy_name(std::string_view name) {
  if (std::ranges::find(kFiles, name) != kFiles.end()) return true;
  const auto slash = name.find('/');
  if (slash == std::string_view::npos || !name.ends_with(kEnd)) return false;
  const auto stem = name.substr(slash + 1, name.size() - slash - 1 - kEnd.size());
  return std::ranges::find(kFolders, name.substr(0, slash)) != kFolders.end() && evidence::is_profile_name(stem);
}

}  // namespace

Result<JsonObject> policy_files(const Home& home) {
  JsonObject files;
  files["organisation.toml"] = evidence::shipped_organisation("quickstart").value_or("");
  files["approvals.toml"] = "";
  for (const auto name : kFiles) TRY(add_file(home, std::string(name), files));
  add_shipped("workflows", workflow::shipped_workflows(), files);
  add_shipped("calendars", workflow::shipped_calendars(), files);
  for (const auto folder : kFolders) TRY(add_folder(home, folder, files));
  return files;
}

Result<> keep_policy_files(const Home& home, const JsonObject& files) {
  for (const auto& member : files) {
    if (!is_policy_name(std::string_view(member.key())) || !member.value().is_string())
      return fail(Code::kMalformed, "\"{}\" is no file that a registration authority goes by.",
                  std::string(member.key()));
  }
  for (const auto folder : kFolders) {
    const auto path = home.path() + "/" + std::string(folder);
    if (!base::file_exists(path)) TRY(base::make_directory(path));
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(path, ignored)) {
      const auto name = std::string(folder) + "/" + entry.path().filename().string();
      if (entry.path().extension() == kEnd && !files.contains(name)) fs::remove(entry.path(), ignored);
    }
  }
  for (const auto& member : files) {
    TRY(base::write_file(home.path() + "/" + std::string(member.key()),
                         base::as_bytes(std::string_view(member.value().get_string())), base::Existing::kReplace,
                         base::Permissions::kPublic));
  }
  return {};
}

}  // namespace yuxin::cli
