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

// The version that the case began with: the one in force here, or a former one where it began before this one was.
Result<std::shared_ptr<const Workflow>> definition_of(Desk& desk, const VerifiedAct& opening) {
  const auto& type = opening.act().type;
  TRY(auto current, desk.workflow(std::string_view(type).substr(0, type.rfind('.'))));
  TRY(const auto body, workflow::read_body(opening.act().body));
  if (body.workflow == current->digest) return current;
  auto former = desk.cases().definition(body.workflow);
  TRY(const auto replaced, desk.cases().in_use_since(current->digest));
  if (former && (*former)->name == current->name && replaced && opening.moment() < *replaced) return former;
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

}  // namespace

Result<Replayed> replay(Desk& desk, std::span<const VerifiedAct> acts, base::UnixTime now) {
  if (acts.empty()) return fail(Code::kRefused, "An order without an act is nobody's.");
  TRY(check_order(acts));
  Replayed replayed;
  TRY(replayed.workflow, definition_of(desk, acts.front()));
  const auto& parts = desk.parts();
  const workflow::Circumstances circumstances{*replayed.workflow, *parts.organisation, *parts.calendar, parts.policy};
  std::optional<workflow::Case> current;
  for (std::size_t i = 0; i < acts.size(); ++i) {
    TRY(auto decision, workflow::advance(circumstances, current, acts[i], acts.first(i)));
    current = std::move(decision.after);
    TRY(learn(desk, acts[i], *current));
    replayed.course.push_back(*current);
    replayed.effects.push_back(std::move(decision.effects));
  }
  // what has run out stands in the deadlines of the case
  static_cast<void>(workflow::tick(*replayed.workflow, *current, now));
  replayed.of = std::move(*current);
  return replayed;
}

}  // namespace yuxin::ra
