// yuxin request submit, list, show
#include <algorithm>
#include <iterator>

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
Result<ra::Application> application_of(const Arguments& arguments, DeskSide& side) {
  ra::Application application;
  const bool about_certificate = arguments.has("--serial");
  const bool about_person = arguments.has("--leaver");
  const auto usual = about_person ? "leaver" : about_certificate ? "certificate-revocation" : "certificate-request";
  application.workflow = arguments.one("--workflow", usual);
  if (arguments.has("--csr")) {
    if (!arguments.has("--profile")) return fail(Code::kUsage, "Say which certificate is asked for: --profile NAME");
    TRY(auto enrolment, enrolment_of(words_of_enrolment(arguments), Outcome::kSubmitted));
    application.certificate = ra::CertificateWish{std::move(enrolment), arguments.one("--profile")};
  } else if (about_certificate) {
    TRY(const auto serial, side.serial(arguments.one("--serial")));
    application.existing = ra::ExistingWish{serial};
  } else if (about_person) {
    application.leaver = ra::LeaverWish{arguments.one("--leaver")};
  } else {
    return fail(Code::kUsage,
                "Say what is applied for: --csr FILE with --profile NAME, --serial SERIAL, or --leaver DN");
  }
  if (const auto code = arguments.maybe("--org")) {
    TRY(application.organisation, as_typed(evidence::OrgCode::parse(*code)));
  }
  TRY(const auto definition, side.workflow(application.workflow));
  TRY(application.form, form_of(*definition, field_words(arguments)));
  TRY(complete_serial(side, application.form));
  TRY(application.files, files_of(arguments.many("--attach")));
  if (arguments.has("--again")) application.again = ra::Application::Again::kTake;
  return application;
}

Result<int> submit(Context& context, const Arguments& arguments) {
  TRY(const auto side, open_desk_side(context, arguments, DeskUse::kAct));
  TRY(auto application, application_of(arguments, *side));
  if (const auto text = arguments.maybe("--role")) {
    TRY(application.role, as_typed(evidence::RoleCode::parse(*text)));
  }
  TRY(const auto drafted, side->apply(application, ra::Desk::Number::kNone));
  const auto& body = drafted.step.act.body;
  auto shown = drafted.step;
  shown.act.object = message("new");
  TRY(const auto matter, matter_of_opening(*side, drafted));
  describe_step(context, shown, nullptr, matter, side->signer());
  if (arguments.has("--dry-run")) {
    context.remark(message("Every check passed. Nothing was signed (--dry-run)."));
    if (context.options().json) {
      context.document(base::JsonObject{{"dry_run", true},
                                        {"type", shown.act.type},
                                        {"body", body},
                                        {"requested", requested_json(matter)},
                                        {"certificates", certificates_json(matter.certificates)}});
    }
    return 0;
  }
  TRY(auto agreed, context.confirm(message("Sign this?")));
  if (!agreed) return fail(Code::kUsage, "Nothing was signed.");
  TRY(const auto opening, side->apply(application, ra::Desk::Number::kReserve));
  const auto& step = opening.step;
  // what was shown is what is signed, but for the number
  if (step.act.body != body)
    return fail(Code::kConflict, "What is to be signed has changed meanwhile. Nothing was signed. Try again.");
  TRY(const auto done, side->sign_and_take(step));
  report(context, done);
  side->end_work(context);
  return 0;
}

// As many pages as it takes, because one may be short.
Result<ra::Desk::Page> items_of(DeskSide& side, workflow::CaseFilter filter, ra::Desk::Whose whose) {
  ra::Desk::Page all;
  auto left = filter.limit;
  while (left > 0) {
    filter.limit = left;
    TRY(auto page, side.page(filter, whose));
    left -= static_cast<std::int64_t>(page.items.size());
    std::ranges::move(page.items, std::back_inserter(all.items));
    all.next = page.next;
    if (!page.next) break;
    filter.after_row = *page.next;
  }
  return all;
}

// Who holds no role sees nothing, which is not the same as that there is nothing.
Result<> say_no_cases(const Context& context, DeskSide& side) {
  context.remark(message("No cases."));
  TRY(const auto roles, side.roles());
  if (!roles || !roles->held.empty()) return {};
  context.remark(message("You hold no role here."));
  for (const auto& one : roles->ended)
    context.remark(message("{} ended at {}; {} grants it.", one.role, base::local_time(one.at), one.granted_by));
  return {};
}

Result<int> list(Context& context, const Arguments& arguments) {
  TRY(const auto side, open_desk_side(context, arguments, DeskUse::kLook));
  workflow::CaseFilter filter;
  filter.workflow = arguments.one("--workflow");
  filter.state = arguments.one("--state");
  if (arguments.has("--all")) filter.which = workflow::CaseFilter::Which::kAll;
  TRY(filter.limit, number_option(arguments, "--limit", 100));
  TRY(filter.after_row, number_option(arguments, "--after", 0));
  const auto whose = arguments.has("--mine") ? ra::Desk::Whose::kMine : ra::Desk::Whose::kAnybody;
  TRY(const auto page, items_of(*side, filter, whose));
  if (context.options().json) {
    base::JsonArray cases;
    for (const auto& item : page.items) cases.push_back(ra::print_item(item));
    base::JsonObject document{{"cases", std::move(cases)}};
    if (page.next) document["next"] = *page.next;
    context.document(document);
    return 0;
  }
  if (page.items.empty()) {
    TRY(say_no_cases(context, *side));
  } else {
    print_cases(context, page.items);
  }
  if (page.next) context.remark(message("There may be more: --after {}", *page.next));
  return 0;
}

Result<int> show(Context& context, const Arguments& arguments) {
  TRY(const auto side, open_desk_side(context, arguments, DeskUse::kLook));
  TRY(const auto seen, side->look(arguments.one("CASE")));
  TRY(const auto matter, matter_of(*side, seen.item.standing.of.about, {}, &seen));
  if (context.options().json) {
    context.document(case_json(seen, matter));
  } else {
    describe_case(context, seen, matter);
  }
  return 0;
}

std::vector<OptionSpec> list_options() {
  return {{"--workflow", Arity::kOne, Presence::kOptional, "NAME", "of this workflow only"},
          {"--state", Arity::kOne, Presence::kOptional, "STATE", "in this state only: REVIEWED"},
          {"--mine", Arity::kFlag, Presence::kOptional, "", "those that wait for your step"},
          {"--all", Arity::kFlag, Presence::kOptional, "", "closed ones, too"},
          {"--limit", Arity::kOne, Presence::kOptional, "N", "how many at most; 100 if not given"},
          {"--after", Arity::kOne, Presence::kOptional, "N", "begin behind this row, as --json names it"}};
}

}  // namespace

std::vector<CommandSpec> request_commands() {
  std::vector<OptionSpec> options = {
      {"--csr", Arity::kOne, Presence::kOptional, "FILE", "a certificate is asked for, by this request (PKCS#10)"},
      {"--profile", Arity::kOne, Presence::kOptional, "NAME", "of which kind: yuxin profile list"},
      {"--san", Arity::kMany, Presence::kOptional, "KIND:NAME",
       "dns:…, ip:…, email:…, uri:…, dirname:… or rid:…, instead of the request's names"},
      {"--subject", Arity::kOne, Presence::kOptional, "DN", "instead of the request's subject: \"C=CN, O=…, CN=…\""},
      {"--days", Arity::kOne, Presence::kOptional, "N", "valid for N days instead of the profile's period"},
      {"--serial", Arity::kOne, Presence::kOptional, "SERIAL",
       "it is about this certificate: revocation, if --workflow does not say otherwise"},
      {"--leaver", Arity::kOne, Presence::kOptional, "DN", "it is about all certificates of this subject"},
      {"--workflow", Arity::kOne, Presence::kOptional, "NAME",
       "certificate-renewal, certificate-suspension, certificate-release …"},
      {"--org", Arity::kOne, Presence::kOptional, "CODE",
       "registration point (yuxin org list); your own if you have one"},
      {"--again", Arity::kFlag, Presence::kOptional, "", "also where the same is applied for already"}};
  for (const auto& option : step_options()) options.push_back(option);
  return {
      {"request",
       "submit",
       "apply for a certificate, or for something to be done to one",
       std::move(options),
       {"yuxin --home city/online --passphrase-file pass --as officer.p12 request submit --org LRA-500103 --profile "
        "tls-server --csr server.csr --field name=Portal --field classification=公开"},
       submit,
       CommandSpec::Identity::kTaken,
       CommandSpec::Server::kTaken},
      {"request",
       "list",
       "list the open cases that you may see, with what they wait for",
       list_options(),
       {"yuxin --home city/online --as officer.p12 request list --mine"},
       list,
       CommandSpec::Identity::kTaken,
       CommandSpec::Server::kTaken},
      {"request",
       "show",
       "show one case with its steps",
       {{"CASE", Arity::kOne, Presence::kRequired, "CASE", "its number: R-1042"}},
       {"yuxin --home city/online request show R-1042"},
       show,
       CommandSpec::Identity::kTaken,
       CommandSpec::Server::kTaken}};
}

std::vector<CommandSpec> case_commands() {
  return {{"case",
           "list",
           "list the open cases of every workflow that you may see",
           list_options(),
           {"yuxin --home city/online case list --workflow leaver"},
           list,
           CommandSpec::Identity::kTaken,
           CommandSpec::Server::kTaken},
          {"case",
           "show",
           "show one case with its steps",
           {{"CASE", Arity::kOne, Presence::kRequired, "CASE", "its number: R-1042"}},
           {"yuxin --home city/online case show L-3"},
           show,
           CommandSpec::Identity::kTaken,
           CommandSpec::Server::kTaken}};
}

}  // namespace yuxin::cli
