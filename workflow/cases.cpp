#include "yuxin/workflow/cases.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "case_writing.hpp"
#include "repository.hpp"
#include "yuxin/evidence/canonical.hpp"
#include "yuxin/evidence/ledger.hpp"

namespace yuxin::workflow {

using base::Code;
using base::fail;
using base::Result;
using base::UnixTime;
using evidence::VerifiedAct;

namespace {

// Definitions reads each definition once for a list of cases.
class Definitions {
 public:
  explicit Definitions(store::Session& session) : session_(session) {}

  Result<Standing> standing_of(repository::CaseRow found) {
    auto& workflow = known_[found.of.definition];
    if (workflow == nullptr) {
      TRY(const auto text, repository::definition(session_, found.of.definition));
      TRY(workflow, Workflow::parse(text, found.of.workflow));
    }
    return Standing{found.row, std::move(found.of), workflow};
  }

 private:
  store::Session& session_;
  std::map<evidence::Hash, std::shared_ptr<const Workflow>> known_;
};

constexpr base::Seconds kReservedFor = base::days(1);

Result<std::optional<Standing>> look_up(store::Session& session, std::string_view id) {
  TRY(auto found, repository::find_case(session, id));
  if (!found) return std::optional<Standing>();
  TRY(auto standing, Definitions(session).standing_of(std::move(*found)));
  return std::optional(std::move(standing));
}

base::Failure no_case(std::string_view id) {
  return fail(Code::kNotFound, "There is no case {}. Those that are open: yuxin case list", id);
}

}  // namespace

evidence::Attachment attachment_of(const File& file) {
  return {file.name, static_cast<std::int64_t>(file.octets.size()), x509::DigestAlgorithm::kSha256,
          base::to_bytes(x509::sha256(file.octets))};
}

Result<std::string> Cases::reserve(const Workflow& workflow, UnixTime now,
                                   const std::optional<evidence::Hash>& signer) {
  std::string name;
  TRY(parts_.store->write([&](store::Writer& writer) -> Result<> {
    TRY(const auto number, repository::next_number(writer.session(), workflow.prefix));
    name = workflow.prefix + "-" + std::to_string(number);
    TRY(repository::forget_reservations(writer.session(), now - kReservedFor));
    return repository::reserve(writer.session(), name, signer ? base::ByteView(*signer) : base::ByteView(), now);
  }));
  return name;
}

namespace {

evidence::Act act_of(const Workflow& workflow, std::string id, StepBody body, const Draft& draft) {
  evidence::Act act;
  act.type = workflow.act_type(draft.action);
  act.object = std::move(id);
  act.role = draft.role;
  body.workflow = workflow.digest;
  body.form = draft.form;
  body.delivery = draft.delivery;
  for (const auto& file : draft.files) {
    body.files[file.label].push_back(file.name);
    act.attachments.push_back(attachment_of(file));
  }
  for (const auto& one : draft.enclosed) {
    body.files[one.label].push_back(one.attachment.name);
    act.attachments.push_back(one.attachment);
  }
  act.body = print_body(body);
  return act;
}

}  // namespace

evidence::Act Cases::opening(const Workflow& workflow, std::string id, const evidence::Place& place,
                             const Draft& draft) {
  StepBody body;
  body.about = draft.about.value_or(base::JsonObject());
  body.place = place;
  return act_of(workflow, std::move(id), std::move(body), draft);
}

evidence::Act Cases::step(const Standing& standing, const Draft& draft) {
  StepBody body;
  body.step = standing.of.steps + 1;
  body.state = standing.of.state;
  body.about = draft.about.value_or(standing.of.about);
  return act_of(*standing.workflow, standing.of.id, std::move(body), draft);
}

Result<std::vector<VerifiedAct>> Cases::acts(std::string_view id, const evidence::ActTrust& trust) {
  std::vector<evidence::StoredAct> stored;
  TRY(parts_.store->read([&](store::Reader& reader) -> Result<> {
    TRY(stored, evidence::acts_of(reader, id));
    return {};
  }));
  std::vector<VerifiedAct> acts;
  std::optional<evidence::Hash> previous;
  for (const auto& one : stored) {
    auto act = evidence::verify_act(one.der, trust, evidence::ExpectedPrevious(previous));
    if (!act) {
      return fail(Code::kIntegrity, "An act on {} that was accepted does not hold any more: {}", id,
                  act.error().detail);
    }
    previous = act->digest();
    acts.push_back(std::move(*act));
  }
  return acts;
}

namespace {

struct Judged {
  std::optional<Standing> before;
  Decision decision;
};

Result<Judged> judged(Cases& cases, const Cases::Parts& parts, const Cases::Submission& submission) {
  const auto& id = submission.act.act().object;
  Judged result;
  TRY(parts.store->read([&](store::Reader& reader) -> Result<> {
    TRY(result.before, look_up(reader.session(), id));
    return {};
  }));
  if (!result.before && !submission.opens) return no_case(id);
  if (result.before && submission.opens) return fail(Code::kConflict, "There is a case {} already.", id);
  const auto& workflow = result.before ? *result.before->workflow : *submission.opens;
  if (std::ranges::find(workflow.policies, parts.policy) == workflow.policies.end())
    return fail(Code::kRefused, "The workflow {} has no values for policy {}.", workflow.name, parts.policy);
  TRY(const auto earlier, cases.acts(id, submission.trust));
  // somebody was quicker between the two readings
  if (result.before && std::cmp_not_equal(earlier.size(), result.before->of.steps))
    return fail(Code::kConflict, "Case {} went on meanwhile. Read what has happened and sign again.", id);
  const auto before = result.before ? std::optional(result.before->of) : std::nullopt;
  TRY(result.decision,
      advance({workflow, *parts.organisation, *parts.calendar, parts.policy}, before, submission.act, earlier));
  return result;
}

}  // namespace

Result<Decision> Cases::judge(const Submission& submission) {
  TRY(auto result, judged(*this, parts_, submission));
  return std::move(result.decision);
}

Result<Decision> Cases::take(const Submission& submission, std::span<const File> files, UnixTime now,
                             const Also& also) {
  TRY(check_files(submission.act, files));
  TRY(auto result, judged(*this, parts_, submission));
  TRY(parts_.store->write([&](store::Writer& writer) -> Result<> {
    TRY(keep_step(writer, {result.before, result.decision, submission, files, now}));
    return also ? also(writer, result.decision) : Result<>();
  }));
  return std::move(result.decision);
}

Result<> Cases::finish(const Pending& pending, const Outcome& outcome, UnixTime now) {
  return parts_.store->write([&](store::Writer& writer) -> Result<> {
    TRY(auto found, look_up(writer.session(), pending.case_id));
    if (!found) return no_case(pending.case_id);
    TRY(repository::finish_effect(writer.session(), pending.id, outcome.text, now));
    auto after = found->of;
    for (const auto& [name, value] : outcome.facts) after.facts[name] = value;
    TRY(repository::update_case(writer.session(), found->row, after, closed_of(*found->workflow, after),
                                found->of.steps));
    evidence::ObjectWriter data;
    data.add("effect", pending.name);
    TRY(const auto facts, evidence::canonical_json(outcome.facts));
    data.add_raw("facts", facts);
    data.add("outcome", outcome.text);
    data.add("step", pending.step);
    TRY(evidence::append(writer, {.kind = "case.effect",
                                  .object = pending.case_id,
                                  .actor = outcome.actor,
                                  .time = now,
                                  .data = data.finish(),
                                  .attachment = {}}));
    return {};
  });
}

Result<std::vector<Cases::Ordered>> Cases::brought_about(std::string_view id, std::int64_t step) {
  std::vector<Ordered> list;
  TRY(parts_.store->read([&](store::Reader& reader) -> Result<> {
    TRY(list, repository::effects_of(reader.session(), id, step));
    return {};
  }));
  return list;
}

Result<std::vector<Pending>> Cases::pending() {
  std::vector<Pending> list;
  TRY(parts_.store->read([&](store::Reader& reader) -> Result<> {
    TRY(list, repository::pending_effects(reader.session()));
    return {};
  }));
  return list;
}

Result<std::shared_ptr<const Workflow>> Cases::definition(const evidence::Hash& digest) {
  std::string text;
  TRY(parts_.store->read([&](store::Reader& reader) -> Result<> {
    TRY(text, repository::definition(reader.session(), digest));
    return {};
  }));
  return Workflow::parse(text, base::hex(digest));
}

Result<> Cases::keep_definitions(std::span<const std::shared_ptr<const Workflow>> workflows, const std::string& actor,
                                 UnixTime now) {
  bool all = true;
  TRY(parts_.store->read([&](store::Reader& reader) -> Result<> {
    for (const auto& workflow : workflows) {
      TRY(const auto since, repository::first_used(reader.session(), workflow->digest));
      all = all && since;
    }
    return {};
  }));
  if (all) return {};
  return parts_.store->write([&](store::Writer& writer) -> Result<> {
    for (const auto& workflow : workflows) TRY(keep_definition(writer, *workflow, actor, now));
    return {};
  });
}

Result<std::optional<UnixTime>> Cases::in_use_since(const evidence::Hash& digest) {
  std::optional<UnixTime> since;
  TRY(parts_.store->read([&](store::Reader& reader) -> Result<> {
    TRY(since, repository::first_used(reader.session(), digest));
    return {};
  }));
  return since;
}

Result<Standing> Cases::find(std::string_view id) {
  std::optional<Standing> found;
  TRY(parts_.store->read([&](store::Reader& reader) -> Result<> {
    TRY(found, look_up(reader.session(), id));
    return {};
  }));
  if (!found) return no_case(id);
  return std::move(*found);
}

Result<std::vector<Standing>> Cases::list(const CaseFilter& filter) {
  std::vector<Standing> list;
  TRY(parts_.store->read([&](store::Reader& reader) -> Result<> {
    list.clear();
    TRY(auto rows, repository::list_cases(reader.session(), filter));
    Definitions definitions(reader.session());
    for (auto& row : rows) {
      TRY(auto standing, definitions.standing_of(std::move(row)));
      list.push_back(std::move(standing));
    }
    return {};
  }));
  return list;
}

namespace {

using Rows = std::vector<repository::CaseRow>;

Result<std::vector<Standing>> standings_of(store::Store& store,
                                           const std::function<Result<Rows>(store::Session&)>& read) {
  std::vector<Standing> list;
  TRY(store.read([&](store::Reader& reader) -> Result<> {
    list.clear();
    TRY(auto rows, read(reader.session()));
    Definitions definitions(reader.session());
    for (auto& row : rows) {
      TRY(auto standing, definitions.standing_of(std::move(row)));
      list.push_back(std::move(standing));
    }
    return {};
  }));
  return list;
}

}  // namespace

Result<std::vector<Standing>> Cases::about_request(const evidence::Hash& request) {
  return standings_of(*parts_.store, [&](store::Session& session) {
    return repository::cases_about_request(session, base::hex(request));
  });
}

Result<std::vector<Standing>> Cases::issued_as(std::string_view serial) {
  return standings_of(*parts_.store,
                      [&](store::Session& session) { return repository::cases_with_serial(session, serial); });
}

Result<std::vector<StepRow>> Cases::steps(const Standing& standing) {
  std::vector<StepRow> list;
  TRY(parts_.store->read([&](store::Reader& reader) -> Result<> {
    TRY(list, repository::steps(reader.session(), standing.row));
    return {};
  }));
  return list;
}

Result<std::vector<File>> Cases::files(const Standing& standing) {
  std::vector<File> list;
  TRY(parts_.store->read([&](store::Reader& reader) -> Result<> {
    TRY(list, repository::files(reader.session(), standing.row));
    return {};
  }));
  return list;
}

Result<bool> anything_waits(store::Store& store) {
  bool waits = false;
  TRY(store.read([&](store::Reader& reader) -> Result<> {
    TRY(waits, repository::anything_open(reader.session()));
    return {};
  }));
  return waits;
}

Result<std::vector<Cases::Passed>> Cases::let_pass(UnixTime now) {
  std::vector<Passed> passed;
  TRY(parts_.store->write([&](store::Writer& writer) -> Result<> {
    passed.clear();
    TRY(auto rows, repository::cases_with_due(writer.session()));
    Definitions definitions(writer.session());
    for (auto& row : rows) {
      TRY(const auto before, definitions.standing_of(std::move(row)));
      auto after = before.of;
      const auto happenings = tick(*before.workflow, after, now);
      if (happenings.empty()) continue;
      TRY(keep_passed(writer, before, after, happenings, now));
      for (const auto& happening : happenings) passed.push_back({after.id, happening});
    }
    return {};
  }));
  return passed;
}

}  // namespace yuxin::workflow
