#include "desk_side.hpp"

#include "acting.hpp"
#include "certificate_view.hpp"
#include "clock_check.hpp"
#include "desk_home.hpp"
#include "identity.hpp"
#include "registration_identity.hpp"
#include "remote_desk.hpp"
#include "yuxin/ca/certificate_json.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::Result;

namespace {

Result<std::vector<CertificateNote>> notes_of(const std::vector<ra::Concerned>& concerned, base::UnixTime now) {
  std::vector<CertificateNote> notes;
  for (const auto& one : concerned) {
    TRY(auto certificate, x509::Certificate::from_der(one.row.der));
    notes.push_back({std::move(certificate), one.row.profile, std::string(ca::state_name(one.row, now))});
  }
  return notes;
}

// HomeDesk is the desk of the home of this call. Without a person it only looks, as the operator, who sees all.
class HomeDesk final : public DeskSide {
 public:
  HomeDesk(std::shared_ptr<Home> home, std::shared_ptr<ra::Desk> desk, Person person,
           std::optional<ra::Viewer> viewer)
      : home_(std::move(home)), desk_(std::move(desk)), person_(std::move(person)), viewer_(std::move(viewer)) {}

  [[nodiscard]] std::string signer() const override {
    return person_ ? person_->certificate.subject().text() : std::string();
  }
  [[nodiscard]] std::string address() const override { return registration_address(home_->config()); }
  [[nodiscard]] Result<std::optional<RolesSeen>> roles() override {
    if (!person_) return std::optional<RolesSeen>();
    RolesSeen seen;
    for (const auto& one : viewer_->roles) seen.held.push_back({one.role.text(), evidence::print_scope(one.scope)});
    TRY(seen.ended,
        ra::ended_roles(home_->store(), *desk_->parts().organisation, person_->certificate, home_->clock().now()));
    return std::optional(std::move(seen));
  }
  [[nodiscard]] Result<ra::Desk::Page> page(const workflow::CaseFilter& filter, ra::Desk::Whose whose) override {
    return desk_->page(viewer_, filter, whose);
  }
  [[nodiscard]] Result<CaseSeen> look(const std::string& id) override {
    CaseSeen seen;
    TRY(seen.item, desk_->look(id, viewer_));
    const auto& standing = seen.item.standing;
    TRY(seen.steps, desk_->cases().steps(standing));
    TRY(const auto files, desk_->cases().files(standing));
    for (const auto& file : files)
      seen.files.push_back(
          {file.label, file.name, static_cast<std::int64_t>(file.octets.size()), x509::sha256(file.octets)});
    TRY(const auto concerned, desk_->certificates(standing.of));
    TRY(seen.certificates, notes_of(concerned, home_->clock().now()));
    return seen;
  }
  [[nodiscard]] Result<base::Bytes> file(const std::string& id, const evidence::Hash& digest) override {
    TRY(const auto item, desk_->look(id, viewer_));
    TRY(auto files, desk_->cases().files(item.standing));
    for (auto& file : files) {
      if (x509::sha256(file.octets) == digest) return std::move(file.octets);
    }
    return fail(Code::kNotFound, "Case {} has no file with the digest {}.", id, base::hex(digest));
  }
  [[nodiscard]] Result<std::vector<x509::Certificate>> issued(const std::string& id) override {
    TRY(const auto item, desk_->look(id, viewer_));
    return desk_->issued(item.standing.of);
  }
  [[nodiscard]] Result<std::shared_ptr<const workflow::Workflow>> workflow(const std::string& name) override {
    return desk_->workflow(name);
  }
  [[nodiscard]] Result<x509::Serial> serial(const std::string& typed) override {
    Arguments arguments;
    arguments.set("SERIAL", {typed});
    TRY(const auto found, find_certificate(*home_, arguments));
    return found.serial;
  }
  [[nodiscard]] Result<Opening> apply(ra::Application application, ra::Desk::Number number) override {
    TRY(auto step,
        viewer_ ? desk_->draft(*viewer_, std::move(application), number) : desk_->apply(application, number));
    TRY(const auto concerned, desk_->concerned(step));
    TRY(auto notes, notes_of(concerned, home_->clock().now()));
    return Opening{std::move(step), std::move(notes)};
  }
  [[nodiscard]] Result<ra::Step> step(const ra::Item& seen, workflow::Draft draft,
                                      const std::optional<ra::CertificateWish>& correction) override {
    const auto& of = seen.standing.of;
    if (viewer_ && !draft.role)
      draft.role = desk_->role_for(*viewer_, *seen.standing.workflow, of.state, draft.action, of.place);
    TRY(auto step, desk_->step(of.id, std::move(draft), correction));
    TRY(const auto body, workflow::read_body(step.act.body));
    if (body.step != of.steps + 1 || (body.about != of.about && !correction))
      return fail(Code::kConflict, "Case {} went on meanwhile. Read what has happened and sign again.", of.id);
    if (viewer_) TRY(desk_->foresee(*viewer_, step));
    return step;
  }
  [[nodiscard]] Result<std::optional<ra::Answered>> answered(const std::string& id) override {
    TRY(desk_->look(id, viewer_));
    return ra::answered_of(home_->store(), id);
  }
  [[nodiscard]] Result<StepDone> sign_and_take(const ra::Step& step) override {
    TRY(const auto verified, perform_act(*home_, *person_, step.act));
    TRY(auto decision, desk_->take(verified, step.files));
    StepDone done{{}, decision.action, decision.complete, std::move(decision.missing), {}};
    // From here on the step is kept, whatever else fails.
    auto effected = desk_->settle();
    auto after = desk_->look(decision.after.id, std::nullopt);
    if (!effected || !after) {
      const auto& why = effected ? after.error() : effected.error();
      return base::fail_with(Code::kUnavailable, why.detail + " " + why.diagnostic,
                             "The step was signed and is kept in case {}. What follows from it could not be finished "
                             "or seen now; the log says why. When that is mended, see: yuxin request show {}",
                             decision.after.id, decision.after.id);
    }
    done.effected = std::move(*effected);
    done.after = std::move(*after);
    return done;
  }
  void end_work(const Context& context) override { cli::end_work(context, *home_); }

 private:
  std::shared_ptr<Home> home_;
  std::shared_ptr<ra::Desk> desk_;
  Person person_;
  std::optional<ra::Viewer> viewer_;
};

}  // namespace

Result<std::unique_ptr<DeskSide>> open_desk_side(const Context& context, const Arguments& arguments, DeskUse use) {
  if (use == DeskUse::kAct && !context.options().identity)
    return fail(Code::kUsage, "Who acts? Every step is signed: yuxin --as officer.p12 …");
  if (context.options().server) return open_remote_desk(context);
  std::shared_ptr<Home> home;
  Person person;
  if (use == DeskUse::kAct) {
    TRY(home, open_unlocked_home(context));
    TRY(meet_clock(context, arguments, *home));
    TRY(person, open_identity(context));
  } else {
    TRY(home, open_home(context, Home::Access::kRead));
    TRY(person, person_of(context));
  }
  TRY(auto desk, open_desk(*home, context.actor()));
  TRY(auto viewer, viewer_of(*home, person));
  return std::make_unique<HomeDesk>(std::move(home), std::move(desk), std::move(person), std::move(viewer));
}

}  // namespace yuxin::cli
