#include "verify_acts.hpp"

#include <fmt/format.h>

#include "act/repository.hpp"

namespace yuxin::evidence {

using base::message;
using base::Result;
using repository::Fact;
using repository::FactSorter;

namespace {

std::string name_of(std::int64_t sequence) { return fmt::format("{}{:019}", kActPrefix, sequence); }

// What both sides must say alike: which act, of which type, on which object.
std::string said(std::string_view digest, std::string_view type, std::string_view object) {
  return fmt::format("{} {} {}", digest, type, object);
}

}  // namespace

Result<> add_act_fact(FactSorter& facts, std::int64_t sequence, const base::JsonObject& record) {
  const auto* data = record.if_contains("data");
  if (base::json_string(record, "kind") != "act.accepted" || data == nullptr || !data->is_object()) return {};
  const auto& act = data->get_object();
  return facts.add(
      {name_of(sequence),
       Fact::Source::kRecord,
       sequence,
       Fact::What::kAct,
       said(base::json_string(act, "act"), base::json_string(act, "type"), base::json_string(record, "object")),
       {}});
}

Result<> add_act_rows(store::Reader& reader, FactSorter& facts) {
  return repository::for_each_act(reader.session(), [&](const repository::ActRow& row) {
    return facts.add({name_of(row.ledger_sequence),
                      Fact::Source::kTable,
                      row.ledger_sequence,
                      Fact::What::kAct,
                      said(base::hex(row.digest), row.type, row.object),
                      {}});
  });
}

void compare_act(const std::vector<Fact>& facts, Findings& problems) {
  const auto& first = facts.front();
  if (facts.size() == 2 && first.source == Fact::Source::kTable && facts[1].source == Fact::Source::kRecord) {
    if (first.says == facts[1].says) return;
    problems.add(message("The act in the table is not the one that record {} stands for.", first.sequence));
  } else if (first.source == Fact::Source::kTable) {
    problems.add(
        message("An act in the table should stand in record {}, which is about something else.", first.sequence));
  } else {
    problems.add(message("Record {} says that an act was accepted which is missing from the table.", first.sequence));
  }
}

}  // namespace yuxin::evidence
