// yuxin request batch: many applications, or one step of many cases, with a result for each.
#include <algorithm>
#include <map>
#include <utility>

#include "app/case_view.hpp"
#include "app/clock_check.hpp"
#include "app/csv.hpp"
#include "app/desk_acting.hpp"
#include "app/enrolment_input.hpp"
#include "app/trial.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;

constexpr std::size_t kLargestTable = std::size_t{8} << 20U;
constexpr std::string_view kAttach = "attach:";

// One row as words of `request submit`, by the names of its columns.
struct Row {
  std::map<std::string, std::string, std::less<>> cells;

  [[nodiscard]] std::string cell(std::string_view name) const {
    const auto found = cells.find(name);
    return found == cells.end() ? std::string() : found->second;
  }
  [[nodiscard]] std::optional<std::string> maybe(std::string_view name) const {
    auto text = cell(name);
    if (text.empty()) return std::nullopt;
    return text;
  }
};

bool is_word(std::string_view column) {
  return column == "csr" || column == "profile" || column == "san" || column == "subject" || column == "days" ||
         column == "org" || column.starts_with(kAttach);
}

Result<ra::Step> step_of(const Row& row, DeskSide& side, const workflow::Workflow& definition,
                         ra::Desk::Number number) {
  EnrolmentWords words{row.cell("csr"), {}, row.maybe("subject"), row.maybe("days")};
  for (const auto name : base::split(row.cell("san"), ' ')) {
    if (!name.empty()) words.names.emplace_back(name);
  }
  ra::Application application;
  application.workflow = definition.name;
  TRY(auto enrolment, enrolment_of(words));
  application.certificate = ra::CertificateWish{std::move(enrolment), row.cell("profile")};
  if (const auto code = row.maybe("org")) {
    TRY(application.organisation, evidence::OrgCode::parse(*code));
  }
  std::vector<std::string> fields;
  std::vector<std::string> attachments;
  for (const auto& [column, text] : row.cells) {
    if (text.empty()) continue;
    if (column.starts_with(kAttach)) {
      attachments.push_back(column.substr(kAttach.size()) + "=" + text);
    } else if (!is_word(column)) {
      fields.push_back(column + "=" + text);
    }
  }
  TRY(application.form, form_of(definition, fields));
  TRY(application.files, files_of(attachments));
  return side.apply(std::move(application), number);
}

struct RowResult {
  std::size_t row = 0;
  std::string case_id;
  std::string state;
  std::optional<base::Error> error;
};

RowResult taken(std::size_t number, const Result<StepDone>& done) {
  RowResult result;
  result.row = number;
  if (!done) {
    result.error = done.error();
    return result;
  }
  const auto& standing = done->after.standing;
  result.case_id = standing.of.id;
  result.state = state_title(*standing.workflow, standing.of.state);
  return result;
}

void report_row(const Context& context, const RowResult& result) {
  if (context.options().json) {
    base::JsonObject json{{"row", static_cast<std::int64_t>(result.row)}};
    if (result.error) {
      json["error"] = result.error->detail;
      json["code"] = base::code_name(result.error->code);
    } else {
      json["case"] = result.case_id;
      json["state"] = result.state;
    }
    context.out(base::print_json(json));
    return;
  }
  if (result.error) {
    context.out(message("{}: not taken: {}", result.row, result.error->detail));
  } else {
    context.out(message("{}: {} is {}", result.row, result.case_id, result.state));
  }
}

int finish(const Context& context, const std::vector<RowResult>& results) {
  const auto good = std::ranges::count_if(results, [](const RowResult& result) { return !result.error; });
  context.remark(message("{} of {} taken.", good, results.size()));
  return std::cmp_equal(good, results.size()) ? 0 : 1;
}

Result<int> submit_rows(Context& context, const Arguments& arguments, DeskSide& side, const CsvTable& table) {
  TRY(const auto definition, side.workflow(arguments.one("--workflow", "certificate-request")));
  for (const auto& column : table.columns) {
    if (!is_word(column) && definition->field(column) == nullptr)
      return fail(Code::kUsage,
                  "The table has a column \"{}\", which is no field of {}; columns are csr, profile, san, subject, "
                  "days, org, attach:LABEL, and fields.",
                  column, definition->name);
  }
  const bool trial = arguments.has("--dry-run");
  context.remark(message("{} applications, to be signed by {}.", table.rows.size(), side.signer()));
  if (!trial) {
    TRY(auto agreed, context.confirm(message("Sign all of them?")));
    if (!agreed) return fail(Code::kUsage, "Nothing was signed.");
  }
  std::vector<RowResult> results;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    Row row;
    for (std::size_t c = 0; c < table.columns.size(); ++c) row.cells[table.columns[c]] = table.rows[i][c];
    const auto number = trial ? ra::Desk::Number::kNone : ra::Desk::Number::kReserve;
    auto step = step_of(row, side, *definition, number);
    if (!step) {
      results.push_back({i + 1, {}, {}, step.error()});
    } else if (trial) {
      results.push_back({i + 1, message("new"), message("good"), std::nullopt});
    } else {
      results.push_back(taken(i + 1, side.sign_and_take(*step)));
    }
    report_row(context, results.back());
  }
  if (!trial) side.end_work(context);
  return finish(context, results);
}

Result<StepDone> step_of_case(const Arguments& arguments, DeskSide& side, const std::string& id,
                              const std::string& action) {
  TRY(const auto seen, side.look(id));
  TRY(ra::check_open(seen.item, action));
  workflow::Draft draft{.action = action};
  TRY(draft.form, form_of(*seen.item.standing.workflow, field_words(arguments)));
  TRY(const auto step, side.step(seen.item, std::move(draft), std::nullopt));
  return side.sign_and_take(step);
}

// The same step of many cases: each is shown, all are asked for once, and each is signed by itself.
Result<int> step_cases(Context& context, const Arguments& arguments, DeskSide& side, const std::string& action) {
  const auto ids = arguments.many("--case");
  for (const auto& id : ids) {
    TRY(const auto seen, side.look(id));
    const auto& standing = seen.item.standing;
    context.remark(labelled(id, message("{}, {}", state_title(*standing.workflow, standing.of.state),
                                        base::json_string(standing.of.form, "name"))));
  }
  if (arguments.has("--dry-run")) {
    base::JsonArray cases(ids.begin(), ids.end());
    return end_trial(context, {{"action", action}, {"cases", std::move(cases)}},
                     message("Nothing was signed (--dry-run)."));
  }
  TRY(auto agreed, context.confirm(message("Sign \"{}\" for all of them?", action)));
  if (!agreed) return fail(Code::kUsage, "Nothing was signed.");
  std::vector<RowResult> results;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    results.push_back(taken(i + 1, step_of_case(arguments, side, ids[i], action)));
    if (results.back().error) results.back().error->detail = ids[i] + ": " + results.back().error->detail;
    report_row(context, results.back());
  }
  side.end_work(context);
  return finish(context, results);
}

Result<int> batch(Context& context, const Arguments& arguments) {
  const auto action = arguments.maybe("--action");
  if (action.has_value() == arguments.has("FILE"))
    return fail(Code::kUsage, "Give a table of applications, or --action with the cases that it is for.");
  if (action && arguments.many("--case").empty()) return fail(Code::kUsage, "Say which cases: --case R-1 --case R-2");
  if (action) {
    TRY(const auto side, open_desk_side(context, arguments, DeskUse::kAct));
    return step_cases(context, arguments, *side, *action);
  }
  TRY(const auto text, base::read_file(arguments.one("FILE"), kLargestTable));
  TRY(const auto table, parse_csv(base::as_text(text)));
  TRY(const auto side, open_desk_side(context, arguments, DeskUse::kAct));
  return submit_rows(context, arguments, *side, table);
}

}  // namespace

CommandSpec request_batch_command() {
  std::vector<OptionSpec> options = {
      {"FILE", Arity::kOne, Presence::kOptional, "FILE",
       "table (CSV, UTF-8) of applications: csr, profile, san, subject, days, org, attach:LABEL, fields"},
      {"--workflow", Arity::kOne, Presence::kOptional, "NAME", "certificate-request if not given"},
      {"--action", Arity::kOne, Presence::kOptional, "ACTION", "instead: the same step of many cases"},
      {"--case", Arity::kMany, Presence::kOptional, "CASE", "each of them"},
      {"--reason", Arity::kOne, Presence::kOptional, "TEXT", "the field \"reason\""},
      {"--opinion", Arity::kOne, Presence::kOptional, "TEXT", "the field \"opinion\""},
      {"--field", Arity::kMany, Presence::kOptional, "NAME=VALUE", "what is filled in: yuxin workflow show NAME"},
      accept_clock_option(),
      dry_run_option()};
  return {
      "request",
      "batch",
      "many applications from a table, or one step of many cases, each with its own result",
      std::move(options),
      {"yuxin --home city/online --passphrase-file pass --as officer.p12 request batch people.csv",
       "yuxin --home city/online --passphrase-file pass --as officer.p12 request batch --action review --case R-1 "
       "--case R-2"},
      batch,
      CommandSpec::Identity::kTaken,
      CommandSpec::Server::kTaken};
}

}  // namespace yuxin::cli
