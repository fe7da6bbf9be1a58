// The profiles of a home.
#include <algorithm>
#include <filesystem>

#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ca/profile.hpp"

namespace yuxin::ca {

using base::Code;
using base::Result;

Result<ProfileSet> ProfileSet::load_directory(const std::string& directory) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  if (error) {
    return base::fail_with(Code::kNotFound, error.message(), "The folder of profiles {} cannot be read.", directory);
  }
  std::ranges::sort(files);
  std::vector<Profile> profiles;
  for (const auto& file : files) {
    TRY(auto text, base::read_file(file.string(), 1U << 20U));
    TRY(auto profile, parse_profile(base::as_text(text), file.string()));
    const bool twice = std::ranges::any_of(profiles, [&](const Profile& p) { return p.name == profile.name; });
    if (twice)
      return base::fail(Code::kMalformed, "{}: a second profile has the name {}.", file.string(), profile.name);
    profiles.push_back(std::move(profile));
  }
  return of(std::move(profiles));
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
  std::vector<std::string> names;
  for (const auto& [known, profile] : profiles_) names.push_back(known);
  if (const auto near = base::nearest(name, names)) {
    return base::fail(Code::kNotFound, "No profile {}. Did you mean {}? All of them: yuxin profile list", name,
                      *near);
  }
  return base::fail(Code::kNotFound, "No profile {}. The profiles of this home: {}.", name, base::join(names, ", "));
}

std::vector<std::shared_ptr<const Profile>> ProfileSet::all() const {
  std::vector<std::shared_ptr<const Profile>> list;
  for (const auto& [name, profile] : profiles_) list.push_back(profile);
  return list;
}

}  // namespace yuxin::ca
