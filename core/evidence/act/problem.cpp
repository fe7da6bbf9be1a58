// The problems of acts, in words for programs and as errors.
#include <algorithm>
#include <array>

#include "yuxin/evidence/act.hpp"

namespace yuxin::evidence {

using base::Code;

namespace {

struct ProblemRow {
  ActProblem problem;
  std::string_view name;
  Code code;
};
constexpr std::array kProblems = {
    ProblemRow{ActProblem::kMalformed, "malformed", Code::kMalformed},
    ProblemRow{ActProblem::kSignature, "signature", Code::kBadSignature},
    ProblemRow{ActProblem::kActor, "actor", Code::kBadSignature},
    ProblemRow{ActProblem::kTimeStampMissing, "time-stamp-missing", Code::kNotFound},
    ProblemRow{ActProblem::kTimeStamp, "time-stamp", Code::kBadSignature},
    ProblemRow{ActProblem::kTimeStampStatus, "time-stamp-status", Code::kBadSignature},
    ProblemRow{ActProblem::kTime, "time", Code::kBadSignature},
    ProblemRow{ActProblem::kChain, "chain", Code::kBadSignature},
    ProblemRow{ActProblem::kStatusMissing, "status-missing", Code::kNotFound},
    ProblemRow{ActProblem::kStatus, "status", Code::kBadSignature},
    ProblemRow{ActProblem::kPurpose, "purpose", Code::kBadSignature},
    ProblemRow{ActProblem::kRoleMissing, "role-missing", Code::kNotFound},
    ProblemRow{ActProblem::kRole, "role", Code::kNotAuthorised},
    ProblemRow{ActProblem::kRoleRevoked, "role-revoked", Code::kNotAuthorised},
    ProblemRow{ActProblem::kRoleStatusMissing, "role-status-missing", Code::kNotFound},
    ProblemRow{ActProblem::kOrder, "order", Code::kConflict},
};

const ProblemRow& row_of(ActProblem problem) { return *std::ranges::find(kProblems, problem, &ProblemRow::problem); }

}  // namespace

std::string_view act_problem_name(ActProblem problem) { return row_of(problem).name; }

base::Error act_error(const ActFailure& failure) { return {row_of(failure.problem).code, failure.detail, {}}; }

}  // namespace yuxin::evidence
