#include "case_writing.hpp"

#include <algorithm>
#include <utility>

#include "yuxin/evidence/canonical.hpp"
#include "yuxin/evidence/ledger.hpp"

namespace yuxin::workflow {

using base::Code;
using base::fail;
using base::Result;
using base::UnixTime;
using repository::Closed;

namespace {

Result<> keep_happenings(store::Writer& writer, std::int64_t row, const Case& of,
                         const std::vector<Happening>& happenings, UnixTime now) {
  for (const auto& happening : happenings) {
    // no step ordered it: nobody's act is shown for what a deadline does
    if (happening.kind == Happening::Kind::kCarryOut)
      TRY(repository::insert_effect(writer.session(), row, 0, happening.what));
    evidence::ObjectWriter data;
    data.add("deadline", happening.deadline);
    data.add("due", base::rfc3339(happening.due));
    data.add("kind", happening_name(happening.kind));
    data.add("what", happening.what);
    TRY(evidence::append(writer, {.kind = "case.deadline",
                                  .object = of.id,
                                  .actor = "deadline",
                                  .time = now,
                                  .data = data.finish(),
                                  .attachment = {}}));
  }
  return {};
}

std::string step_data(const Step& step, std::string_view from) {
  const auto& after = step.decision.after;
  evidence::ObjectWriter data;
  data.add("act", base::hex(step.submission.act.digest()));
  data.add("action", step.decision.action);
  data.add("complete", step.decision.complete ? 1 : 0);
  data.add("definition", base::hex(after.definition));
  data.add("from", from);
  data.add("step", after.steps);
  data.add("to", after.state);
  return data.finish();
}

StepRow step_row(const Step& step, const std::string& from) {
  const auto& act = step.submission.act;
  StepRow row;
  row.number = step.decision.after.steps;
  row.action = step.decision.action;
  row.from = from;
  row.to = step.decision.after.state;
  row.complete = step.decision.complete;
  row.actor = act.actor().subject().text();
  row.role = act.act().role ? act.act().role->text() : std::string();
  row.moment = act.moment();
  row.act = act.digest();
  return row;
}

}  // namespace

Result<> keep_definition(store::Writer& writer, const Workflow& workflow, const std::string& actor, UnixTime now) {
  TRY(const bool is_new, repository::keep_definition(writer.session(), workflow, now));
  if (!is_new) return {};
  evidence::ObjectWriter data;
  data.add("code", workflow.code);
  data.add("definition", base::hex(workflow.digest));
  TRY(evidence::append(writer, {.kind = "workflow.defined",
                                .object = workflow.name,
                                .actor = actor,
                                .time = now,
                                .data = data.finish(),
                                .attachment = base::to_bytes(base::as_bytes(workflow.text))}));
  return {};
}

Closed closed_of(const Workflow& workflow, const Case& of) {
  const auto* state = workflow.state(of.state);
  return state != nullptr && state->is_final ? Closed::kYes : Closed::kNo;
}

Result<> check_files(const evidence::VerifiedAct& act, std::span<const File> files) {
  const auto& attachments = act.act().attachments;
  for (const auto& attachment : attachments) {
    const auto found = std::ranges::find(files, attachment.name, &File::name);
    if (found == files.end())
      return fail(Code::kRefused, "The file {}, which the act speaks of, did not come with it.", attachment.name);
    const bool same = std::cmp_equal(found->octets.size(), attachment.size) &&
                      x509::digest(attachment.digest, found->octets) == attachment.value;
    if (!same)
      return fail(Code::kRefused, "The file {} is not the one that the act speaks of: its digest is another.",
                  attachment.name);
  }
  if (files.size() != attachments.size())
    return fail(Code::kRefused, "A file came with the act that it does not speak of.");
  return {};
}

Result<> keep_step(store::Writer& writer, const Step& step) {
  auto& session = writer.session();
  const auto& after = step.decision.after;
  const auto& workflow = step.before ? *step.before->workflow : *step.submission.opens;
  const auto actor = step.submission.act.actor().subject().text();
  TRY(evidence::store_act(writer, step.submission.act, step.now));
  std::int64_t row = 0;
  if (step.before) {
    row = step.before->row;
    TRY(repository::update_case(session, row, after, closed_of(workflow, after), step.before->of.steps));
  } else {
    TRY(repository::take_reservation(session, after.id, x509::sha256(step.submission.act.actor().tbs().spki)));
    TRY(keep_definition(writer, workflow, actor, step.now));
    TRY(row, repository::insert_case(session, after, closed_of(workflow, after)));
  }
  const auto from = step.before ? step.before->of.state : std::string();
  TRY(repository::insert_step(session, row, step_row(step, from)));
  for (const auto& file : step.files) TRY(repository::insert_file(session, row, after.steps, file));
  TRY(keep_happenings(writer, row, after, step.decision.happenings, step.now));
  for (const auto& effect : step.decision.effects) TRY(repository::insert_effect(session, row, after.steps, effect));
  TRY(evidence::append(writer, {.kind = "case.step",
                                .object = after.id,
                                .actor = actor,
                                .time = step.now,
                                .data = step_data(step, from),
                                .attachment = {}}));
  return {};
}

Result<> keep_passed(store::Writer& writer, const Standing& before, const Case& after,
                     const std::vector<Happening>& happenings, UnixTime now) {
  TRY(repository::update_case(writer.session(), before.row, after, closed_of(*before.workflow, after),
                              before.of.steps));
  return keep_happenings(writer, before.row, after, happenings, now);
}

}  // namespace yuxin::workflow
