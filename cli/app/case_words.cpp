#include "case_words.hpp"

#include <algorithm>
#include <utility>

#include "yuxin/base/translation.hpp"
#include "yuxin/workflow/cases.hpp"

namespace yuxin::cli {

using workflow::Workflow;
using Word = std::optional<std::string>;

namespace {

Word state_word(const workflow::Standing& standing, const std::string& name) {
  if (standing.workflow->state(name) == nullptr) return std::nullopt;
  auto then = standing.of;
  then.state = name;
  return workflow::state_title(*standing.workflow, then);
}

Word action_word(const Workflow& definition, const std::string& action, const std::string& from) {
  for (const auto& step : definition.transitions) {
    if (step.action == action && (from.empty() ? step.opens() : step.leads_from(from))) return step.title.text();
  }
  return std::nullopt;
}

Word deadline_word(const Workflow& definition, const std::string& name) {
  const auto found = std::ranges::find(definition.deadlines, name, &workflow::Deadline::name);
  return found == definition.deadlines.end() ? std::nullopt : Word(found->title.text());
}

Word word_of(const std::shared_ptr<store::Store>& store, const notify::Notice& notice, std::string_view member) {
  static constexpr std::string_view kMembers[] = {"action", "deadline", "from", "to", "workflow"};
  if (std::ranges::find(kMembers, member) == std::end(kMembers)) return std::nullopt;
  workflow::Cases cases({store, nullptr, nullptr, {}});  // to read alone
  const auto standing = cases.find(notice.object);
  if (!standing) return std::nullopt;
  const auto& definition = *standing->workflow;
  const auto value = base::json_string(notice.data, member);
  if (member == "workflow") return definition.title.text();
  if (member == "action") return action_word(definition, value, base::json_string(notice.data, "from"));
  if (member == "deadline") return deadline_word(definition, value);
  return state_word(*standing, value);
}

}  // namespace

notify::CaseWords case_words(std::shared_ptr<store::Store> store) {
  return [store = std::move(store)](const notify::Notice& notice, std::string_view member, base::Language language) {
    const base::LanguageScope scope(language);
    return word_of(store, notice, member);
  };
}

}  // namespace yuxin::cli
