#include "remote_desk.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include "certificate_view.hpp"
#include "deeds.hpp"
#include "draft_check.hpp"
#include "identity.hpp"
#include "remote_call.hpp"
#include "remote_json.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ca/approval.hpp"
#include "yuxin/ra/item_json.hpp"
#include "yuxin/x509/serial.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::JsonObject;
using base::Result;
using workflow::Workflow;

namespace {

std::string key_text(base::ByteView spki) { return base::hex(x509::sha256(spki)); }

const workflow::Transition* likely_step(const Workflow& definition, std::string_view state, std::string_view action) {
  for (const auto* step : definition.steps_from(state)) {
    if (step->action == action) return step;
  }
  return nullptr;
}

// RemoteDesk knows of the server what it says, and signs only what it was asked to sign.
class RemoteDesk final : public DeskSide {
 public:
  RemoteDesk(const base::Clock& clock, keymgmt::Identity person, RemoteCall call)
      : clock_(clock), person_(std::move(person)), call_(std::move(call)) {}

  [[nodiscard]] std::string signer() const override { return person_.certificate.subject().text(); }
  [[nodiscard]] std::string address() const override { return call_.server(); }

  [[nodiscard]] Result<std::optional<RolesSeen>> roles() override {
    TRY(const auto json, call_.get("/v1/status"));
    TRY(auto seen, read_roles(json));
    return std::optional(std::move(seen));
  }

  [[nodiscard]] Result<ra::Desk::Page> page(const workflow::CaseFilter& filter, ra::Desk::Whose whose) override {
    std::string path = "/v1/cases?limit=" + std::to_string(std::clamp<std::int64_t>(filter.limit, 1, 500));
    if (!filter.workflow.empty()) path += "&workflow=" + in_path(filter.workflow);
    if (!filter.state.empty()) path += "&state=" + in_path(filter.state);
    if (filter.which == workflow::CaseFilter::Which::kAll) path += "&which=all";
    if (filter.which == workflow::CaseFilter::Which::kClosed) path += "&which=closed";
    if (whose == ra::Desk::Whose::kMine) path += "&whose=mine";
    if (filter.after_row > 0) path += "&cursor=" + std::to_string(filter.after_row);
    TRY(const auto json, call_.get(path));
    ra::Desk::Page page;
    const auto* cases = json.if_contains("cases");
    if (cases == nullptr || !cases->is_array()) return fail(Code::kMalformed, "The server gives no list of cases.");
    for (const auto& one : cases->get_array()) {
      if (!one.is_object()) return fail(Code::kMalformed, "The server gives no list of cases.");
      TRY(auto item, item_of(one.get_object()));
      page.items.push_back(std::move(item));
    }
    if (const auto next = base::json_string(json, "next"); !next.empty()) {
      std::int64_t row = 0;
      const auto [end, error] = std::from_chars(next.data(), next.data() + next.size(), row);
      // a cursor that does not go on would be followed for ever
      if (error != std::errc{} || end != next.data() + next.size() || row <= filter.after_row)
        return fail(Code::kMalformed, "The server gives no list of cases.");
      page.next = row;
    }
    return page;
  }

  [[nodiscard]] Result<CaseSeen> look(const std::string& id) override {
    TRY(const auto json, call_.get("/v1/cases/" + in_path(id)));
    CaseSeen seen;
    TRY(seen.item, item_of(json));
    if (seen.item.standing.of.id != id) return fail(Code::kMalformed, "The server shows another case than {}.", id);
    TRY(seen.steps, ra::read_steps(json));
    TRY(seen.files, read_files(json));
    TRY(seen.certificates, read_certificates(json));
    return seen;
  }

  [[nodiscard]] Result<base::Bytes> file(const std::string& id, const evidence::Hash& digest) override {
    TRY(auto octets, call_.get_octets("/v1/cases/" + in_path(id) + "/files/" + base::hex(digest)));
    if (x509::sha256(octets) != digest)
      return fail(Code::kIntegrity, "The server gives another file than the one with the digest {}.",
                  base::hex(digest));
    return octets;
  }

  [[nodiscard]] Result<std::vector<x509::Certificate>> issued(const std::string& id) override {
    TRY(const auto pem, call_.get_octets("/v1/cases/" + in_path(id) + "/certificate?chain=yes"));
    return x509::certificates_from_bytes(pem);
  }

  [[nodiscard]] Result<std::shared_ptr<const Workflow>> workflow(const std::string& name) override {
    for (const auto& [digest, known] : definitions_) {
      if (current_.contains(name) && current_.at(name) == digest) return known;
    }
    TRY(auto definition, fetch_definition(name));
    if (definition->name != name) return fail(Code::kMalformed, "The server gives another workflow than {}.", name);
    current_[name] = definition->digest;
    return definition;
  }

  [[nodiscard]] Result<x509::Serial> serial(const std::string& typed) override {
    const auto whole = x509::Serial::parse(typed);
    if (!whole) return fail(Code::kUsage, "\"{}\" is no serial number; it has hexadecimal digits only.", typed);
    const auto beginning = serial_beginning(typed);
    if (!beginning) return *whole;
    TRY(const auto json, call_.get("/v1/certificates?limit=500&text=" + in_path(*beginning)));
    TRY(const auto certificates, objects_in(json, "certificates"));
    std::vector<std::string> found;
    for (const auto& one : certificates) {
      const auto digits = base::json_string(one, "serial");
      if (digits == whole->hex()) return *whole;
      if (digits.starts_with(*beginning)) found.push_back(digits);
    }
    if (found.size() > 1)
      return fail(Code::kConflict, "The serial numbers of several certificates begin with {}: {}. Type more of it.",
                  typed, base::join(found, base::message(", ")));
    return found.empty() ? *whole : x509::Serial::parse(found.front()).value_or(*whole);
  }

  [[nodiscard]] Result<Opening> apply(ra::Application application, ra::Desk::Number number) override {
    TRY(const auto definition, workflow(application.workflow));
    AskedStep asked{.workflow = *definition,
                    .action = application.action,
                    .form = application.form,
                    .about = {},
                    .files = application.files,
                    .role = application.role,
                    .delivery = {},
                    .known_fields = {},
                    .before = nullptr,
                    .organisation = application.organisation,
                    .profile = {}};
    JsonObject body{{"workflow", application.workflow},
                    {"action", application.action},
                    {"form", application.form},
                    {"files", ra::print_files(application.files)},
                    {"trial", number == ra::Desk::Number::kNone}};
    if (application.again == ra::Application::Again::kTake) body["again"] = true;
    if (application.organisation) body["organisation"] = application.organisation->text();
    if (application.role) body["role"] = application.role->text();
    if (application.certificate) body["certificate"] = wish_json(*application.certificate);
    if (application.existing) body["serial"] = application.existing->serial.hex();
    if (application.leaver) body["subject"] = application.leaver->subject;
    if (application.invitation) body["invitation"] = invitation_json(*application.invitation);
    TRY(const auto draft, call_.post("/v1/steps", body, RemoteCall::Effect::kQuestion));
    TRY(auto act, read_act(draft));
    TRY(fill_in(asked, application, act));
    TRY(check_draft(act, asked));
    const auto* transition = likely_step(*definition, "", application.action);
    Opening opening{{std::move(act), std::move(asked.files), definition, transition, true}, {}};
    TRY(opening.certificates, read_certificates(draft));
    return opening;
  }

  [[nodiscard]] Result<ra::Step> step(const ra::Item& seen, workflow::Draft draft,
                                      const std::optional<ra::CertificateWish>& correction) override {
    const auto& of = seen.standing.of;
    const auto& definition = seen.standing.workflow;
    AskedStep asked{.workflow = *definition,
                    .action = draft.action,
                    .form = draft.form,
                    .about = of.about,
                    .files = draft.files,
                    .role = draft.role,
                    .delivery = draft.delivery,
                    .known_fields = {},
                    .before = &of,
                    .organisation = {},
                    .profile = {}};
    JsonObject body{
        {"case", of.id}, {"action", draft.action}, {"form", draft.form}, {"files", ra::print_files(draft.files)}};
    if (draft.role) body["role"] = draft.role->text();
    if (draft.delivery) body["delivery"] = *draft.delivery;
    if (correction) {
      body["certificate"] = wish_json(*correction);
      ask_for(asked, *correction, of.place.organisation);
    }
    TRY(const auto answer, call_.post("/v1/steps", body, RemoteCall::Effect::kQuestion));
    TRY(auto act, read_act(answer));
    TRY(check_draft(act, asked));
    const auto* transition = likely_step(*definition, of.state, draft.action);
    return ra::Step{std::move(act), std::move(asked.files), definition, transition, false};
  }

  [[nodiscard]] Result<std::optional<ra::Answered>> answered(const std::string& id) override {
    TRY(const auto json, call_.get("/v1/cases/" + in_path(id) + "/answer"));
    return read_answered(json);
  }

  [[nodiscard]] Result<StepDone> sign_and_take(const ra::Step& step) override {
    auto act = step.act;
    act.time = clock_.now();
    TRY(const auto message,
        evidence::sign_act(act, {person_.certificate, person_.signer}, person_.chain, x509::CmsForm::kRfc5652));
    base::JsonArray files;
    for (const auto& file : step.files) {
      files.push_back(JsonObject{{"label", file.label}, {"name", file.name}, {"octets", base::base64(file.octets)}});
    }
    note_deed();
    TRY(const auto json,
        call_.post("/v1/acts", JsonObject{{"act", base::base64(message)}, {"files", std::move(files)}},
                   RemoteCall::Effect::kDeed));
    return done_of(json, act.object);
  }

  void end_work(const Context&) override {}

 private:
  // What an application is about follows from the applicant's own files, and of a certificate from the certificate.
  Result<> fill_in(AskedStep& asked, const ra::Application& application, const evidence::Act& act) {
    TRY(const auto body, workflow::read_body(act.body));
    if (application.certificate) {
      ask_for(asked, *application.certificate, body.place ? body.place->organisation : std::nullopt);
      asked.profile = application.certificate->profile;
    } else if (application.existing) {
      const auto serial = application.existing->serial.hex();
      TRY(const auto shown, call_.get("/v1/certificates/" + serial));
      TRY(const auto pem, call_.get_octets("/v1/certificates/" + serial + "/pem"));
      TRY(const auto certificates, x509::certificates_from_bytes(pem));
      if (certificates.size() != 1 || !certificates.front().serial() ||
          certificates.front().serial()->hex() != serial)
        return fail(Code::kMalformed, "The server gives another certificate than {}.", serial);
      asked.about = {{"authority", base::json_string(shown, "authority")},
                     {"serial", serial},
                     {"subject", certificates.front().subject().text()}};
      asked.profile = base::json_string(shown, "profile");
      asked.known_fields = {{"serial", serial}, {"subject_key", key_text(certificates.front().tbs().spki)}};
    } else if (application.leaver) {
      asked.about = {{"subject", application.leaver->subject}};
    } else if (application.invitation) {
      auto invitation = *application.invitation;
      if (body.place) invitation.organisation = body.place->organisation;
      asked.about = ca::invitation_binding(invitation);
      asked.profile = invitation.profile;
    }
    return {};
  }

  // ask_for puts the request before the other files, as the desk does.
  static void ask_for(AskedStep& asked, const ra::CertificateWish& wish,
                      const std::optional<evidence::OrgCode>& organisation) {
    auto enrolment = wish.enrolment;
    enrolment.organisation = organisation;
    asked.about = ca::approval_binding(wish.profile, enrolment);
    asked.files.insert(asked.files.begin(), ra::request_file(wish.enrolment.request));
    asked.known_fields["subject_key"] = key_text(wish.enrolment.request.public_key().spki());
  }

  Result<ra::Item> item_of(const JsonObject& json) {
    TRY(const auto digest, ra::read_hash(base::json_string(json, "definition"), "definition"));
    auto known = definitions_.find(digest);
    if (known == definitions_.end()) {
      TRY(const auto definition, fetch_definition(base::hex(digest)));
      if (definition->digest != digest)
        return fail(Code::kMalformed, "The server gives another workflow than {}.", base::hex(digest));
      known = definitions_.find(digest);
    }
    return ra::read_item(json, known->second);
  }

  Result<std::shared_ptr<const Workflow>> fetch_definition(const std::string& name) {
    TRY(const auto json, call_.get("/v1/workflows/" + in_path(name)));
    TRY(auto definition, Workflow::parse(base::json_string(json, "text"), name));
    definitions_[definition->digest] = definition;
    return definition;
  }

  Result<StepDone> done_of(const JsonObject& json, const std::string& id) {
    const auto* of = json.if_contains("case");
    const auto* missing = json.if_contains("missing");
    const auto* effects = json.if_contains("effects");
    const auto* complete = json.if_contains("complete");
    if (of == nullptr || !of->is_object() || missing == nullptr || !missing->is_array() || effects == nullptr ||
        !effects->is_array() || complete == nullptr || !complete->is_bool())
      return fail(Code::kMalformed, "The server does not say what came of the step. See: yuxin request show {}", id);
    StepDone done;
    TRY(done.after, item_of(of->get_object()));
    done.action = base::json_string(json, "action");
    done.complete = complete->get_bool();
    for (const auto& one : missing->get_array()) {
      if (!one.is_object()) continue;
      evidence::Missing lack;
      lack.have = static_cast<std::size_t>(base::json_int(one.get_object(), "have"));
      lack.need = static_cast<std::size_t>(base::json_int(one.get_object(), "need"));
      if (const auto* roles = one.get_object().if_contains("roles"); roles != nullptr && roles->is_array()) {
        for (const auto& role : roles->get_array()) {
          if (role.is_string()) lack.roles.emplace_back(std::string_view(role.get_string()));
        }
      }
      done.missing.push_back(std::move(lack));
    }
    for (const auto& one : effects->get_array()) {
      TRY(auto effected, ra::read_effected(one));
      done.effected.push_back(std::move(effected));
    }
    return done;
  }

  const base::Clock& clock_;
  keymgmt::Identity person_;
  RemoteCall call_;
  std::map<evidence::Hash, std::shared_ptr<const Workflow>> definitions_;
  std::map<std::string, evidence::Hash> current_;  // by name
};

}  // namespace

Result<std::unique_ptr<DeskSide>> open_remote_desk(const Context& context) {
  TRY(auto person, open_identity(context));
  TRY(auto call, RemoteCall::open(context, person));
  return std::make_unique<RemoteDesk>(context.clock(), std::move(person), std::move(call));
}

}  // namespace yuxin::cli
