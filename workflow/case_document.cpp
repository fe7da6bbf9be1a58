#include "case_document.hpp"

#include "yuxin/evidence/canonical.hpp"

namespace yuxin::workflow {

using base::JsonArray;
using base::JsonObject;
using base::Result;

Result<std::string> print_document(const Case& of) {
  JsonObject taken;
  for (const auto& [action, step] : of.taken) taken[action] = step;
  return evidence::canonical_json(JsonObject{{"about", of.about},
                                             {"facts", of.facts},
                                             {"form", of.form},
                                             {"marks", JsonArray(of.marks.begin(), of.marks.end())},
                                             {"taken", std::move(taken)}});
}

Result<> read_document(std::string_view text, Case& of) {
  const auto damaged = [&] {
    return base::fail(base::Code::kIntegrity, "What is kept of case {} is damaged.", of.id);
  };
  auto json = base::parse_json(text);
  auto* document = json ? json->if_object() : nullptr;
  if (document == nullptr) return damaged();
  for (const auto& [name, member] :
       {std::pair{"about", &of.about}, std::pair{"facts", &of.facts}, std::pair{"form", &of.form}}) {
    auto* value = document->if_contains(name);
    if (value == nullptr || !value->is_object()) return damaged();
    *member = value->get_object();
  }
  const auto* marks = document->if_contains("marks");
  const auto* taken = document->if_contains("taken");
  if (marks == nullptr || !marks->is_array() || taken == nullptr || !taken->is_object()) return damaged();
  for (const auto& mark : marks->get_array()) {
    if (!mark.is_string()) return damaged();
    of.marks.emplace_back(std::string_view(mark.get_string()));
  }
  for (const auto& [action, step] : taken->get_object()) {
    if (!step.is_int64()) return damaged();
    of.taken[std::string(action)] = step.get_int64();
  }
  return {};
}

}  // namespace yuxin::workflow
