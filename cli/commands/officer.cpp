// yuxin officer invite, list, withdraw
#include <algorithm>

#include "app/case_view.hpp"
#include "app/clock_check.hpp"
#include "app/desk_acting.hpp"
#include "app/invitations.hpp"
#include "app/one_time_code.hpp"
#include "app/output.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ra/item_json.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using base::Secret;

// Whoever is invited belongs where the inviter does, unless --subject says otherwise.
Result<x509::Name> subject_of(const Arguments& arguments, const std::string& inviter) {
  if (const auto text = arguments.maybe("--subject")) return as_typed(x509::Name::parse(*text));
  TRY(const auto own, x509::Name::parse(inviter));
  std::vector<x509::NameAttribute> attributes;
  for (const auto& attribute : own.attributes()) {
    const auto keyword = x509::attribute_keyword(attribute.type);
    if (keyword == "C" || keyword == "ST" || keyword == "L" || keyword == "O") attributes.push_back(attribute);
  }
  x509::NameAttribute name;
  name.type = base::to_bytes(x509::oid::kCommonName);
  name.value = arguments.one("--name");
  attributes.push_back(std::move(name));
  return x509::Name::from_attributes(std::move(attributes));
}

// What the form would refuse is said as the option that it came from.
Result<> check_words(const Arguments& arguments, const workflow::Workflow& definition) {
  if (base::has_control_character(arguments.one("--name")))
    return fail(Code::kUsage, "--name holds a control character: only visible text may stand there.");
  if (arguments.has("--scope") && arguments.many("--role").empty())
    return fail(Code::kUsage, "--scope says where a role is to be good, and no role is named. Name it: --role ROLE");
  const auto valid = arguments.maybe("--valid");
  const auto* field = definition.field("valid");
  if (!valid || field == nullptr || std::ranges::find(field->one_of, *valid) != field->one_of.end()) return {};
  return fail(Code::kUsage, "--valid takes one of {}.", base::join(field->one_of, message(", ")));
}

Result<std::string> roles_of(const Arguments& arguments) {
  for (const auto& role : arguments.many("--role")) TRY(as_typed(evidence::RoleCode::parse(role)));
  return base::join(arguments.many("--role"), " ");
}

Result<ra::Application> application_of(const Arguments& arguments, DeskSide& side, const Secret& code) {
  ra::Application application;
  application.workflow = std::string(kInvitationWorkflow);
  application.action = "invite";
  TRY(const auto definition, side.workflow(application.workflow));
  TRY(check_words(arguments, *definition));
  if (arguments.has("--again")) application.again = ra::Application::Again::kTake;
  TRY(const auto key, code_key_of(code));
  TRY(auto subject, subject_of(arguments, side.signer()));
  ca::Invitation invitation{"officer", std::move(subject), {}, {}, base::to_bytes(key.public_key().spki())};
  for (const auto& text : arguments.many("--san")) {
    TRY(auto name, as_typed(x509::parse_general_name(text)));
    invitation.alt_names.push_back(std::move(name));
  }
  application.invitation = std::move(invitation);
  std::vector<std::string> words = {"name=" + arguments.one("--name"), "locator=" + locator_of(code),
                                    "valid=" + arguments.one("--valid", "PT72H")};
  TRY(const auto roles, roles_of(arguments));
  if (!roles.empty()) words.push_back("roles=" + roles);
  if (const auto scope = arguments.maybe("--scope")) {
    TRY(as_typed(evidence::parse_scope(*scope)));
    words.push_back("scope=" + *scope);
  }
  TRY(application.form, form_of(*definition, words));
  if (const auto code_of_place = arguments.maybe("--org")) {
    TRY(application.organisation, as_typed(evidence::OrgCode::parse(*code_of_place)));
  }
  return application;
}

void tell(const Context& context, const DeskSide& side, const StepDone& done, const Secret& code,
          const std::optional<std::string>& out) {
  const auto& of = done.after.standing.of;
  const auto name = base::json_string(of.form, "name");
  const auto printed = print_one_time_code(code);
  if (context.options().json) {
    auto json = ra::print_item(done.after);
    if (!out) json["code"] = printed.text();
    json["command"] = join_command(side);
    context.document(json);
    return;
  }
  context.out(message("Invitation {}: {} may become {}.", of.id, name, base::json_string(of.about, "subject")));
  if (out) {
    context.out(message("The one-time code is in {}; it is kept nowhere else.", *out));
  } else {
    context.out(labelled(message("one-time code"), printed.text()));
    show_as_picture(context, printed);
    context.remark(message("The code is told this once and kept nowhere: tell it to {}, and to nobody else.", name));
  }
  context.remark(message("{} types on their own machine:", name));
  context.remark("  " + join_command(side));
  context.remark(
      message("Give {} root.pem, too: by it their machine knows the server. The home of the root writes it:", name));
  context.remark("  " + program_words() + " ca show root --pem >root.pem");
  context.remark(message("Then somebody else confirms the key that {} reads aloud:", name));
  context.remark("  " + program_words() + " officer confirm " + of.id);
}

Result<int> invite(Context& context, const Arguments& arguments) {
  const auto out = arguments.maybe("--code-out");
  if (out) TRY(check_new_output(*out));
  TRY(const auto side, open_desk_side(context, arguments, DeskUse::kAct));
  const auto code = make_one_time_code();
  TRY(auto application, application_of(arguments, *side, code));
  TRY(const auto drafted, side->apply(application, ra::Desk::Number::kNone));
  const auto& body = drafted.step.act.body;
  auto shown = drafted.step;
  shown.act.object = message("new");
  TRY(const auto matter, matter_of_opening(*side, drafted));
  describe_step(context, shown, nullptr, matter, side->signer());
  if (arguments.has("--dry-run")) {
    context.remark(message("Every check passed. Nothing was signed (--dry-run)."));
    if (context.options().json)
      context.document(base::JsonObject{{"dry_run", true}, {"type", shown.act.type}, {"body", body}});
    return 0;
  }
  TRY(auto agreed, context.confirm(message("Sign this?")));
  if (!agreed) return fail(Code::kUsage, "Nothing was signed.");
  TRY(const auto opening, side->apply(application, ra::Desk::Number::kReserve));
  const auto& step = opening.step;
  // what was shown is what is signed, but for the number
  if (step.act.body != body)
    return fail(Code::kConflict, "What is to be signed has changed meanwhile. Nothing was signed. Try again.");
  if (out) {
    auto line = base::to_bytes(print_one_time_code(code).view());
    line.push_back('\n');
    TRY(base::write_file(*out, line, base::Existing::kRefuse, base::Permissions::kPrivate));
  }
  TRY(const auto done, side->sign_and_take(step));
  tell(context, *side, done, code, out);
  side->end_work(context);
  return 0;
}

Result<int> list(Context& context, const Arguments& arguments) {
  TRY(const auto side, open_desk_side(context, arguments, DeskUse::kLook));
  workflow::CaseFilter filter;
  filter.workflow = kInvitationWorkflow;
  if (arguments.has("--all")) filter.which = workflow::CaseFilter::Which::kAll;
  std::vector<ra::Item> items;
  for (;;) {
    TRY(auto page, side->page(filter, ra::Desk::Whose::kAnybody));
    for (auto& item : page.items) items.push_back(std::move(item));
    if (!page.next) break;
    filter.after_row = *page.next;
  }
  return list_invitations(context, *side, items);
}

Result<int> withdraw(Context& context, const Arguments& arguments) {
  TRY(const auto side, open_desk_side(context, arguments, DeskUse::kAct));
  TRY(const auto seen, look_at_invitation(*side, arguments.one("CASE")));
  TRY(ra::check_open(seen.item, "withdraw"));
  workflow::Draft draft{.action = "withdraw"};
  TRY(draft.form, form_of(*seen.item.standing.workflow, {"reason=" + arguments.one("--reason")}));
  TRY(const auto step, side->step(seen.item, std::move(draft), std::nullopt));
  TRY(const auto matter, matter_of_step(*side, step, seen));
  describe_step(context, step, &seen, matter, side->signer());
  if (arguments.has("--dry-run")) {
    context.remark(message("The step is open. Nothing was signed (--dry-run)."));
    return 0;
  }
  TRY(auto agreed, context.confirm(message("Sign this?")));
  if (!agreed) return fail(Code::kUsage, "Nothing was signed.");
  TRY(const auto done, side->sign_and_take(step));
  report(context, done);
  side->end_work(context);
  return 0;
}

OptionSpec case_option() { return {"CASE", Arity::kOne, Presence::kRequired, "CASE", "its number: I-7"}; }

}  // namespace

std::vector<CommandSpec> officer_commands() {
  return {
      {"officer",
       "invite",
       "invite somebody to become an officer, with a one-time code",
       {{"--name", Arity::kOne, Presence::kRequired, "NAME", "name of the new officer"},
        {"--subject", Arity::kOne, Presence::kOptional, "DN",
         "subject of the certificate; your own country, province, place and organisation with CN=NAME if not given"},
        {"--san", Arity::kMany, Presence::kOptional, "KIND:NAME", "what else the certificate names: email:…"},
        {"--org", Arity::kOne, Presence::kOptional, "CODE", "registration point; your own if you have one"},
        {"--role", Arity::kMany, Presence::kOptional, "ROLE", "role that is to be granted afterwards: RA.REVIEW"},
        {"--scope", Arity::kOne, Presence::kOptional, "SCOPE",
         "where the roles are to be good: \"org:LRA-500103 profile:device\""},
        {"--valid", Arity::kOne, Presence::kOptional, "PERIOD",
         "how long the invitation is good: PT24H, PT72H (if not given), PT168H or PT336H"},
        {"--again", Arity::kFlag, Presence::kOptional, "",
         "also where the same subject is invited already, or has a certificate"},
        {"--code-out", Arity::kOne, Presence::kOptional, "FILE", "a new file for the code, readable by you alone"},
        accept_clock_option(),
        dry_run_option()},
       {"yuxin --home city/online --passphrase-file pass --as admin.p12 officer invite --name 王芳 --role RA.REVIEW"},
       invite,
       CommandSpec::Identity::kTaken,
       CommandSpec::Server::kTaken},
      {"officer",
       "list",
       "list the open invitations, and who has answered",
       {{"--all", Arity::kFlag, Presence::kOptional, "", "closed ones, too"}},
       {"yuxin --home city/online --as admin.p12 officer list"},
       list,
       CommandSpec::Identity::kTaken,
       CommandSpec::Server::kTaken},
      {"officer",
       "withdraw",
       "withdraw an invitation that nobody has confirmed",
       {case_option(),
        {"--reason", Arity::kOne, Presence::kRequired, "TEXT", "why"},
        accept_clock_option(),
        dry_run_option()},
       {"yuxin --home city/online --passphrase-file pass --as admin.p12 officer withdraw I-7 --reason \"wrong "
        "person\""},
       withdraw,
       CommandSpec::Identity::kTaken,
       CommandSpec::Server::kTaken}};
}

}  // namespace yuxin::cli
