// What there is to be applied for, and where: workflows, profiles and organisations, of the home or of the
// registration authority that a call names.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "context.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/workflow/definition.hpp"

namespace yuxin::cli {

// Catalogue only looks. Errors: kNotFound with the nearest name; of a server also kUnavailable and kMalformed. Not
// thread-safe.
class Catalogue {
 public:
  virtual ~Catalogue() = default;
  using Workflows = std::vector<std::shared_ptr<const workflow::Workflow>>;
  [[nodiscard]] virtual base::Result<Workflows> workflows() = 0;
  [[nodiscard]] virtual base::Result<std::shared_ptr<const workflow::Workflow>> workflow(const std::string& name) = 0;
  // profiles gives those that can be used, as ca::profile_json writes them; what is wrong with other files goes to
  // `trouble`, where that is known. profile gives one with its "text".
  [[nodiscard]] virtual base::Result<base::JsonArray> profiles(std::vector<std::string>& trouble) = 0;
  [[nodiscard]] virtual base::Result<base::JsonObject> profile(const std::string& name) = 0;
  // organisations: [{"code", "name": {"en", "zh"}, "parent", "district", "exists"}], parents before their children.
  [[nodiscard]] virtual base::Result<base::JsonArray> organisations() = 0;
};

// open_catalogue opens that of --server, as --as, or of the home.
[[nodiscard]] base::Result<std::unique_ptr<Catalogue>> open_catalogue(const Context& context);

}  // namespace yuxin::cli
