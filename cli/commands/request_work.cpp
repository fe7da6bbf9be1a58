// yuxin request work: the queue, one case after the other, by keyboard.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "app/case_view.hpp"
#include "app/clock_check.hpp"
#include "app/desk_acting.hpp"
#include "app/enrolment_input.hpp"
#include "app/output.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
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

// Tally is what became of the work so far.
struct Tally {
  int signed_steps = 0;
  int passed_over = 0;
};

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
  context.remark(fmt::format("{}  {}  {}  {}{}", of.id, what, whom, state_title(*item.standing.workflow, of),
                             due.empty() ? std::string() : message(", due {}", due)));
}

std::string choices_text(const ra::Item& item) {
  std::vector<std::string> choices;
  for (std::size_t i = 0; i < item.mine.size(); ++i) {
    const auto* step = step_named(item, item.mine[i]);
    choices.push_back(fmt::format("{} {}", i + 1, step == nullptr ? item.mine[i] : step->title.text()));
  }
  choices.push_back(message("o open"));
  choices.push_back(message("a attachments"));
  choices.push_back(message("n next"));
  choices.push_back(message("q quit"));
  return base::join(choices, " · ");
}

// One field; what is not needed may be left empty.
Result<> ask_field(const Context& context, const workflow::Field& field, Presence presence, base::JsonObject& form) {
  for (;;) {
    TRY(const auto typed, context.ask(field.title.text(), ""));
    if (typed.empty() && presence == Presence::kOptional) return {};
    auto value = workflow::value_of(field, typed);
    if (value) {
      form[field.name] = std::move(*value);
      return {};
    }
    if (typed.empty()) return fail(Code::kUsage, "Nothing was signed.");
    context.remark(value.error().detail);
  }
}

// What a step needs and nobody can know but who takes it, one question each; and an opinion where it takes one.
Result<base::JsonObject> asked_form(const Context& context, const ra::Item& item, const workflow::Transition& step) {
  base::JsonObject form;
  const auto& definition = *item.standing.workflow;
  const auto known = item.standing.of.values();
  for (const auto& name : step.needs) {
    const auto* field = definition.field(name);
    const bool of_this_step = name == "reason" || !known.contains(name);
    if (field != nullptr && of_this_step) TRY(ask_field(context, *field, Presence::kRequired, form));
  }
  const auto* opinion = definition.field("opinion");
  if (opinion != nullptr && std::ranges::find(step.may, "opinion") != step.may.end())
    TRY(ask_field(context, *opinion, Presence::kOptional, form));
  return form;
}

// A correction is another request, other fields, or both.
Result<std::optional<ra::CertificateWish>> asked_correction(const Context& context, const ra::Item& item,
                                                            base::JsonObject& form) {
  std::optional<ra::CertificateWish> wish;
  const auto& standing = item.standing;
  if (standing.of.about.contains("request")) {
    TRY(const auto file, context.ask(message("corrected request, a file (empty: as it was)"), ""));
    if (!file.empty()) {
      TRY(auto enrolment, enrolment_of({file, {}, {}, {}}, Outcome::kSubmitted));
      wish = ra::CertificateWish{std::move(enrolment), standing.of.place.profile};
    }
  }
  for (;;) {
    TRY(const auto typed, context.ask(message("corrected field, NAME=VALUE (empty: no more)"), ""));
    if (typed.empty()) return wish;
    auto fields = form_of(*standing.workflow, {typed});
    if (!fields) {
      context.remark(fields.error().detail);
      continue;
    }
    for (const auto& [name, value] : *fields) form[name] = value;
  }
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
  std::optional<ra::CertificateWish> correction;
  if (step->about == workflow::Transition::About::kNew) {
    TRY(correction, asked_correction(context, seen.item, draft.form));
  }
  TRY(const auto drafted, side.step(seen.item, std::move(draft), correction));
  TRY(const auto matter, matter_of_step(side, drafted, seen));
  describe_step(context, drafted, &seen, matter, side.signer());
  TRY(const auto agreed, context.confirm(message("Sign this?")));
  if (!agreed) return fail(Code::kUsage, "Nothing was signed.");
  TRY(const auto done, side.sign_and_take(drafted));
  report(context, done);
  return {};
}

Result<> open_case(const Context& context, DeskSide& side, const std::string& id) {
  TRY(const auto seen, side.look(id));
  TRY(const auto matter, matter_of(side, seen.item.standing.of.about, {}, &seen));
  describe_case(context, seen, matter);
  return {};
}

// Writes one attachment to where it can be looked at.
Result<> fetch_attachment(const Context& context, DeskSide& side, const std::string& id) {
  TRY(const auto seen, side.look(id));
  if (seen.files.empty()) return fail(Code::kNotFound, "Nothing is attached to case {}.", id);
  for (std::size_t i = 0; i < seen.files.size(); ++i) {
    const auto& file = seen.files[i];
    context.remark(labelled(std::to_string(i + 1), message("{}: {}, {} octets", file.label, file.name, file.size)));
  }
  TRY(const auto typed, context.ask(message("which, by its number"), "1"));
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(typed.data(), typed.data() + typed.size(), number);
  if (error != std::errc{} || end != typed.data() + typed.size() || number < 1 || number > seen.files.size())
    return fail(Code::kUsage, "\"{}\" is not among them.", typed);
  const auto& file = seen.files[number - 1];
  TRY(const auto path, context.ask(message("write it to"), std::filesystem::path(file.name).filename().string()));
  TRY(check_new_output(path));
  TRY(const auto octets, side.file(id, file.digest));
  TRY(base::write_file(path, octets, base::Existing::kRefuse, base::Permissions::kPrivate));
  context.remark(message("{}, {} octets, written to {}.", file.name, file.size, path));
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

// A refusal ends what was tried, and not the work.
Turn after(const Context& context, const Result<>& done) {
  if (done) return Turn::kStay;
  context.remark(done.error().detail);
  return done.error().code == Code::kConflict ? Turn::kNext : Turn::kStay;
}

Result<Turn> turn(const Context& context, DeskSide& side, const ra::Item& item, Tally& tally) {
  TRY(const auto typed, context.ask_line(choices_text(item), "n"));
  const auto& id = item.standing.of.id;
  if (!typed) context.remark("");
  if (!typed || *typed == "q") return Turn::kEnd;
  if (*typed == "n") {
    ++tally.passed_over;
    return Turn::kNext;
  }
  if (*typed == "o") return after(context, open_case(context, side, id));
  if (*typed == "a") return after(context, fetch_attachment(context, side, id));
  const auto action = action_of(item, *typed);
  if (!action) {
    context.remark(message("\"{}\" is not among them.", *typed));
    return Turn::kStay;
  }
  const auto taken = take(context, side, id, *action);
  if (!taken) return after(context, taken);
  ++tally.signed_steps;
  return Turn::kNext;
}

Result<Turn> work_on(const Context& context, DeskSide& side, const ra::Item& item, Tally& tally) {
  summarise(context, item);
  for (;;) {
    TRY(const auto where, turn(context, side, item, tally));
    if (where != Turn::kStay) return where;
  }
}

Result<Turn> work_through(const Context& context, DeskSide& side, workflow::CaseFilter filter, Tally& tally) {
  for (;;) {
    TRY(const auto page, side.page(filter, ra::Desk::Whose::kMine));
    for (const auto& item : page.items) {
      TRY(const auto where, work_on(context, side, item, tally));
      if (where == Turn::kEnd) return where;
    }
    if (!page.next) return Turn::kNext;
    filter.after_row = *page.next;
  }
}

Result<int> work(Context& context, const Arguments& arguments) {
  if (!context.interactive())
    return fail(Code::kUsage, "Nobody can be asked here. For programs: yuxin request list --mine --json");
  TRY(const auto side, open_desk_side(context, arguments, DeskUse::kAct));
  workflow::CaseFilter filter;
  filter.workflow = arguments.one("--workflow");
  filter.limit = kPage;
  Tally tally;
  TRY(const auto end, work_through(context, *side, filter, tally));
  if (end != Turn::kEnd) {
    context.remark(tally.passed_over == 0 ? message("Nothing more waits for you.")
                                          : message("That was the last. Passed over: {}.", tally.passed_over));
  }
  context.remark(message("Ended. Steps signed: {}.", tally.signed_steps));
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
