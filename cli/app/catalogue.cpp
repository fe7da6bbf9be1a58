#include "catalogue.hpp"

#include "desk_home.hpp"
#include "home.hpp"
#include "identity.hpp"
#include "remote_call.hpp"
#include "remote_json.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ca/profile_json.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::JsonArray;
using base::JsonObject;
using base::Result;
using workflow::Workflow;

namespace {

class HomeCatalogue final : public Catalogue {
 public:
  HomeCatalogue(std::shared_ptr<Home> home, const base::Clock& clock) : home_(std::move(home)), clock_(clock) {}

  [[nodiscard]] Result<Workflows> workflows() override { return definitions_of(*home_); }
  [[nodiscard]] Result<std::shared_ptr<const Workflow>> workflow(const std::string& name) override {
    TRY(const auto definitions, definitions_of(*home_));
    std::vector<std::string> known;
    for (const auto& definition : definitions) {
      if (definition->name == name) return definition;
      known.push_back(definition->name);
    }
    if (const auto near = base::nearest(name, known))
      return fail(Code::kNotFound, "There is no workflow {}; did you mean {}?", name, *near);
    return fail(Code::kNotFound, "There is no workflow {}. There are: {}", name,
                base::join(known, base::message(", ")));
  }
  [[nodiscard]] Result<JsonArray> profiles(std::vector<std::string>& trouble) override {
    TRY(const auto profiles, home_->profiles());
    for (const auto& one : profiles.broken()) trouble.push_back(one.error.detail);
    JsonArray list;
    for (const auto& profile : profiles.all()) list.push_back(ca::profile_json(*profile));
    return list;
  }
  [[nodiscard]] Result<JsonObject> profile(const std::string& name) override {
    TRY(const auto profiles, home_->profiles());
    TRY(const auto profile, profiles.find(name));
    auto document = ca::profile_json(*profile);
    document["text"] = profile->text;
    return document;
  }
  [[nodiscard]] Result<JsonArray> organisations() override {
    TRY(const auto organisation, home_->organisation());
    JsonArray list;
    for (const auto& unit : organisation->units()) {
      list.push_back(JsonObject{{"code", unit.code.text()},
                                {"name", {{"en", unit.name_en}, {"zh", unit.name_zh}}},
                                {"parent", unit.parent ? unit.parent->text() : ""},
                                {"district", unit.district},
                                {"exists", unit.exists_at(clock_.now())}});
    }
    return list;
  }

 private:
  std::shared_ptr<Home> home_;
  const base::Clock& clock_;
};

class RemoteCatalogue final : public Catalogue {
 public:
  explicit RemoteCatalogue(RemoteCall call) : call_(std::move(call)) {}

  [[nodiscard]] Result<Workflows> workflows() override {
    TRY(const auto names, list("/v1/workflows", "workflows"));
    Workflows definitions;
    for (const auto& one : names) {
      TRY(auto definition, workflow(base::json_string(one.get_object(), "name")));
      definitions.push_back(std::move(definition));
    }
    return definitions;
  }
  [[nodiscard]] Result<std::shared_ptr<const Workflow>> workflow(const std::string& name) override {
    TRY(const auto json, call_.get("/v1/workflows/" + in_path(name)));
    return Workflow::parse(base::json_string(json, "text"), name);
  }
  [[nodiscard]] Result<JsonArray> profiles(std::vector<std::string>& /*trouble*/) override {
    return list("/v1/profiles", "profiles");
  }
  [[nodiscard]] Result<JsonObject> profile(const std::string& name) override {
    return call_.get("/v1/profiles/" + in_path(name));
  }
  [[nodiscard]] Result<JsonArray> organisations() override { return list("/v1/organisations", "organisations"); }

 private:
  Result<JsonArray> list(const char* path, const char* member) const {
    TRY(const auto json, call_.get(path));
    TRY(const auto objects, objects_in(json, member));
    return JsonArray(objects.begin(), objects.end());
  }
  RemoteCall call_;
};

}  // namespace

Result<std::unique_ptr<Catalogue>> open_catalogue(const Context& context) {
  if (context.options().server) {
    TRY(const auto person, open_identity(context));
    TRY(auto call, RemoteCall::open(context, person));
    return std::make_unique<RemoteCatalogue>(std::move(call));
  }
  TRY(auto home, open_home(context, Home::Access::kRead));
  return std::make_unique<HomeCatalogue>(std::move(home), context.clock());
}

}  // namespace yuxin::cli
