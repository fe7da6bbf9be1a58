#include "form_check.hpp"

#include <algorithm>
#include <set>

#include "yuxin/base/language.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::workflow {

using base::Code;
using base::fail;
using base::Result;

namespace {

bool contains(const std::vector<std::string>& list, const std::string& word) {
  return std::ranges::find(list, word) != list.end();
}

std::vector<std::string> taken_by(const Transition& transition) {
  auto names = transition.needs;
  names.insert(names.end(), transition.may.begin(), transition.may.end());
  for (const auto& needs : transition.needs_when) {
    for (const auto& name : needs.fields) {
      if (!contains(names, name)) names.push_back(name);
    }
  }
  return names;
}

}  // namespace

Result<> check_form(const Circumstances& circumstances, const Transition& transition, const base::JsonObject& form,
                    const base::JsonObject& values) {
  const auto& workflow = circumstances.workflow;
  const auto taken = taken_by(transition);
  for (const auto& [key, value] : form) {
    const std::string name(key);
    const auto* field = workflow.field(name);
    if (field == nullptr || !contains(taken, name)) {
      if (taken.empty()) return fail(Code::kRefused, "\"{}\" takes no field \"{}\".", transition.title.text(), name);
      return fail(Code::kRefused, "\"{}\" takes no field \"{}\"; it takes: {}", transition.title.text(), name,
                  base::join(taken, base::message(", ")));
    }
    TRY(check_value(*field, value));
  }
  auto needed = transition.needs;
  for (const auto& needs : transition.needs_when) {
    if (needs.when.holds(values, circumstances.policy))
      needed.insert(needed.end(), needs.fields.begin(), needs.fields.end());
  }
  std::vector<std::string> missing;
  for (const auto& name : needed) {
    if (!form.contains(name))
      missing.push_back(base::message("\"{}\" ({})", name, workflow.field(name)->title.text()));
  }
  if (missing.empty()) return {};
  if (missing.size() == 1)
    return fail(Code::kRefused, "\"{}\" needs the field {}.", transition.title.text(), missing.front());
  return fail(Code::kRefused, "\"{}\" needs the fields {}.", transition.title.text(),
              base::join(missing, base::message(", ")));
}

Result<> check_enclosures(const Circumstances& circumstances, const Transition& transition, const evidence::Act& act,
                          const StepBody& body, const base::JsonObject& values) {
  const auto& workflow = circumstances.workflow;
  // What cannot be excluded is excluded: a classification that nobody has filled in yet may turn out secret.
  if (workflow.has_no_enclosures && !act.attachments.empty() &&
      workflow.no_enclosures.evaluate(values, circumstances.policy) != Truth::kFalse) {
    return fail(Code::kRefused, "Nothing may be attached to this case ({}). Keep its papers where they may be kept.",
                workflow.no_enclosures.text());
  }
  std::set<std::string, std::less<>> attached;
  for (const auto& attachment : act.attachments) {
    if (!attached.insert(attachment.name).second)
      return fail(Code::kRefused, "Two attachments are called {}. Rename one.", attachment.name);
  }
  std::set<std::string, std::less<>> labelled;
  for (const auto& [label, names] : body.files) {
    if (std::ranges::find(transition.enclosures, label, &Enclosure::label) == transition.enclosures.end()) {
      std::vector<std::string> known;
      for (const auto& enclosure : transition.enclosures) known.push_back(enclosure.label);
      if (known.empty()) return fail(Code::kRefused, "\"{}\" takes no attachments.", transition.title.text());
      return fail(Code::kRefused, "\"{}\" takes no attachment \"{}\"; it takes: {}", transition.title.text(), label,
                  base::join(known, base::message(", ")));
    }
    for (const auto& name : names) {
      if (!attached.contains(name))
        return fail(Code::kRefused, "The act does not attach {}, which it lists as \"{}\".", name, label);
      if (!labelled.insert(name).second) return fail(Code::kRefused, "The attachment {} is listed twice.", name);
    }
  }
  if (labelled.size() != attached.size())
    return fail(Code::kRefused, "The act attaches a file and does not say what it is.");
  for (const auto& enclosure : transition.enclosures) {
    const auto found = body.files.find(enclosure.label);
    const auto count = found == body.files.end() ? std::size_t{0} : found->second.size();
    const bool wanted = enclosure.when.holds(values, circumstances.policy);
    if (count > enclosure.max || (wanted && count < enclosure.min)) {
      return fail(Code::kRefused, "\"{}\" takes {} to {} attachments \"{}\" ({}); there are {}.",
                  transition.title.text(), wanted ? enclosure.min : 0, enclosure.max, enclosure.label,
                  enclosure.title.text(), count);
    }
  }
  return {};
}

}  // namespace yuxin::workflow
