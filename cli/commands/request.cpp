// yuxin request submit, list, show
#include "app/case_view.hpp"
#include "app/desk_acting.hpp"
#include "app/enrolment_input.hpp"
#include "commands.hpp"
#include "yuxin/ra/item_json.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;

// What is asked for, by the options that were given.
Result<ra::Application> application_of(const Arguments& arguments, const ra::Desk& desk) {
  ra::Application application;
  const bool about_certificate = arguments.has("--serial");
  const bool about_person = arguments.has("--leaver");
  const auto usual = about_person ? "leaver" : about_certificate ? "certificate-revocation" : "certificate-request";
  application.workflow = arguments.one("--workflow", usual);
  if (arguments.has("--csr")) {
    if (!arguments.has("--profile")) return fail(Code::kUsage, "Say which certificate is asked for: --profile NAME");
    TRY(auto enrolment, enrolment_of(words_of_enrolment(arguments)));
    application.certificate = ra::CertificateWish{std::move(enrolment), arguments.one("--profile")};
  } else if (about_certificate) {
    const auto serial = x509::Serial::parse(arguments.one("--serial"));
    if (!serial)
      return fail(Code::kUsage, "\"{}\" is no serial number; it has hexadecimal digits only.",
                  arguments.one("--serial"));
    application.existing = ra::ExistingWish{*serial};
  } else if (about_person) {
    application.leaver = ra::LeaverWish{arguments.one("--leaver")};
  } else {
    return fail(Code::kUsage,
                "Say what is applied for: --csr FILE with --profile NAME, --serial SERIAL, or --leaver DN");
  }
  if (const auto code = arguments.maybe("--org")) {
    TRY(application.organisation, as_typed(evidence::OrgCode::parse(*code)));
  }
  TRY(const auto definition, desk.workflow(application.workflow));
  TRY(application.form, form_of(*definition, field_words(arguments)));
  TRY(application.files, files_of(arguments.many("--attach")));
  return application;
}

Result<std::optional<evidence::RoleCode>> role_of(const Arguments& arguments, const DeskCall& call,
                                                  const ra::Application& application) {
  if (const auto text = arguments.maybe("--role")) {
    TRY(auto role, as_typed(evidence::RoleCode::parse(*text)));
    return std::optional(std::move(role));
  }
  evidence::Place place;
  place.organisation = application.organisation;
  TRY(const auto definition, call.desk->workflow(application.workflow));
  if (place.organisation) {
    if (const auto* unit = call.desk->parts().organisation->find(*place.organisation))
      place.district = unit->district;
  }
  if (application.certificate) place.profile = application.certificate->profile;
  return call.desk->role_for(call.viewer, *definition, "", application.action, place);
}

// Who is limited to one registration point applies there.
void take_own_point(const DeskCall& call, ra::Application& application) {
  if (application.organisation) return;
  for (const auto& held : call.viewer.roles) {
    const auto& organisations = held.scope.organisations;
    if (organisations.size() == 1 && organisations.front().reach == evidence::Scope::Reach::kOnly) {
      application.organisation = organisations.front().organisation;
      return;
    }
  }
}

Result<int> submit(Context& context, const Arguments& arguments) {
  TRY(auto call, open_desk_call(context, arguments));
  TRY(auto application, application_of(arguments, *call.desk));
  take_own_point(call, application);
  TRY(application.role, role_of(arguments, call, application));
  TRY(auto step, call.desk->apply(application, ra::Desk::Number::kNone));
  auto shown = step;
  shown.act.object = message("new");
  describe_step(context, shown, nullptr, call.person.certificate.subject().text());
  if (arguments.has("--dry-run")) {
    context.remark(message("Every check passed. Nothing was signed (--dry-run)."));
    if (context.options().json) {
      context.document(base::JsonObject{{"dry_run", true}, {"type", step.act.type}, {"body", step.act.body}});
    }
    return 0;
  }
  TRY(auto agreed, context.confirm(message("Sign this?")));
  if (!agreed) return fail(Code::kUsage, "Nothing was signed.");
  TRY(step, call.desk->apply(application, ra::Desk::Number::kReserve));
  TRY(const auto done, sign_and_take(call, step));
  TRY(report(context, call, done));
  end_work(context, *call.home);
  return 0;
}

Result<int> list(Context& context, const Arguments& arguments) {
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(const auto person, person_of(context));
  TRY(const auto desk, open_desk(*home, context.actor()));
  TRY(const auto viewer, viewer_of(*home, person));
  workflow::CaseFilter filter;
  filter.workflow = arguments.one("--workflow");
  filter.state = arguments.one("--state");
  if (arguments.has("--all")) filter.which = workflow::CaseFilter::Which::kAll;
  TRY(filter.limit, number_option(arguments, "--limit", 100));
  TRY(filter.after_row, number_option(arguments, "--after", 0));
  TRY(auto items, desk->queue(viewer, filter));
  if (arguments.has("--mine")) std::erase_if(items, [](const ra::Item& item) { return item.mine.empty(); });
  if (!context.options().json) {
    print_cases(context, items);
    return 0;
  }
  base::JsonArray cases;
  for (const auto& item : items) cases.push_back(ra::print_item(item));
  context.document(base::JsonObject{{"cases", std::move(cases)}});
  return 0;
}

Result<int> show(Context& context, const Arguments& arguments) {
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(const auto person, person_of(context));
  TRY(const auto desk, open_desk(*home, context.actor()));
  TRY(const auto viewer, viewer_of(*home, person));
  TRY(const auto item, desk->look(arguments.one("CASE"), viewer));
  TRY(const auto steps, desk->cases().steps(item.standing));
  if (context.options().json) {
    context.document(ra::print_item(item, steps));
  } else {
    describe_case(context, item, steps);
  }
  return 0;
}

std::vector<OptionSpec> list_options() {
  return {{"--workflow", Arity::kOne, Presence::kOptional, "NAME", "of this workflow only"},
          {"--state", Arity::kOne, Presence::kOptional, "STATE", "in this state only: REVIEWED"},
          {"--mine", Arity::kFlag, Presence::kOptional, "", "where the next step could be yours"},
          {"--all", Arity::kFlag, Presence::kOptional, "", "closed ones, too"},
          {"--limit", Arity::kOne, Presence::kOptional, "N", "how many are looked at; 100 if not given"},
          {"--after", Arity::kOne, Presence::kOptional, "N", "begin behind this row, as --json names it"}};
}

}  // namespace

std::vector<CommandSpec> request_commands() {
  std::vector<OptionSpec> options = {
      {"--csr", Arity::kOne, Presence::kOptional, "FILE", "a certificate is asked for, by this request (PKCS#10)"},
      {"--profile", Arity::kOne, Presence::kOptional, "NAME", "of which kind: yuxin profile list"},
      {"--san", Arity::kMany, Presence::kOptional, "KIND:NAME",
       "dns:…, ip:…, email:… or uri:…, instead of the request's names"},
      {"--subject", Arity::kOne, Presence::kOptional, "DN", "instead of the request's subject: \"C=CN, O=…, CN=…\""},
      {"--days", Arity::kOne, Presence::kOptional, "N", "valid for N days instead of the profile's period"},
      {"--serial", Arity::kOne, Presence::kOptional, "SERIAL",
       "it is about this certificate: revocation, if --workflow does not say otherwise"},
      {"--leaver", Arity::kOne, Presence::kOptional, "DN", "it is about all certificates of this subject"},
      {"--workflow", Arity::kOne, Presence::kOptional, "NAME",
       "certificate-renewal, certificate-suspension, certificate-release …"},
      {"--org", Arity::kOne, Presence::kOptional, "CODE", "registration point; your own if you have one"}};
  for (const auto& option : step_options()) options.push_back(option);
  return {
      {"request",
       "submit",
       "apply for a certificate, or for something to be done to one",
       std::move(options),
       {"yuxin --home city/online --passphrase-file pass --as officer.p12 request submit --profile tls-server --csr "
        "server.csr --field name=Portal --field classification=公开"},
       submit,
       CommandSpec::Identity::kTaken},
      {"request",
       "list",
       "list the open cases that you may see, with what they wait for",
       list_options(),
       {"yuxin --home city/online --as officer.p12 request list --mine"},
       list,
       CommandSpec::Identity::kTaken},
      {"request",
       "show",
       "show one case with its steps",
       {{"CASE", Arity::kOne, Presence::kRequired, "CASE", "its number: R-1042"}},
       {"yuxin --home city/online request show R-1042"},
       show,
       CommandSpec::Identity::kTaken}};
}

std::vector<CommandSpec> case_commands() {
  return {{"case",
           "list",
           "list the open cases of every workflow that you may see",
           list_options(),
           {"yuxin --home city/online case list --workflow leaver"},
           list,
           CommandSpec::Identity::kTaken},
          {"case",
           "show",
           "show one case with its steps",
           {{"CASE", Arity::kOne, Presence::kRequired, "CASE", "its number: R-1042"}},
           {"yuxin --home city/online case show L-3"},
           show,
           CommandSpec::Identity::kTaken}};
}

}  // namespace yuxin::cli
