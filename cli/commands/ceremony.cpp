// yuxin ceremony check, list, show, run
#include "app/ceremony/closing.hpp"
#include "app/ceremony/plan_source.hpp"
#include "app/ceremony/plan_view.hpp"
#include "app/ceremony/walk.hpp"
#include "app/digest_lines.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/keymgmt/ceremony_record.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;

Result<int> list(Context& context, const Arguments&) {
  base::JsonArray all;
  Table table({{message("name")}, {message("title")}, {message("steps"), Table::Align::kRight}, {message("time")}});
  for (const auto& shipped : keymgmt::shipped_ceremonies()) {
    TRY(const auto plan, keymgmt::parse_ceremony_plan(shipped.text, std::string(shipped.name)));
    all.push_back(base::JsonObject{{"name", shipped.name},
                                   {"title", plan.title.text()},
                                   {"steps", plan.steps.size()},
                                   {"minutes", plan.minutes()},
                                   {"sha256", base::hex(plan.digest)}});
    table.add({std::string(shipped.name), plan.title.text(), std::to_string(plan.steps.size()),
               base::in_words(base::minutes(plan.minutes()))});
  }
  if (context.options().json) {
    context.document(all);
    return 0;
  }
  table.print(context);
  context.remark(message("Copy one with: yuxin ceremony show NAME > plan.toml"));
  return 0;
}

Result<int> show(Context& context, const Arguments& arguments) {
  TRY(const auto source, find_plan(arguments.one("PLAN")));
  if (context.options().json) {
    context.document(base::JsonObject{{"plan", source.plan.text}, {"sha256", base::hex(source.plan.digest)}});
    return 0;
  }
  context.out(std::string_view(source.plan.text).substr(0, source.plan.text.find_last_not_of('\n') + 1));
  return 0;
}

Result<int> check(Context& context, const Arguments& arguments) {
  TRY(const auto source, find_plan(arguments.one("PLAN")));
  if (context.options().json) {
    context.document(plan_document(source.plan));
    return 0;
  }
  show_plan(context, source.plan);
  return 0;
}

void report_end(Context& context, CeremonySession& session, std::size_t missing) {
  const auto record = session.path(kRecordName);
  if (context.options().json) {
    context.document(base::JsonObject{{"ceremony", session.ceremony().id()},
                                      {"mode", keymgmt::mode_name(session.ceremony().mode())},
                                      {"record", record},
                                      {"transcript", base::hex(session.transcript().digest())},
                                      {"exceptions", session.ceremony().exceptions()},
                                      {"missing_signatures", missing}});
  }
  context.remark("");
  context.remark(message("The record is {}. Check it: yuxin ceremony verify {}", record, record));
  if (base::file_exists(session.path("shares")))
    context.remark(message("Every custodian's file lies in {} still: delete it when each has taken their own.",
                           session.path("shares")));
  if (missing != 0)
    context.remark(message("{} signatures are missing. Whoever signs later: yuxin ceremony run again.", missing));
}

Result<int> run(Context& context, const Arguments& arguments) {
  TRY(const auto source, find_plan(arguments.one("PLAN")));
  if (!context.interactive())
    return fail(Code::kUsage,
                "A ceremony is held by people at a terminal, and there is none here. Nothing was done.");
  TRY(const auto session, CeremonySession::open(context, source.plan,
                                                {.folder = arguments.one("--out"),
                                                 .sources = source.folder,
                                                 .mode = keymgmt::CeremonyMode::kReal,
                                                 .answers = Answers::kPeople}));
  TRY(walk(*session));
  TRY(const auto missing, close_record(*session));
  report_end(context, *session, missing);
  const bool good = session->ceremony().state() == keymgmt::Ceremony::State::kClosed && missing == 0;
  return good ? 0 : 1;
}

OptionSpec plan_argument() {
  return {"PLAN", Arity::kOne, Presence::kRequired, "PLAN",
          "a plan (TOML), or the name of one that comes with the program"};
}

}  // namespace

std::vector<CommandSpec> ceremony_commands() {
  return {
      {"ceremony", "list", "list the plans that come with the program", {}, {"yuxin ceremony list"}, list},
      {"ceremony",
       "show",
       "print a plan, to be copied and filled in",
       {plan_argument()},
       {"yuxin ceremony show root-creation > root.toml"},
       show},
      {"ceremony",
       "check",
       "check a plan, and say who does what, how long it takes, and its digest",
       {plan_argument()},
       {"yuxin ceremony check root.toml", "yuxin ceremony check root-creation"},
       check},
      {"ceremony",
       "run",
       "hold a ceremony step by step; the same command goes on after a power cut",
       {plan_argument(),
        {"--out", Arity::kOne, Presence::kRequired, "DIR", "the ceremony's own folder, for transcript and record"}},
       {"yuxin --home /media/root ceremony run root.toml --out /media/ceremony"},
       run},
  };
}

}  // namespace yuxin::cli
