// yuxin ceremony report: the record on paper.
#include "app/ceremony/judged_record.hpp"
#include "app/ceremony/record_pages.hpp"
#include "app/output.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;

Result<int> print(Context& context, const Arguments& arguments) {
  const auto out = arguments.one("--out");
  TRY(check_new_output(out));
  TRY(const auto report, judge_record(arguments, {}));
  if (!report.plan || report.events.empty())
    return fail(Code::kMalformed, "The record cannot be printed: {}", report.problems.front().detail);
  TRY(const auto pages, keymgmt::print_pages(record_pages(report)));
  TRY(base::write_file(out, pages, base::Existing::kRefuse, base::Permissions::kPublic));
  if (context.options().json) context.document(base::JsonObject{{"file", out}, {"valid", report.problems.empty()}});
  for (const auto& problem : report.problems) context.warn(problem.detail);
  context.remark(message("Written to {}.", out));
  return report.problems.empty() ? 0 : 1;
}

}  // namespace

CommandSpec ceremony_report_command() {
  return {
      "ceremony",
      "report",
      "print a record as PDF, with every digest, a QR code and lines to sign by hand",
      {record_argument(), {"--out", Arity::kOne, Presence::kRequired, "FILE", "the new PDF file"}, practice_option()},
      {"yuxin ceremony report ceremony.record --out record.pdf",
       "yuxin --lang zh ceremony report ceremony.record --out record-zh.pdf"},
      print};
}

}  // namespace yuxin::cli
