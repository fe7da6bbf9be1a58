// The tables of cases.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/store/database.hpp"
#include "yuxin/workflow/cases.hpp"

namespace yuxin::workflow::repository {

using store::Session;

// CaseRow is a row with the digest of the definition; everything but the definition is read.
struct CaseRow {
  std::int64_t row = 0;
  Case of;
};
enum class Closed { kNo, kYes };

[[nodiscard]] base::Result<std::int64_t> next_number(Session& session, std::string_view prefix);
// A reservation is of one signer; an empty one is anybody's. take_reservation removes it: kConflict where the number
// was given to nobody, or to another signer.
[[nodiscard]] base::Result<> reserve(Session& session, std::string_view name, base::ByteView signer,
                                     base::UnixTime now);
[[nodiscard]] base::Result<> take_reservation(Session& session, std::string_view name, base::ByteView signer);
[[nodiscard]] base::Result<> forget_reservations(Session& session, base::UnixTime before);
// keep_definition gives true when the text was not there yet.
[[nodiscard]] base::Result<bool> keep_definition(Session& session, const Workflow& workflow, base::UnixTime now);
[[nodiscard]] base::Result<std::optional<base::UnixTime>> first_used(Session& session, const evidence::Hash& digest);
[[nodiscard]] base::Result<std::string> definition(Session& session, const evidence::Hash& digest);  // kNotFound

[[nodiscard]] base::Result<std::int64_t> insert_case(Session& session, const Case& of, Closed closed);
// update_case changes the row that had `steps_before` acts; kConflict when there is none.
[[nodiscard]] base::Result<> update_case(Session& session, std::int64_t row, const Case& of, Closed closed,
                                         std::int64_t steps_before);
[[nodiscard]] base::Result<std::optional<CaseRow>> find_case(Session& session, std::string_view id);
[[nodiscard]] base::Result<std::vector<CaseRow>> list_cases(Session& session, const CaseFilter& filter);
// cases_with_serial: by the serial number among their facts, in hexadecimal.
[[nodiscard]] base::Result<std::vector<CaseRow>> cases_with_serial(Session& session, std::string_view serial);
// cases_about_request: by the digest in `about`, in hexadecimal.
[[nodiscard]] base::Result<std::vector<CaseRow>> cases_about_request(Session& session, std::string_view request);
// cases_with_due gives open cases that have a deadline or a receipt which is not over.
[[nodiscard]] base::Result<std::vector<CaseRow>> cases_with_due(Session& session);

[[nodiscard]] base::Result<> insert_step(Session& session, std::int64_t row, const StepRow& step);
[[nodiscard]] base::Result<std::vector<StepRow>> steps(Session& session, std::int64_t row);

[[nodiscard]] base::Result<> insert_file(Session& session, std::int64_t row, std::int64_t step, const File& file);
[[nodiscard]] base::Result<std::vector<File>> files(Session& session, std::int64_t row);

[[nodiscard]] base::Result<> insert_effect(Session& session, std::int64_t row, std::int64_t step,
                                           std::string_view name);
[[nodiscard]] base::Result<std::vector<Pending>> pending_effects(Session& session);
[[nodiscard]] base::Result<std::vector<Cases::Ordered>> effects_of(Session& session, std::string_view id,
                                                                   std::int64_t step);
// anything_open: an open case, or an effect that is not done.
[[nodiscard]] base::Result<bool> anything_open(Session& session);
// finish_effect: kConflict when it is done already.
[[nodiscard]] base::Result<> finish_effect(Session& session, std::int64_t id, std::string_view outcome,
                                           base::UnixTime now);

}  // namespace yuxin::workflow::repository
