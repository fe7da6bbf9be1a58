// The registration desk (受理台): the certificate flows of GB/T 25056 clause 12 as cases. Every adapter (the command
// line, later EST, CMP, ACME, SCEP, REST) decodes once into an Application, has the step signed, and gives it here.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/ca/enrolment.hpp"
#include "yuxin/ca/invitation.hpp"
#include "yuxin/ca/issuer.hpp"
#include "yuxin/ca/profile.hpp"
#include "yuxin/evidence/act.hpp"
#include "yuxin/ra/authority.hpp"
#include "yuxin/workflow/cases.hpp"

namespace yuxin::ra {

// Effects that the desk can bring about: "issue", "hold", "release", "revoke", and the last three with "-all" for
// every certificate of one subject.
[[nodiscard]] std::span<const std::string> known_effects();

struct DeskParts {
  std::shared_ptr<store::Store> store;
  std::shared_ptr<const evidence::Organisation> organisation;
  std::shared_ptr<const workflow::Calendar> calendar;
  std::string policy;  // "2004", "2026"
  std::vector<std::shared_ptr<const workflow::Workflow>> workflows;
  ca::ProfileSet profiles;
  evidence::ActTrust trust;
  const base::Clock* clock = nullptr;
  std::string authority;  // that issues
  // Opens the authority for signing; asked for when a certificate is checked or issued. Nothing where it is
  // elsewhere.
  std::function<base::Result<std::shared_ptr<ca::Issuer>>()> issuer;
  std::string actor;  // who works here, for what no act says
  // What nobody may apply for, though a profile would take it: the offices and the names of the home itself.
  std::function<base::Result<>(const ca::Profile&)> admit_profile;
  std::function<base::Result<>(const ca::Profile&, const ca::PreparedIssuance&)> admit;
  // Whether what an authority of this home has issued is still to be believed; where nobody says, it is.
  std::function<base::Result<bool>(const store::AuthorityRow&)> in_good_standing = {};
  // What nobody may have revoked or suspended here: the certificates by which the home itself works.
  std::function<base::Result<>(const store::CertificateRow&)> admit_change = {};
  // What issues and changes status; Desk::open makes it of `issuer` where there is none.
  std::shared_ptr<Authority> port = nullptr;
};

// local_authority is the authority of the desk's own home.
[[nodiscard]] std::shared_ptr<Authority> local_authority(DeskParts parts);

// What somebody asks for. Certificate: a new one. Existing: something about one that there is. Leaver: somebody's.
// Invitation: a new one for whom is invited (ca/invitation.hpp); its organisation is that of the application.
struct CertificateWish {
  ca::Enrolment enrolment;
  std::string profile;
};
struct ExistingWish {
  x509::Serial serial;
};
struct LeaverWish {
  std::string subject;  // as the certificates say it
};
struct Application {
  std::string workflow;  // "certificate-request"
  std::string action = "submit";
  std::optional<evidence::OrgCode> organisation;  // the registration point; not needed where there is only one
  std::optional<CertificateWish> certificate;
  std::optional<ExistingWish> existing;
  std::optional<LeaverWish> leaver;
  std::optional<ca::Invitation> invitation = {};
  base::JsonObject form = {};
  std::vector<workflow::File> files = {};
  std::vector<workflow::Enclosed> enclosed = {};  // files whose octets whoever signs has
  std::optional<evidence::RoleCode> role = {};
  std::optional<evidence::Hash> signer = {};  // key of whoever will sign: the number of the case is theirs
  // Whether it is to be taken although the same is applied for already.
  enum class Again { kRefuse, kTake } again = Again::kRefuse;
};

// Step is an act that is ready to be signed, with the octets of what it attaches.
struct Step {
  evidence::Act act;
  std::vector<workflow::File> files;
  std::shared_ptr<const workflow::Workflow> workflow;
  const workflow::Transition* transition = nullptr;  // the likely one, for people; lives as long as the workflow
  bool opens = false;
};

// Effected is what came of a step beyond its case.
struct Effected {
  std::string case_id;
  std::string effect;
  std::string text;        // one line for people
  base::JsonObject facts;  // "serial" of a certificate that was issued
  bool status_changed = false;
};

// Who looks at the desk: the roles that somebody holds now, and their key. Nothing limits the operator of the
// machine.
struct Viewer {
  std::vector<evidence::HeldRole> roles;
  std::optional<evidence::Hash> key;
  x509::Name subject = {};
};
// viewer_of reads what a person holds now.
[[nodiscard]] base::Result<Viewer> viewer_of(store::Store& store, const x509::Certificate& person,
                                             base::UnixTime now);

// EndedRole is a role that somebody held and holds no more, and who could grant it again.
struct EndedRole {
  std::string role;
  std::string scope;  // print_scope
  base::UnixTime at;
  std::string granted_by;
};
[[nodiscard]] base::Result<std::vector<EndedRole>> ended_roles(store::Store& store,
                                                               const evidence::Organisation& organisation,
                                                               const x509::Certificate& person, base::UnixTime now);

// Item is a case as somebody sees it: what they could do next, by name of the action.
struct Item {
  workflow::Standing standing;
  std::vector<std::string> mine;
};

// wish_of reads which certificate the `about` of a case asks for, from the request among its files: kRefused when
// that is missing or is not the one whose digest stands there, kMalformed when a part cannot be read.
[[nodiscard]] base::Result<CertificateWish> wish_of(const base::JsonObject& about,
                                                    std::span<const workflow::File> files);

// Concerned is a certificate that a case is about, or that was issued upon it.
struct Concerned {
  store::CertificateRow row;  // with its octets
  std::string authority;
};

// request_file is a certificate request as it is attached to a case.
[[nodiscard]] workflow::File request_file(const x509::CertificateRequest& request);

// check_open says before anything is signed whether an action is one that is done in the state of a case: kConflict
// names those that are.
[[nodiscard]] base::Result<> check_open(const Item& item, std::string_view action);

// Desk is thread-safe as far as its store is.
class Desk {
 public:
  // open: kRefused for a workflow that asks for roles, organisations or effects that are not there.
  [[nodiscard]] static base::Result<std::shared_ptr<Desk>> open(DeskParts parts);

  [[nodiscard]] workflow::Cases& cases() { return cases_; }
  [[nodiscard]] const std::vector<std::shared_ptr<const workflow::Workflow>>& workflows() const {
    return parts_.workflows;
  }
  [[nodiscard]] base::Result<std::shared_ptr<const workflow::Workflow>> workflow(std::string_view name) const;

  // apply makes the act that opens a case. A number is reserved with kReserve; with kNone the case is called "R-…1",
  // for trials. Errors: kNotFound (profile, certificate), kRefused (the certificate could not be issued anyway).
  enum class Number { kReserve, kNone };
  [[nodiscard]] base::Result<Step> apply(const Application& application, Number number);
  // draft completes an application for whoever makes it (fit), applies, and makes every refusal that can be made
  // before anybody signs (foresee), so that no number is taken for what would be refused. kConflict also where the
  // same is applied for already (Application::again), and where a certificate stands already as it would be put.
  [[nodiscard]] base::Result<Step> draft(const Viewer& viewer, Application application, Number number);
  // step makes the act that takes a case on. `correction` says anew what certificate is asked for.
  [[nodiscard]] base::Result<Step> step(std::string_view case_id, workflow::Draft draft,
                                        const std::optional<CertificateWish>& correction = {});

  // foresee says what `take` would refuse of a step that `viewer` is going to sign, as far as that can be said before
  // it is signed: the state, who may, form and attachments. It changes nothing, and `take` judges all the same.
  [[nodiscard]] base::Result<> foresee(const Viewer& viewer, const Step& step);

  // judge says what would come of a signed step and changes nothing; take keeps it. Both look at what the case is
  // about, not only at who signed: the request is the one whose digest was signed, the key is its key, the
  // certificate is there. What a step brings about is tried before the step is kept, and carried out by `settle`.
  // `also` writes in the same transaction.
  [[nodiscard]] base::Result<workflow::Decision> judge(const evidence::VerifiedAct& act,
                                                       std::span<const workflow::File> files);
  [[nodiscard]] base::Result<workflow::Decision> take(const evidence::VerifiedAct& act,
                                                      std::span<const workflow::File> files,
                                                      const workflow::Cases::Also& also = {});

  // settle carries out what steps and deadlines have ordered and nobody has done: now, or after a crash. Each once:
  // what was done and not recorded is found and recorded. An effect that can never be done is recorded as failed,
  // with its reason; one that could not be done now waits for the next call.
  [[nodiscard]] base::Result<std::vector<Effected>> settle();

  // queue gives the open cases that somebody may see: those in the scope of one of their roles that the case's
  // workflow knows, and those that are about their key. `viewer` nothing: all of them.
  [[nodiscard]] base::Result<std::vector<Item>> queue(const std::optional<Viewer>& viewer,
                                                      const workflow::CaseFilter& filter);
  // page gives the cases of a queue in pieces: at most `filter.limit` of those that somebody may see, and with kMine
  // of those whose main step (workflow::main_step) is theirs. kNotFound for a workflow or state that nothing knows,
  // so that a slip does not look like an empty queue; a state that ends a case asks for closed ones, too. It looks at
  // a bounded number of cases, so that a page may be short, or empty, and not the last: `next` is the row behind
  // which the next one begins; nothing when there is none.
  enum class Whose { kAnybody, kMine };
  struct Page {
    std::vector<Item> items;
    std::optional<std::int64_t> next;
  };
  [[nodiscard]] base::Result<Page> page(const std::optional<Viewer>& viewer, workflow::CaseFilter filter,
                                        Whose whose);
  // look gives one case; kNotAuthorised where the viewer may not see it.
  [[nodiscard]] base::Result<Item> look(std::string_view case_id, const std::optional<Viewer>& viewer);
  // certificates gives those that a case is about, and the one that was issued upon it; concerned those that a case
  // would be about which is not open yet: whoever may have it drafted may see them. None where this host does not
  // have them. issued gives the latter with the authorities above it, without the root; kNotFound where there is
  // none.
  [[nodiscard]] base::Result<std::vector<Concerned>> certificates(const workflow::Case& of);
  [[nodiscard]] base::Result<std::vector<Concerned>> concerned(const Step& opening);
  [[nodiscard]] base::Result<std::vector<x509::Certificate>> issued(const workflow::Case& of);
  // role_for picks the role in which a viewer could take an action: the first that is asked for and covers the place.
  // Nothing where none does, or where they act by their key.
  [[nodiscard]] std::optional<evidence::RoleCode> role_for(const Viewer& viewer, const workflow::Workflow& definition,
                                                           std::string_view state, std::string_view action,
                                                           const evidence::Place& place) const;

  // fit completes an application for whoever makes it: who is limited to one registration point applies there, what
  // is about a certificate goes to the point by way of which it came, and the role is the one that role_for picks.
  // What is said already stays. kNotAuthorised where whoever it is may not open such a case, and tells nothing else.
  [[nodiscard]] base::Result<> fit(const Viewer& viewer, Application& application);

  [[nodiscard]] const DeskParts& parts() const { return parts_; }

 private:
  explicit Desk(DeskParts parts);
  [[nodiscard]] base::Result<> check_opener(const Viewer& viewer, const Viewer& signer,
                                            const std::shared_ptr<const workflow::Workflow>& definition,
                                            std::string_view action, const workflow::Case& opened) const;
  [[nodiscard]] base::Result<> check_and_try(const evidence::VerifiedAct& act, std::span<const workflow::File> files,
                                             const workflow::Decision& decision,
                                             const workflow::Workflow& definition);
  DeskParts parts_;
  workflow::Cases cases_;
};

}  // namespace yuxin::ra
