// What somebody asks for, from the words of the command line.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "command.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/ca/enrolment.hpp"

namespace yuxin::cli {

// EnrolmentWords are the words as they were typed, or stand in a row of a table.
struct EnrolmentWords {
  std::string csr;                     // a file, or "-"
  std::vector<std::string> names;      // "dns:…"; none: the request's
  std::optional<std::string> subject;  // instead of the request's
  std::optional<std::string> days;
};
// words_of_enrolment takes --csr, --san, --subject and --days.
[[nodiscard]] EnrolmentWords words_of_enrolment(const Arguments& arguments);
// enrolment_of reads the request and what is said beside it. A refusal says what did not come of it.
enum class Outcome { kIssued, kSubmitted };
[[nodiscard]] base::Result<ca::Enrolment> enrolment_of(const EnrolmentWords& words,
                                                       Outcome outcome = Outcome::kIssued);

}  // namespace yuxin::cli
