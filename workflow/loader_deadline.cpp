// The time limits of a definition.
#include <algorithm>
#include <charconv>

#include "loader.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::workflow {

using base::ConfigTable;
using base::Result;

namespace {

constexpr std::size_t kMostChoices = 20;
constexpr std::string_view kPolicyPrefix = "policy.";

Result<TimeLimit> limit_of(const ConfigTable& table, std::string_view key, const std::string& text) {
  auto span = parse_time_span(text);
  if (!span) return located(table, key, span.error());
  TimeLimit limit;
  limit.choices.push_back({Guard(), std::move(*span)});
  return limit;
}

std::optional<int> per_cent(std::string_view text) {
  if (!text.ends_with('%')) return std::nullopt;
  text.remove_suffix(1);
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 1 || value > 99) return std::nullopt;
  return value;
}

Result<Overdue> overdue_of(const ConfigTable& table, const std::string& text) {
  const auto blank = text.find(' ');
  const auto word = text.substr(0, blank);
  Overdue overdue;
  overdue.what = blank == std::string::npos ? std::string() : text.substr(blank + 1);
  if (word == "escalate" || word == "notify") {
    overdue.kind = word == "escalate" ? Overdue::Kind::kEscalate : Overdue::Kind::kNotify;
    const auto role = evidence::RoleCode::parse(overdue.what);
    if (!role) return located(table, "overdue", role.error());
  } else if (word == "mark" && is_state_name(overdue.what)) {
    overdue.kind = Overdue::Kind::kMark;
  } else if (word == "carry-out" && is_name(overdue.what, '-')) {
    overdue.kind = Overdue::Kind::kCarryOut;
  } else {
    return table.error("overdue",
                       "\"{}\" is not understood; write \"escalate ROLE\", \"notify ROLE\", \"mark LATE\" "
                       "or \"carry-out EFFECT\"",
                       text);
  }
  return overdue;
}

Result<> read_within(ConfigTable& table, const Workflow& workflow, const Policies& policies, Deadline& deadline) {
  const auto text = table.string("within");
  if (text && !text->has_value())
    return table.error({},
                       "say how long it may take: within = \"P2BD\", or \"policy.NAME\" for a value of [policy.…]");
  if (text && (*text)->starts_with(kPolicyPrefix)) {
    const auto name = (*text)->substr(kPolicyPrefix.size());
    for (const auto& policy : workflow.policies) {
      const auto section = policies.find(policy);
      const bool there = section != policies.end() && section->second.contains(name);
      if (!there) return table.error("within", "[policy.{}] has no value \"{}\"", policy, name);
      deadline.within.emplace(policy, section->second.at(name));
    }
    return {};
  }
  TRY(const auto limit, read_limit(table, "within", workflow));
  for (const auto& policy : workflow.policies) deadline.within.emplace(policy, limit);
  return {};
}

Result<> read_ends(ConfigTable& table, const Workflow& workflow, Deadline& deadline) {
  TRY(deadline.from, table.required_string("from"));
  TRY(known_state(table, "from", workflow, deadline.from));
  if (workflow.state(deadline.from)->is_final)
    return table.error("from", "the state {} is final, so nothing is waited for there", deadline.from);
  TRY(const auto since, table.string("since"));
  deadline.since = since.value_or("");
  if (since) {
    TRY(known_field(table, "since", workflow, *since));
    if (workflow.field(*since)->kind != FieldKind::kTime)
      return table.error("since", "the field \"{}\" is not of the kind \"time\"", *since);
  }
  TRY(deadline.until, table.strings("until"));
  if (deadline.until.empty())
    return table.error({}, "say which actions meet the limit: until = [\"review\", \"reject\"]");
  for (const auto& action : deadline.until) {
    if (!workflow.has_action(action))
      return table.error("until", "there is no action \"{}\"; write it as [[transition]]", action);
  }
  TRY(deadline.stopped_in, table.strings("stopped_in"));
  for (const auto& state : deadline.stopped_in) {
    TRY(known_state(table, "stopped_in", workflow, state));
    if (state == deadline.from)
      return table.error("stopped_in", "the clock cannot stand in {}, where it begins", state);
  }
  return {};
}

}  // namespace

Result<TimeLimit> read_limit(ConfigTable& table, std::string_view key, const Workflow& workflow) {
  if (const auto text = table.string(key); text && *text) return limit_of(table, key, **text);
  auto rows = table.tables(key);
  if (!rows || rows->empty() || rows->size() > kMostChoices)
    return table.error(key,
                       "\"{}\" takes a span (\"P2BD\"), or up to {} of them: [{{ when = \"…\", within = \"PT1H\" "
                       "}}, {{ within = \"PT4H\" }}]",
                       key, kMostChoices);
  TimeLimit limit;
  for (auto& row : *rows) {
    TimeLimit::Choice choice;
    TRY(choice.when, read_guard(row, "when", workflow));
    TRY(const auto text, row.required_string("within"));
    auto span = parse_time_span(text);
    if (!span) return located(row, "within", span.error());
    choice.span = std::move(*span);
    const bool last = limit.choices.size() + 1 == rows->size();
    if (choice.when.always() != last)
      return row.error("when", "each span but the last has a condition, and the last, for everything else, has none");
    limit.choices.push_back(std::move(choice));
  }
  return limit;
}

Result<Deadline> read_deadline(ConfigTable& table, const Workflow& workflow, const Policies& policies) {
  Deadline deadline;
  TRY(deadline.name, table.required_string("name"));
  if (!is_name(deadline.name, '-'))
    return table.error("name", "\"{}\" cannot name a deadline: lower-case letters, digits and hyphens",
                       deadline.name);
  TRY(deadline.title, read_title(table, "title"));
  TRY(read_ends(table, workflow, deadline));
  TRY(read_within(table, workflow, policies, deadline));
  TRY(const auto warnings, table.strings("warn"));
  for (const auto& text : warnings) {
    const auto value = per_cent(text);
    if (!value || (!deadline.warn.empty() && *value <= deadline.warn.back()))
      return table.error("warn", "warnings are parts of the span, ascending: warn = [\"50%\", \"80%\"]");
    deadline.warn.push_back(*value);
  }
  TRY(const auto overdue, table.strings("overdue"));
  for (const auto& text : overdue) {
    TRY(auto step, overdue_of(table, text));
    deadline.overdue.push_back(std::move(step));
  }
  const bool heard = std::ranges::any_of(deadline.overdue,
                                         [](const Overdue& step) { return step.kind == Overdue::Kind::kEscalate; });
  if (!heard)
    return table.error({}, "nobody hears of it when \"{}\" has passed; write overdue = [\"escalate ROLE\"]",
                       deadline.name);
  return deadline;
}

}  // namespace yuxin::workflow
