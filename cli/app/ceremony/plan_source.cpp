#include "plan_source.hpp"

#include <algorithm>
#include <filesystem>

#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::Result;

Result<PlanSource> find_plan(const std::string& name) {
  constexpr std::size_t kLargestPlan = 1U << 20U;
  const auto& all = keymgmt::shipped_ceremonies();
  const auto shipped = std::ranges::find(all, name, &keymgmt::ShippedCeremony::name);
  std::error_code error;
  const bool is_folder = std::filesystem::is_directory(name, error);
  const auto text = base::read_file(name, kLargestPlan);
  if (text) {
    TRY(auto plan, keymgmt::parse_ceremony_plan(base::as_text(*text), name));
    auto folder = std::filesystem::path(name).parent_path().string();
    return PlanSource{std::move(plan), folder.empty() ? "." : std::move(folder)};
  }
  if (text.error().code != Code::kNotFound && !(is_folder && shipped != all.end()))
    return tl::unexpected(text.error());
  if (shipped != all.end()) {
    TRY(auto plan, keymgmt::parse_ceremony_plan(shipped->text, name));
    return PlanSource{std::move(plan), "."};
  }
  std::vector<std::string> names;
  for (const auto& known : all) names.emplace_back(known.name);
  if (const auto near = base::nearest(name, names))
    return fail(Code::kNotFound, "There is no file {}, and no plan of that name. Did you mean {}?", name, *near);
  return fail(Code::kNotFound, "There is no file {}, and no plan of that name; there are: {}", name,
              base::join(names, base::message(", ")));
}

}  // namespace yuxin::cli
