// The profiles of a home.
#include <algorithm>
#include <filesystem>

#include "yuxin/base/file.hpp"
#include "yuxin/base/folder.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ca/profile.hpp"

namespace yuxin::ca {

using base::Code;
using base::Result;

namespace {

Result<Profile> read_profile(const std::string& file) {
  TRY(const auto text, base::read_file(file, 1U << 20U));
  return parse_profile(base::as_text(text), file);
}

}  // namespace

Result<ProfileSet> ProfileSet::load_directory(const std::string& directory) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  if (error) return base::folder_failure(error.value(), directory);
  std::ranges::sort(files);
  ProfileSet set;
  for (const auto& file : files) {
    auto profile = read_profile(file.string());
    if (!profile) {
      set.broken_.push_back({file.stem().string(), std::move(profile).error()});
      continue;
    }
    const auto name = profile->name;
    const bool is_new = set.profiles_.emplace(name, std::make_shared<const Profile>(std::move(*profile))).second;
    if (!is_new)
      set.broken_.push_back(
          {name,
           base::Error{
               Code::kMalformed, base::message("{}: a second profile has the name {}.", file.string(), name), {}}});
  }
  // which of two is meant is not known
  for (const auto& one : set.broken_) set.profiles_.erase(one.name);
  return set;
}

ProfileSet ProfileSet::of(std::vector<Profile> profiles) {
  ProfileSet set;
  for (auto& profile : profiles) {
    auto name = profile.name;
    set.profiles_.emplace(std::move(name), std::make_shared<const Profile>(std::move(profile)));
  }
  return set;
}

Result<std::shared_ptr<const Profile>> ProfileSet::find(std::string_view name) const {
  if (const auto found = profiles_.find(name); found != profiles_.end()) return found->second;
  const auto broken = std::ranges::find(broken_, name, &BrokenProfile::name);
  if (broken != broken_.end())
    return base::fail_with(broken->error.code, broken->error.diagnostic,
                           "Profile {} cannot be used before its file is correct: {}", name, broken->error.detail);
  std::vector<std::string> names;
  for (const auto& [known, profile] : profiles_) names.push_back(known);
  if (const auto near = base::nearest(name, names)) {
    return base::fail(Code::kNotFound, "No profile {}. Did you mean {}? All of them: yuxin profile list", name,
                      *near);
  }
  if (!broken_.empty())
    return base::fail(Code::kNotFound, "No profile {}. This file could not be read: {}", name,
                      broken_.front().error.detail);
  return base::fail(Code::kNotFound, "No profile {}. The profiles of this home: {}.", name,
                    base::join(names, base::message(", ")));
}

std::vector<std::shared_ptr<const Profile>> ProfileSet::all() const {
  std::vector<std::shared_ptr<const Profile>> list;
  for (const auto& [name, profile] : profiles_) list.push_back(profile);
  return list;
}

}  // namespace yuxin::ca
