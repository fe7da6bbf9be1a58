#include "authority/replay.hpp"

#include "yuxin/ca/approval.hpp"
#include "yuxin/x509/serial.hpp"

namespace yuxin::ra {

using base::Code;
using base::fail;
using base::Result;
using evidence::VerifiedAct;
using workflow::Workflow;

namespace {

// The version that the case began with: the one in force here, or a former one that cases here have followed.
Result<std::shared_ptr<const Workflow>> definition_of(Desk& desk, const VerifiedAct& opening) {
  const auto& type = opening.act().type;
  TRY(auto current, desk.workflow(std::string_view(type).substr(0, type.rfind('.'))));
  TRY(const auto body, workflow::read_body(opening.act().body));
  if (body.workflow == current->digest) return current;
  auto former = desk.cases().definition(body.workflow);
  if (former && (*former)->name == current->name) return former;
  return fail(Code::kConflict,
              "The case follows another version of the workflow {} than the authority has. The case begins anew when "
              "both have the same.",
              current->name);
}

Result<> check_order(std::span<const VerifiedAct> acts) {
  for (std::size_t i = 0; i < acts.size(); ++i) {
    const auto& previous = acts[i].act().previous;
    const bool follows = i == 0 ? !previous.has_value() : previous == acts[i - 1].digest();
    if (!follows || acts[i].act().object != acts.front().act().object)
      return fail(Code::kRefused, "The acts of {} do not follow each other.", acts.front().act().object);
  }
  return {};
}

// What a case learns by its effects is known here by what was issued upon its acts.
Result<> learn(const Desk& desk, const VerifiedAct& act, workflow::Case& of) {
  return desk.parts().store->read([&](store::Reader& reader) -> Result<> {
    TRY(const auto row, ca::used_for(reader, act.digest()));
    if (!row) return {};
    const auto serial = x509::Serial::from_der_content(row->serial);
    if (serial) of.facts["serial"] = serial->hex();
    return {};
  });
}

void add_deadlines(const std::vector<workflow::Happening>& happenings, std::vector<std::string>& effects) {
  for (const auto& one : happenings) {
    if (one.kind == workflow::Happening::Kind::kCarryOut) effects.push_back(one.what);
  }
}

}  // namespace

Result<Replayed> replay(Desk& desk, std::span<const VerifiedAct> acts, base::UnixTime now) {
  if (acts.empty()) return fail(Code::kRefused, "An order without an act is nobody's.");
  TRY(check_order(acts));
  TRY(const auto definition, definition_of(desk, acts.front()));
  const auto& parts = desk.parts();
  const workflow::Circumstances circumstances{*definition, *parts.organisation, *parts.calendar, parts.policy};
  Replayed replayed;
  std::optional<workflow::Case> current;
  for (std::size_t i = 0; i < acts.size(); ++i) {
    TRY(auto decision, workflow::advance(circumstances, current, acts[i], acts.first(i)));
    current = std::move(decision.after);
    replayed.by_act = std::move(decision.effects);
    add_deadlines(decision.happenings, replayed.by_deadline);
    TRY(learn(desk, acts[i], *current));
  }
  add_deadlines(workflow::tick(*definition, *current, now), replayed.by_deadline);
  replayed.of = std::move(*current);
  return replayed;
}

}  // namespace yuxin::ra
