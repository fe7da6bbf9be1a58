// yuxin case deadlines
#include <algorithm>

#include "app/case_view.hpp"
#include "app/desk_home.hpp"
#include "commands.hpp"
#include "yuxin/ra/item_json.hpp"

namespace yuxin::cli {
namespace {

using base::message;
using base::Result;

base::JsonObject as_json(const workflow::Cases::Passed& passed) {
  return {{"case", passed.case_id},
          {"kind", workflow::happening_name(passed.happening.kind)},
          {"deadline", passed.happening.deadline},
          {"what", passed.happening.what},
          {"due", base::rfc3339(passed.happening.due)}};
}

// Without --settle the cases that are due are listed, and nothing is noted.
Result<int> look(Context& context) {
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(const auto desk, open_desk(*home, context.actor()));
  workflow::CaseFilter filter;
  filter.limit = 1'000'000;
  TRY(auto items, desk->queue(std::nullopt, filter));
  std::erase_if(items, [](const ra::Item& item) { return !workflow::next_due(item.standing.of); });
  std::ranges::sort(items, {}, [](const ra::Item& item) { return *workflow::next_due(item.standing.of); });
  if (!context.options().json) {
    if (items.empty()) {
      context.remark(message("No open case has a deadline."));
    } else {
      print_cases(context, items);
    }
    return 0;
  }
  base::JsonArray cases;
  for (const auto& item : items) cases.push_back(ra::print_item(item));
  context.document(base::JsonObject{{"cases", std::move(cases)}});
  return 0;
}

Result<int> deadlines(Context& context, const Arguments& arguments) {
  if (!arguments.has("--settle")) return look(context);
  TRY(auto home, open_unlocked_home(context));
  TRY(const auto desk, open_desk(*home, context.actor()));
  TRY(const auto passed, desk->cases().let_pass(context.clock().now()));
  TRY(const auto effected, desk->settle());
  end_work(context, *home);
  if (context.options().json) {
    base::JsonArray happenings;
    for (const auto& one : passed) happenings.push_back(as_json(one));
    base::JsonArray effects;
    for (const auto& one : effected) effects.push_back(ra::print_effected(one));
    context.document(base::JsonObject{{"happenings", std::move(happenings)}, {"effects", std::move(effects)}});
    return 0;
  }
  for (const auto& one : passed) context.out(passed_text(one));
  for (const auto& one : effected) context.out(message("{}: {}", one.case_id, one.text));
  if (passed.empty() && effected.empty()) context.remark(message("Nothing is due."));
  return 0;
}

}  // namespace

CommandSpec case_deadlines_command() {
  return {"case",
          "deadlines",
          "list what is due, or let overdue deadlines take effect",
          {{"--settle", Arity::kFlag, Presence::kOptional, "",
            "note warnings and overdue deadlines, and carry out what they order"}},
          {"yuxin --home city/online case deadlines",
           "yuxin --home city/online --passphrase-file pass case deadlines --settle"},
          deadlines};
}

}  // namespace yuxin::cli
