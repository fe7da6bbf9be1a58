// What a step, or the passing of time, leaves behind in the home.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "repository.hpp"
#include "yuxin/workflow/cases.hpp"

namespace yuxin::workflow {

[[nodiscard]] repository::Closed closed_of(const Workflow& workflow, const Case& of);

// keep_definition: a definition is in the ledger before the first case that follows it. Nothing where it is there.
[[nodiscard]] base::Result<> keep_definition(store::Writer& writer, const Workflow& workflow,
                                             const std::string& actor, base::UnixTime now);

// check_files: the octets that came with an act are those that it speaks of, no fewer and no more. kRefused.
[[nodiscard]] base::Result<> check_files(const evidence::VerifiedAct& act, std::span<const File> files);

// Step is one that was judged. References must outlive the call.
struct Step {
  const std::optional<Standing>& before;
  const Decision& decision;
  const Cases::Submission& submission;
  std::span<const File> files;
  base::UnixTime now;
};
// keep_step writes act, case, step, files, effects and ledger records.
[[nodiscard]] base::Result<> keep_step(store::Writer& writer, const Step& step);

// keep_passed writes a case whose deadlines came to something.
[[nodiscard]] base::Result<> keep_passed(store::Writer& writer, const Standing& before, const Case& after,
                                         const std::vector<Happening>& happenings, base::UnixTime now);

}  // namespace yuxin::workflow
