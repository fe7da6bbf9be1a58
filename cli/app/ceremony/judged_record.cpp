#include "judged_record.hpp"

#include "yuxin/base/file.hpp"

namespace yuxin::cli {

namespace {

constexpr std::size_t kLargestRecord = std::size_t{1} << 30U;

}  // namespace

OptionSpec record_argument() {
  return {"RECORD", Arity::kOne, Presence::kRequired, "RECORD", "the record (ceremony.record)"};
}

OptionSpec practice_option() {
  return {"--practice", Arity::kFlag, Presence::kOptional, "", "it is the record of a rehearsal"};
}

base::Result<keymgmt::RecordReport> judge_record(const Arguments& arguments, keymgmt::RecordExpectations expected) {
  TRY(const auto archive, base::read_file(arguments.one("RECORD"), kLargestRecord));
  if (arguments.has("--practice")) expected.mode = keymgmt::CeremonyMode::kPractice;
  return keymgmt::verify_record(archive, expected);
}

}  // namespace yuxin::cli
