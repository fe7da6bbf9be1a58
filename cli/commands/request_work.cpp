// yuxin request work: the queue, one case after the other, by keyboard.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "app/case_view.hpp"
#include "app/clock_check.hpp"
#include "app/desk_acting.hpp"
#include "commands.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;

constexpr std::int64_t kPage = 50;

// Where one goes from a case.
enum class Turn { kStay, kNext, kEnd };

const workflow::Transition* step_named(const ra::Item& item, std::string_view action) {
  const auto& standing = item.standing;
  for (const auto* step : standing.workflow->steps_from(standing.of.state)) {
    if (step->action == action) return step;
  }
  return nullptr;
}

// The line by which somebody decides whether to look closer.
void summarise(const Context& context, const ra::Item& item) {
  const auto& of = item.standing.of;
  const auto whom = base::json_string(of.form, "name", base::json_string(of.about, "subject"));
  const auto what = of.place.profile.empty() ? item.standing.workflow->title.text() : of.place.profile;
  const auto due = due_text(of, context.clock().now());
  context.remark("");
  context.remark(fmt::format("{}  {}  {}  {}{}", of.id, what, whom, state_title(*item.standing.workflow, of.state),
                             due.empty() ? std::string() : message(", due {}", due)));
}

std::string choices_text(const ra::Item& item) {
  std::vector<std::string> choices;
  for (std::size_t i = 0; i < item.mine.size(); ++i) {
    const auto* step = step_named(item, item.mine[i]);
    choices.push_back(fmt::format("{} {}", i + 1, step == nullptr ? item.mine[i] : step->title.text()));
  }
  choices.push_back(message("o open"));
  choices.push_back(message("n next"));
  choices.push_back(message("q quit"));
  return base::join(choices, " · ");
}

// What a step needs and nobody can know but who takes it, one question each.
Result<base::JsonObject> asked_form(const Context& context, const ra::Item& item, const workflow::Transition& step) {
  base::JsonObject form;
  const auto known = item.standing.of.values();
  for (const auto& name : step.needs) {
    const auto* field = item.standing.workflow->field(name);
    if (field == nullptr || known.contains(name)) continue;
    for (;;) {
      TRY(const auto typed, context.ask(field->title.text(), ""));
      auto value = workflow::value_of(*field, typed);
      if (value && workflow::check_value(*field, *value)) {
        form[name] = std::move(*value);
        break;
      }
      if (typed.empty()) return fail(Code::kUsage, "Nothing was signed.");
      context.remark(value ? workflow::check_value(*field, *value).error().detail : value.error().detail);
    }
  }
  return form;
}

Result<> take(const Context& context, DeskSide& side, const std::string& id, const std::string& action) {
  // somebody may have been quicker since the list was made
  TRY(const auto seen, side.look(id));
  TRY(ra::check_open(seen.item, action));
  const auto* step = step_named(seen.item, action);
  if (std::ranges::any_of(step->enclosures, [](const auto& enclosure) { return enclosure.min > 0; })) {
    return fail(Code::kUsage, "This step takes attachments. It is done by: yuxin request {} {} --attach LABEL=FILE",
                action, id);
  }
  workflow::Draft draft{.action = action};
  TRY(draft.form, asked_form(context, seen.item, *step));
  TRY(const auto drafted, side.step(seen.item, std::move(draft), std::nullopt));
  describe_step(context, drafted, &seen.item.standing.of, side.signer());
  TRY(const auto agreed, context.confirm(message("Sign this?")));
  if (!agreed) return fail(Code::kUsage, "Nothing was signed.");
  TRY(const auto done, side.sign_and_take(drafted));
  report(context, done);
  return {};
}

// action_of reads a number of the list, or the name of an action.
std::optional<std::string> action_of(const ra::Item& item, std::string_view typed) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(typed.data(), typed.data() + typed.size(), number);
  if (error == std::errc{} && end == typed.data() + typed.size() && number >= 1 && number <= item.mine.size())
    return item.mine[number - 1];
  const auto named = std::ranges::find(item.mine, typed);
  if (named == item.mine.end()) return std::nullopt;
  return *named;
}

Result<Turn> turn(const Context& context, DeskSide& side, const ra::Item& item) {
  TRY(const auto typed, context.ask(choices_text(item), "n"));
  if (typed == "q") return Turn::kEnd;
  if (typed == "n") return Turn::kNext;
  if (typed == "o") {
    TRY(const auto seen, side.look(item.standing.of.id));
    describe_case(context, seen.item, seen.steps);
    return Turn::kStay;
  }
  const auto action = action_of(item, typed);
  if (!action) {
    context.remark(message("\"{}\" is not among them.", typed));
    return Turn::kStay;
  }
  auto taken = take(context, side, item.standing.of.id, *action);
  if (taken) return Turn::kNext;
  // a refusal ends the step and not the work
  context.remark(taken.error().detail);
  return taken.error().code == Code::kConflict ? Turn::kNext : Turn::kStay;
}

Result<Turn> work_on(const Context& context, DeskSide& side, const ra::Item& item) {
  summarise(context, item);
  for (;;) {
    TRY(const auto where, turn(context, side, item));
    if (where != Turn::kStay) return where;
  }
}

Result<int> work(Context& context, const Arguments& arguments) {
  if (!context.interactive())
    return fail(Code::kUsage, "Nobody can be asked here. For programs: yuxin request list --mine --json");
  TRY(const auto side, open_desk_side(context, arguments, DeskUse::kAct));
  workflow::CaseFilter filter;
  filter.workflow = arguments.one("--workflow");
  filter.limit = kPage;
  for (;;) {
    TRY(const auto page, side->page(filter, ra::Desk::Whose::kMine));
    for (const auto& item : page.items) {
      TRY(const auto where, work_on(context, *side, item));
      if (where == Turn::kEnd) {
        side->end_work(context);
        return 0;
      }
    }
    if (!page.next) break;
    filter.after_row = *page.next;
  }
  context.remark(message("Nothing more waits for you."));
  side->end_work(context);
  return 0;
}

}  // namespace

CommandSpec request_work_command() {
  return {"request",
          "work",
          "work through the cases that wait for you, one after the other, by keyboard",
          {{"--workflow", Arity::kOne, Presence::kOptional, "NAME", "of this workflow only"}, accept_clock_option()},
          {"yuxin --server https://ra.city.example:8443 --trust root.pem --as officer.p12 request work"},
          work,
          CommandSpec::Identity::kTaken,
          CommandSpec::Server::kTaken};
}

}  // namespace yuxin::cli
