// yuxin ceremony rehearse: a ceremony in a throw-away world.
#include <filesystem>

#include "app/ceremony/closing.hpp"
#include "app/ceremony/plan_source.hpp"
#include "app/ceremony/practice.hpp"
#include "app/ceremony/stage.hpp"
#include "app/ceremony/walk.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/keymgmt/ceremony_record.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;
namespace fs = std::filesystem;

Context practice_context(const Context& context, const PracticeWorld& world, Answers answers) {
  auto options = context.options();
  options.home = world.home;
  options.passphrase_file.reset();
  options.pin_file.reset();
  if (answers == Answers::kProgram) {
    options.passphrase_file = world.passphrase_file;
    options.pin_file = world.passphrase_file;
  }
  return Context(std::move(options), context.clock());
}

Result<> tell_passphrase(const Context& context, const PracticeWorld& world) {
  TRY(const auto passphrase, base::read_passphrase_file(world.passphrase_file));
  context.remark(message("What the plan expects to be there was made in {}. Every passphrase and PIN of it is: {}",
                         fs::path(world.home).parent_path().string(), passphrase.text()));
  return {};
}

Result<keymgmt::RecordReport> hold(Context& context, const keymgmt::CeremonyPlan& plan, const std::string& folder,
                                   const PracticeWorld& world, Answers answers) {
  TRY(const auto session, CeremonySession::open(context, plan,
                                                {.folder = folder,
                                                 .sources = world.sources,
                                                 .mode = keymgmt::CeremonyMode::kPractice,
                                                 .answers = answers,
                                                 .passphrase_file = world.passphrase_file,
                                                 .module = world.module}));
  TRY(walk(*session));
  TRY(close_record(*session));
  TRY(const auto archive, base::read_file(session->path(kRecordName), std::size_t{1} << 30U));
  keymgmt::RecordExpectations expected;
  expected.mode = keymgmt::CeremonyMode::kPractice;
  return keymgmt::verify_record(archive, expected);
}

Result<int> rehearse(Context& context, const Arguments& arguments) {
  TRY(const auto source, find_plan(arguments.one("PLAN")));
  const auto answers = context.options().yes ? Answers::kProgram : Answers::kPeople;
  if (answers == Answers::kPeople && !context.interactive())
    return fail(Code::kUsage, "Nobody can be asked here. With --yes the program answers every question itself.");
  const auto out = arguments.maybe("--out");
  TRY(const auto stage, Stage::raise(out));
  TRY(const auto world, make_practice_world(stage->path(), source.plan, context.clock()));
  if (answers == Answers::kPeople) TRY(tell_passphrase(context, world));
  auto practice = practice_context(context, world, answers);
  TRY(const auto report, hold(practice, source.plan, stage->path() + "/ceremony", world, answers));
  const bool good = report.problems.empty();
  if (context.options().json) {
    base::JsonArray problems;
    for (const auto& problem : report.problems) problems.emplace_back(problem.detail);
    context.document(base::JsonObject{{"rehearsed", good},
                                      {"plan", base::hex(source.plan.digest)},
                                      {"steps", source.plan.steps.size()},
                                      {"exceptions", report.exceptions},
                                      {"problems", std::move(problems)},
                                      {"folder", out.value_or("")}});
    return good ? 0 : 1;
  }
  for (const auto& problem : report.problems) context.out(visible(message("WRONG  {}", problem.detail)));
  if (good)
    context.out(message("The rehearsal of \"{}\" went through all {} steps, and its record is good.",
                        source.plan.title.text(), source.plan.steps.size()));
  if (!out) context.remark(message("Everything that it made is removed again."));
  return good ? 0 : 1;
}

}  // namespace

CommandSpec ceremony_rehearse_command() {
  return {"ceremony",
          "rehearse",
          "hold a ceremony on throw-away keys; everything that it makes is marked as practice",
          {{"PLAN", Arity::kOne, Presence::kRequired, "PLAN",
            "a plan (TOML), or the name of one that comes with the program"},
           {"--out", Arity::kOne, Presence::kOptional, "DIR",
            "a new folder that stays; without it everything is removed again"}},
          {"yuxin ceremony rehearse root-creation --yes", "yuxin ceremony rehearse root.toml --out rehearsal"},
          rehearse};
}

}  // namespace yuxin::cli
