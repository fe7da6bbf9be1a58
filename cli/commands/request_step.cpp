// yuxin request accept, review, approve, return, correct, reject, withdraw, hand-over; yuxin case act, receive
#include "app/case_view.hpp"
#include "app/clock_check.hpp"
#include "app/desk_acting.hpp"
#include "app/enrolment_input.hpp"
#include "app/output.hpp"
#include "commands.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;

Result<workflow::Draft> draft_of(const Arguments& arguments, const ra::Item& item, const std::string& action) {
  workflow::Draft draft{.action = action};
  TRY(draft.form, form_of(*item.standing.workflow, field_words(arguments)));
  TRY(draft.files, files_of(arguments.many("--attach")));
  if (const auto text = arguments.maybe("--role")) {
    TRY(draft.role, as_typed(evidence::RoleCode::parse(*text)));
  }
  return draft;
}

// show_and_sign shows a step of a case as it stands, asks, and takes it; --dry-run ends before anybody is asked.
Result<int> show_and_sign(Context& context, const Arguments& arguments, DeskSide& side, const CaseSeen& seen,
                          const ra::Step& step) {
  const auto& id = seen.item.standing.of.id;
  const auto out = arguments.maybe("--out");
  if (out) TRY(check_output(*out, OutputKind::kCertificate));
  TRY(const auto matter, matter_of_step(side, step, seen));
  describe_step(context, step, &seen, matter, side.signer());
  if (arguments.has("--dry-run")) {
    context.remark(message("The step is open to you. Nothing was signed (--dry-run)."));
    if (context.options().json) {
      context.document(base::JsonObject{{"dry_run", true},
                                        {"case", id},
                                        {"type", step.act.type},
                                        {"body", step.act.body},
                                        {"requested", requested_json(matter)},
                                        {"certificates", certificates_json(matter.certificates)}});
    }
    return 0;
  }
  TRY(auto agreed, context.confirm(message("Sign this?")));
  if (!agreed) return fail(Code::kUsage, "Nothing was signed.");
  TRY(const auto done, side.sign_and_take(step));
  report(context, done);
  if (out) TRY(write_issued(context, side, done, *out));
  side.end_work(context);
  return 0;
}

Result<int> act(Context& context, const Arguments& arguments, const std::string& action) {
  TRY(const auto side, open_desk_side(context, arguments, DeskUse::kAct));
  TRY(const auto seen, side->look(arguments.one("CASE")));
  const auto& item = seen.item;
  TRY(ra::check_open(item, action));
  TRY(auto draft, draft_of(arguments, item, action));
  std::optional<ra::CertificateWish> correction;
  if (arguments.has("--csr")) {
    TRY(auto enrolment, enrolment_of(words_of_enrolment(arguments), Outcome::kSubmitted));
    correction = ra::CertificateWish{std::move(enrolment), item.standing.of.place.profile};
  }
  TRY(const auto step, side->step(item, std::move(draft), correction));
  return show_and_sign(context, arguments, *side, seen, step);
}

template <int Index>
Result<int> run_verb(Context& context, const Arguments& arguments);

struct Verb {
  const char* action;
  const char* summary;
  const char* example;
  Run run;
};
constexpr Verb kVerbs[] = {
    {"accept", base::translatable("accept an application: what was brought is complete"),
     "yuxin --home city/online --passphrase-file pass --as officer.p12 request accept R-1042", run_verb<0>},
    {"review", base::translatable("sign that an application was reviewed and is good"),
     "yuxin --home city/online --passphrase-file pass --as officer.p12 request review R-1042 --opinion \"as "
     "required\"",
     run_verb<1>},
    {"approve", base::translatable("order what was applied for: the certificate is issued, revoked, suspended"),
     "yuxin --home city/online --passphrase-file pass --as officer.p12 request approve R-1042 --out wei.pem",
     run_verb<2>},
    {"return", base::translatable("send an application back for correction"),
     "yuxin --home city/online --passphrase-file pass --as officer.p12 request return R-1042 --reason \"wrong "
     "organisation code\"",
     run_verb<3>},
    {"correct", base::translatable("hand in an application again that was returned"),
     "yuxin --home city/online --passphrase-file pass --as officer.p12 request correct R-1042 --csr new.csr",
     run_verb<4>},
    {"reject", base::translatable("reject an application for good"),
     "yuxin --home city/online --passphrase-file pass --as officer.p12 request reject R-1042 --reason \"not of this "
     "city\"",
     run_verb<5>},
    {"withdraw", base::translatable("withdraw an application"),
     "yuxin --home city/online --passphrase-file pass --as officer.p12 request withdraw R-1042 --reason \"no longer "
     "needed\"",
     run_verb<6>},
    {"hand-over", base::translatable("sign for a certificate that was issued"),
     "yuxin --home city/online --passphrase-file pass --as officer.p12 request hand-over R-1042", run_verb<7>},
};

template <int Index>
Result<int> run_verb(Context& context, const Arguments& arguments) {
  return act(context, arguments, kVerbs[Index].action);
}

Result<int> run_act(Context& context, const Arguments& arguments) {
  return act(context, arguments, arguments.one("ACTION"));
}

// A delivery is received by its place in the case's list, counted from 1.
Result<int> run_receive(Context& context, const Arguments& arguments) {
  TRY(const auto side, open_desk_side(context, arguments, DeskUse::kAct));
  TRY(const auto seen, side->look(arguments.one("CASE")));
  const auto& of = seen.item.standing.of;
  TRY(const auto number, number_option(arguments, "--delivery", 1));
  workflow::Draft draft{.action = std::string(workflow::kReceiveAction)};
  draft.delivery = number - 1;
  if (number < 1 || static_cast<std::size_t>(number) > of.handed.size())
    return fail(Code::kNotFound, "Case {} has {} deliveries. See: yuxin case show {}", of.id, of.handed.size(),
                of.id);
  draft.role = of.handed[static_cast<std::size_t>(number - 1)].to;
  TRY(const auto step, side->step(seen.item, std::move(draft), std::nullopt));
  return show_and_sign(context, arguments, *side, seen, step);
}

std::vector<OptionSpec> options_of(std::initializer_list<OptionSpec> more) {
  std::vector<OptionSpec> options = {{"CASE", Arity::kOne, Presence::kRequired, "CASE", "its number: R-1042"}};
  options.insert(options.end(), more);
  for (const auto& option : step_options()) options.push_back(option);
  return options;
}

std::vector<OptionSpec> correction_options() {
  return {
      {"--csr", Arity::kOne, Presence::kOptional, "FILE", "the corrected request (PKCS#10)"},
      {"--san", Arity::kMany, Presence::kOptional, "KIND:NAME",
       "dns:…, ip:…, email:…, uri:…, dirname:… or rid:…, instead of the request's names"},
      {"--subject", Arity::kOne, Presence::kOptional, "DN", "instead of the request's subject: \"C=CN, O=…, CN=…\""},
      {"--days", Arity::kOne, Presence::kOptional, "N", "valid for N days instead of the profile's period"}};
}

}  // namespace

std::vector<CommandSpec> request_step_commands() {
  std::vector<CommandSpec> commands;
  for (const auto& verb : kVerbs) {
    auto options = options_of({});
    if (std::string_view(verb.action) == "correct") {
      const auto more = correction_options();
      options.insert(options.begin() + 1, more.begin(), more.end());
    }
    if (std::string_view(verb.action) == "approve")
      options.insert(options.begin() + 1,
                     out_option("where to write the certificate that is issued, with its chain"));
    commands.push_back({"request",
                        verb.action,
                        verb.summary,
                        std::move(options),
                        {verb.example},
                        verb.run,
                        CommandSpec::Identity::kTaken,
                        CommandSpec::Server::kTaken});
  }
  return commands;
}

std::vector<CommandSpec> case_step_commands() {
  return {{"case",
           "act",
           "take any step of a case",
           options_of({{"ACTION", Arity::kOne, Presence::kRequired, "ACTION", "what is done: yuxin case show CASE"}}),
           {"yuxin --home city/online --passphrase-file pass --as officer.p12 case act L-3 suspend"},
           run_act,
           CommandSpec::Identity::kTaken,
           CommandSpec::Server::kTaken},
          {"case",
           "receive",
           "sign for what a case has delivered",
           {{"CASE", Arity::kOne, Presence::kRequired, "CASE", "its number: R-1042"},
            {"--delivery", Arity::kOne, Presence::kOptional, "N", "which delivery; the first if not given"},
            accept_clock_option(),
            dry_run_option()},
           {"yuxin --home city/online --passphrase-file pass --as officer.p12 case receive R-1042"},
           run_receive,
           CommandSpec::Identity::kTaken,
           CommandSpec::Server::kTaken}};
}

}  // namespace yuxin::cli
