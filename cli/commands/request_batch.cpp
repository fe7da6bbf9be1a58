// yuxin request batch: many applications, or one step of many cases, with a result for each.
#include <algorithm>
#include <map>
#include <utility>

#include "app/batch_report.hpp"
#include "app/batch_steps.hpp"
#include "app/case_view.hpp"
#include "app/clock_check.hpp"
#include "app/csv.hpp"
#include "app/desk_acting.hpp"
#include "app/enrolment_input.hpp"
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

Result<ra::Application> application_of(const Row& row, const workflow::Workflow& definition) {
  EnrolmentWords words{row.cell("csr"), {}, row.maybe("subject"), row.maybe("days")};
  for (const auto name : base::split(row.cell("san"), ' ')) {
    if (!name.empty()) words.names.emplace_back(name);
  }
  ra::Application application;
  application.workflow = definition.name;
  TRY(auto enrolment, enrolment_of(words, Outcome::kSubmitted));
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
  return application;
}

// Prepared is a row as it was shown: what is asked for, and what will be signed but for the number.
struct Prepared {
  RowResult result;
  std::optional<ra::Application> application;
  base::JsonObject body;
};

Result<> prepare(const Context& context, const Row& row, DeskSide& side, const workflow::Workflow& definition,
                 ra::Application::Again again, Prepared& prepared) {
  TRY(auto application, application_of(row, definition));
  TRY(complete_serial(side, application.form));
  application.again = again;
  TRY(const auto drafted, side.apply(application, ra::Desk::Number::kNone));
  TRY(const auto matter, matter_of_opening(side, drafted));
  prepared.result.whom = whom_text(application.form, matter_text(matter));
  context.remark(labelled(std::to_string(prepared.result.row),
                          message("{}, {}", application.certificate->profile, prepared.result.whom)));
  for (const auto& line : matter_lines(matter, application.form, MatterTense::kWill)) {
    if (line.is_warning) context.remark(labelled("", message("note: {}", line.value)));
  }
  prepared.body = drafted.step.act.body;
  prepared.application = std::move(application);
  return {};
}

Result<StepDone> take(DeskSide& side, const Prepared& prepared) {
  TRY(const auto opening, side.apply(*prepared.application, ra::Desk::Number::kReserve));
  if (opening.step.act.body != prepared.body)
    return fail(Code::kConflict, "What is to be signed has changed meanwhile. Nothing was signed. Try again.");
  return side.sign_and_take(opening.step);
}

Result<> check_columns(const CsvTable& table, const workflow::Workflow& definition) {
  for (const auto& column : table.columns) {
    if (!is_word(column) && definition.field(column) == nullptr)
      return fail(Code::kUsage,
                  "The table has a column \"{}\", which is no field of {}; columns are csr, profile, san, subject, "
                  "days, org, attach:LABEL, and fields.",
                  column, definition.name);
  }
  return {};
}

// Each row is shown with whose certificate it is about, all are asked for once, and each is signed by itself.
Result<int> submit_rows(Context& context, const Arguments& arguments, DeskSide& side, const CsvTable& table) {
  TRY(const auto definition, side.workflow(arguments.one("--workflow", "certificate-request")));
  TRY(check_columns(table, *definition));
  const auto trial = arguments.has("--dry-run") ? Trial::kYes : Trial::kNo;
  const auto again = arguments.has("--again") ? ra::Application::Again::kTake : ra::Application::Again::kRefuse;
  context.remark(message("Applications in the table: {}. To be signed by {}.", table.rows.size(), side.signer()));
  std::vector<Prepared> all;
  std::size_t open = 0;
  for (const auto& cells : table.rows) {
    Row row;
    for (std::size_t c = 0; c < table.columns.size(); ++c) row.cells[table.columns[c]] = cells[c];
    Prepared prepared;
    prepared.result.row = all.size() + 1;
    prepared.result.whom = row.cell("name");
    if (auto good = prepare(context, row, side, *definition, again, prepared); good) {
      ++open;
    } else {
      prepared.result.error = good.error();
    }
    all.push_back(std::move(prepared));
  }
  if (trial == Trial::kNo && open > 0) {
    TRY(auto agreed, context.confirm(message("Sign all of them?")));
    if (!agreed) return fail(Code::kUsage, "Nothing was signed.");
  }
  std::vector<RowResult> rows;
  for (auto& prepared : all) {
    if (prepared.application && trial == Trial::kNo) take_outcome(prepared.result, take(side, prepared));
    report_row(context, prepared.result, trial);
    rows.push_back(std::move(prepared.result));
  }
  if (trial == Trial::kNo) side.end_work(context);
  return finish_rows(context, rows, trial);
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
      {"--again", Arity::kFlag, Presence::kOptional, "", "also where the same is applied for already"},
      {"--out-dir", Arity::kOne, Presence::kOptional, "FOLDER",
       "of approve: where to write the certificates, CASE.pem"},
      accept_clock_option(),
      dry_run_option()};
  return {
      "request",
      "batch",
      "many applications from a table, or one step of many cases, each with its own result",
      std::move(options),
      {"yuxin --home city/online --passphrase-file pass --as officer.p12 request batch people.csv",
       "yuxin --home city/online --passphrase-file pass --as officer.p12 request batch --action review --case R-1 "
       "--case R-2",
       "yuxin --home city/online --passphrase-file pass --as officer.p12 request batch --action approve --case R-1 "
       "--out-dir certificates"},
      batch,
      CommandSpec::Identity::kTaken,
      CommandSpec::Server::kTaken};
}

}  // namespace yuxin::cli
