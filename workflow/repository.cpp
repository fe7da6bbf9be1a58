#include "repository.hpp"

#include <algorithm>

#include "case_document.hpp"

namespace yuxin::workflow::repository {

using base::Code;
using base::fail;
using base::Result;
using base::UnixTime;
using store::Next;
using store::Row;
using store::Value;

namespace {

constexpr std::string_view kCase =
    "SELECT id, name, workflow, definition, state, organisation, district, profile, opened, changed, steps, entered, "
    "document FROM cases ";

base::Failure damaged(std::string_view what) {
  return fail(Code::kIntegrity, "What is kept of case {} is damaged.", what);
}

Result<evidence::Hash> hash_of(base::ByteView octets, std::string_view what) {
  evidence::Hash hash{};
  if (octets.size() != hash.size()) return damaged(what);
  std::ranges::copy(octets, hash.begin());
  return hash;
}

std::optional<UnixTime> time_of(const Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return UnixTime{row.integer(column)};
}

Value value_of(const std::optional<UnixTime>& time) { return time ? Value(time->seconds) : Value(std::monostate()); }

Result<evidence::Place> place_of(const Row& row, int column, std::string_view what) {
  evidence::Place place;
  if (!row.text(column).empty()) {
    auto code = evidence::OrgCode::parse(row.text(column));
    if (!code) return damaged(what);
    place.organisation = std::move(*code);
  }
  place.district = row.text(column + 1);
  place.profile = row.text(column + 2);
  return place;
}

std::string_view code_of(const evidence::Place& place) {
  return place.organisation ? std::string_view(place.organisation->text()) : std::string_view();
}

Result<CaseRow> case_from(const Row& row) {
  CaseRow found;
  found.row = row.integer(0);
  found.of.id = row.text(1);
  found.of.workflow = row.text(2);
  TRY(found.of.definition, hash_of(row.blob(3), found.of.id));
  found.of.state = row.text(4);
  TRY(found.of.place, place_of(row, 5, found.of.id));
  found.of.opened = {row.integer(8)};
  found.of.changed = {row.integer(9)};
  found.of.steps = row.integer(10);
  found.of.entered = row.integer(11);
  TRY(read_document(row.text(12), found.of));
  return found;
}

Result<> read_timers(Session& session, CaseRow& found) {
  return session.query(
      "SELECT name, span, started, due, stopped, ended, warned, overdue FROM case_deadlines WHERE case_id = $1 "
      "ORDER BY number",
      {found.row}, [&](const Row& row) -> Result<Next> {
        Timer timer;
        timer.deadline = row.text(0);
        timer.span = row.text(1);
        timer.started = {row.integer(2)};
        timer.due = {row.integer(3)};
        timer.stopped = time_of(row, 4);
        timer.ended = time_of(row, 5);
        timer.warned = static_cast<int>(row.integer(6));
        timer.overdue = row.integer(7) != 0;
        found.of.timers.push_back(std::move(timer));
        return Next::kRow;
      });
}

Result<> read_deliveries(Session& session, CaseRow& found) {
  return session.query(
      "SELECT kind, role, organisation, district, profile, step, at, due, received, overdue FROM case_deliveries "
      "WHERE case_id = $1 ORDER BY number",
      {found.row}, [&](const Row& row) -> Result<Next> {
        auto role = evidence::RoleCode::parse(row.text(1));
        if (!role) return damaged(found.of.id);
        TRY(auto place, place_of(row, 2, found.of.id));
        found.of.handed.push_back({.kind = row.integer(0) == 0 ? Delivery::Kind::kReceipt : Delivery::Kind::kCopy,
                                   .to = std::move(*role),
                                   .place = std::move(place),
                                   .step = row.integer(5),
                                   .at = {row.integer(6)},
                                   .due = time_of(row, 7),
                                   .received = time_of(row, 8),
                                   .overdue = row.integer(9) != 0});
        return Next::kRow;
      });
}

// gather reads rows first: a statement is not begun inside another.
Result<std::vector<CaseRow>> gather(Session& session, const std::string& where, std::span<const Value> values) {
  std::vector<CaseRow> rows;
  TRY(session.query(std::string(kCase) + where, values, [&](const Row& row) -> Result<Next> {
    TRY(auto found, case_from(row));
    rows.push_back(std::move(found));
    return Next::kRow;
  }));
  for (auto& found : rows) {
    TRY(read_timers(session, found));
    TRY(read_deliveries(session, found));
  }
  return rows;
}

Result<> write_parts(Session& session, std::int64_t row, const Case& of) {
  for (std::size_t i = 0; i < of.timers.size(); ++i) {
    const auto& timer = of.timers[i];
    TRY(session.execute(
        "INSERT INTO case_deadlines (case_id, number, name, span, started, due, stopped, ended, warned, overdue) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (case_id, number) DO UPDATE SET due = $6, "
        "stopped = $7, ended = $8, warned = $9, overdue = $10",
        {row, static_cast<std::int64_t>(i), timer.deadline, timer.span, timer.started.seconds, timer.due.seconds,
         value_of(timer.stopped), value_of(timer.ended), std::int64_t{timer.warned},
         std::int64_t{timer.overdue ? 1 : 0}}));
  }
  for (std::size_t i = 0; i < of.handed.size(); ++i) {
    const auto& handed = of.handed[i];
    TRY(session.execute(
        "INSERT INTO case_deliveries (case_id, number, kind, role, organisation, district, profile, step, at, due, "
        "received, overdue) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (case_id, number) "
        "DO UPDATE SET received = $11, overdue = $12",
        {row, static_cast<std::int64_t>(i), std::int64_t{handed.kind == Delivery::Kind::kReceipt ? 0 : 1},
         handed.to.text(), code_of(handed.place), handed.place.district, handed.place.profile, handed.step,
         handed.at.seconds, value_of(handed.due), value_of(handed.received), std::int64_t{handed.overdue ? 1 : 0}}));
  }
  return {};
}

}  // namespace

Result<std::int64_t> next_number(Session& session, std::string_view prefix) {
  std::int64_t last = 0;
  TRY(session.query("SELECT last FROM case_numbers WHERE prefix = $1", {prefix}, [&](const Row& row) {
    last = row.integer(0);
    return Next::kStop;
  }));
  ++last;
  TRY(session.execute(
      "INSERT INTO case_numbers (prefix, last) VALUES ($1, $2) ON CONFLICT (prefix) DO UPDATE SET last = $2",
      {prefix, last}));
  return last;
}

Result<> reserve(Session& session, std::string_view name, base::ByteView signer, base::UnixTime now) {
  TRY(session.execute("INSERT INTO case_reservations (name, signer, at) VALUES ($1, $2, $3)",
                      {name, signer, now.seconds}));
  return {};
}

Result<> take_reservation(Session& session, std::string_view name, base::ByteView signer) {
  bool is_theirs = false;
  TRY(session.query("SELECT signer FROM case_reservations WHERE name = $1", {name}, [&](const Row& row) {
    is_theirs = row.blob(0).empty() || base::equal(row.blob(0), signer);
    return Next::kStop;
  }));
  if (!is_theirs)
    return fail(Code::kConflict,
                "The number {} was not given to whoever signs here, or too long ago. Draft the application anew.",
                name);
  TRY(session.execute("DELETE FROM case_reservations WHERE name = $1", {name}));
  return {};
}

Result<> forget_reservations(Session& session, base::UnixTime before) {
  TRY(session.execute("DELETE FROM case_reservations WHERE at < $1", {before.seconds}));
  return {};
}

Result<bool> keep_definition(Session& session, const Workflow& workflow, UnixTime now) {
  TRY(const auto added,
      session.execute("INSERT INTO workflow_definitions (digest, name, text, first_used) VALUES "
                      "($1, $2, $3, $4) ON CONFLICT (digest) DO NOTHING",
                      {base::ByteView(workflow.digest), workflow.name, workflow.text, now.seconds}));
  return added > 0;
}

Result<std::optional<UnixTime>> first_used(Session& session, const evidence::Hash& digest) {
  std::optional<UnixTime> since;
  TRY(session.query("SELECT first_used FROM workflow_definitions WHERE digest = $1", {base::ByteView(digest)},
                    [&](const Row& row) {
                      since = UnixTime{row.integer(0)};
                      return Next::kStop;
                    }));
  return since;
}

Result<std::string> definition(Session& session, const evidence::Hash& digest) {
  std::optional<std::string> text;
  TRY(session.query("SELECT text FROM workflow_definitions WHERE digest = $1", {base::ByteView(digest)},
                    [&](const Row& row) {
                      text = row.text(0);
                      return Next::kStop;
                    }));
  if (text) return std::move(*text);
  return fail(Code::kNotFound, "No case follows a definition {}.", base::hex(digest));
}

Result<std::int64_t> insert_case(Session& session, const Case& of, Closed closed) {
  TRY(const auto document, print_document(of));
  TRY(const auto row,
      session.insert(
          "INSERT INTO cases (name, workflow, definition, state, closed, organisation, district, profile, "
          "opened, changed, steps, entered, document, request, serial) VALUES ($1, $2, $3, $4, $5, $6, $7, "
          "$8, $9, $10, $11, $12, $13, $14, $15)",
          {of.id, of.workflow, base::ByteView(of.definition), of.state, std::int64_t{closed == Closed::kYes ? 1 : 0},
           code_of(of.place), of.place.district, of.place.profile, of.opened.seconds, of.changed.seconds, of.steps,
           of.entered, document, base::json_string(of.about, "request"), base::json_string(of.facts, "serial")}));
  TRY(write_parts(session, row, of));
  return row;
}

Result<> update_case(Session& session, std::int64_t row, const Case& of, Closed closed, std::int64_t steps_before) {
  TRY(const auto document, print_document(of));
  TRY(const auto changed,
      session.execute(
          "UPDATE cases SET state = $2, closed = $3, changed = $4, steps = $5, entered = $6, document = $7, "
          "request = $9, serial = $10 WHERE id = $1 AND steps = $8",
          {row, of.state, std::int64_t{closed == Closed::kYes ? 1 : 0}, of.changed.seconds, of.steps, of.entered,
           document, steps_before, base::json_string(of.about, "request"), base::json_string(of.facts, "serial")}));
  if (changed != 1)
    return fail(Code::kConflict, "Somebody else acted on {} in between. Read what has happened and sign again.",
                of.id);
  return write_parts(session, row, of);
}

Result<std::optional<CaseRow>> find_case(Session& session, std::string_view id) {
  const Value values[] = {id};
  TRY(auto rows, gather(session, "WHERE name = $1", values));
  if (rows.empty()) return std::optional<CaseRow>();
  return std::optional(std::move(rows.front()));
}

Result<std::vector<CaseRow>> list_cases(Session& session, const CaseFilter& filter) {
  const std::int64_t which = filter.which == CaseFilter::Which::kOpen     ? 0
                             : filter.which == CaseFilter::Which::kClosed ? 1
                                                                          : 2;
  const Value values[] = {filter.after_row, filter.workflow, filter.state, which, filter.limit};
  return gather(
      session,
      "WHERE id > $1 AND ($2 = '' OR workflow = $2) AND ($3 = '' OR state = $3) AND ($4 = 2 OR closed = $4) "
      "ORDER BY id LIMIT $5",
      values);
}

Result<std::vector<CaseRow>> cases_about_request(Session& session, std::string_view request) {
  const Value values[] = {request};
  return gather(session, "WHERE request = $1 AND request <> '' ORDER BY id", values);
}

Result<std::vector<CaseRow>> cases_with_serial(Session& session, std::string_view serial) {
  const Value values[] = {serial};
  return gather(session, "WHERE serial = $1 AND serial <> '' ORDER BY id", values);
}

Result<std::vector<CaseRow>> cases_with_due(Session& session) {
  return gather(session,
                "WHERE id IN (SELECT case_id FROM case_deadlines WHERE ended IS NULL AND overdue = 0) OR id IN "
                "(SELECT case_id FROM case_deliveries WHERE due IS NOT NULL AND received IS NULL AND overdue = 0) "
                "ORDER BY id",
                {});
}

Result<> insert_step(Session& session, std::int64_t row, const StepRow& step) {
  TRY(
      session.execute("INSERT INTO case_steps (case_id, number, action, from_state, to_state, complete, actor, role, "
                      "moment, act) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                      {row, step.number, step.action, step.from, step.to, std::int64_t{step.complete ? 1 : 0},
                       step.actor, step.role, step.moment.seconds, base::ByteView(step.act)}));
  return {};
}

Result<std::vector<StepRow>> steps(Session& session, std::int64_t row) {
  std::vector<StepRow> list;
  TRY(
      session.query("SELECT number, action, from_state, to_state, complete, actor, role, moment, act FROM case_steps "
                    "WHERE case_id = $1 ORDER BY number",
                    {row}, [&](const Row& found) -> Result<Next> {
                      StepRow step;
                      step.number = found.integer(0);
                      step.action = found.text(1);
                      step.from = found.text(2);
                      step.to = found.text(3);
                      step.complete = found.integer(4) != 0;
                      step.actor = found.text(5);
                      step.role = found.text(6);
                      step.moment = {found.integer(7)};
                      TRY(step.act, hash_of(found.blob(8), step.action));
                      list.push_back(std::move(step));
                      return Next::kRow;
                    }));
  return list;
}

Result<> insert_file(Session& session, std::int64_t row, std::int64_t step, const File& file) {
  TRY(session.insert("INSERT INTO case_files (case_id, step, label, name, octets) VALUES ($1, $2, $3, $4, $5)",
                     {row, step, file.label, file.name, base::ByteView(file.octets)}));
  return {};
}

Result<std::vector<File>> files(Session& session, std::int64_t row) {
  std::vector<File> list;
  TRY(session.query(
      "SELECT label, name, octets FROM case_files WHERE case_id = $1 ORDER BY id", {row}, [&](const Row& found) {
        list.push_back({std::string(found.text(0)), std::string(found.text(1)), base::to_bytes(found.blob(2))});
        return Next::kRow;
      }));
  return list;
}

Result<> insert_effect(Session& session, std::int64_t row, std::int64_t step, std::string_view name) {
  TRY(session.insert("INSERT INTO case_effects (case_id, step, name, outcome) VALUES ($1, $2, $3, '')",
                     {row, step, name}));
  return {};
}

Result<std::vector<Pending>> pending_effects(Session& session) {
  std::vector<Pending> list;
  TRY(session.query(
      "SELECT case_effects.id, cases.name, case_effects.step, case_effects.name FROM case_effects JOIN "
      "cases ON cases.id = case_effects.case_id WHERE case_effects.done IS NULL ORDER BY "
      "case_effects.id",
      {}, [&](const Row& row) {
        list.push_back({row.integer(0), std::string(row.text(1)), row.integer(2), std::string(row.text(3))});
        return Next::kRow;
      }));
  return list;
}

Result<std::vector<Cases::Ordered>> effects_of(Session& session, std::string_view id, std::int64_t step) {
  std::vector<Cases::Ordered> list;
  TRY(session.query(
      "SELECT case_effects.name, case_effects.outcome, case_effects.done FROM case_effects JOIN cases ON "
      "cases.id = case_effects.case_id WHERE cases.name = $1 AND case_effects.step = $2 ORDER BY "
      "case_effects.id",
      {id, step}, [&](const Row& row) {
        list.push_back({std::string(row.text(0)), std::string(row.text(1)), !row.is_null(2)});
        return Next::kRow;
      }));
  return list;
}

Result<bool> anything_open(Session& session) {
  bool open = false;
  TRY(
      session.query("SELECT 1 FROM cases WHERE closed = 0 UNION ALL SELECT 1 FROM case_effects WHERE done IS NULL "
                    "LIMIT 1",
                    {}, [&](const Row&) {
                      open = true;
                      return Next::kStop;
                    }));
  return open;
}

Result<> finish_effect(Session& session, std::int64_t id, std::string_view outcome, UnixTime now) {
  TRY(const auto changed, session.execute("UPDATE case_effects SET done = $2, outcome = $3 WHERE id = $1 AND done IS "
                                          "NULL",
                                          {id, now.seconds, outcome}));
  if (changed == 1) return {};
  return fail(Code::kConflict, "This was carried out already.");
}

}  // namespace yuxin::workflow::repository
