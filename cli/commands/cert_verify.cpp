// yuxin cert verify
#include <algorithm>
#include <iterator>

#include "app/path_check.hpp"
#include "app/reason_words.hpp"
#include "app/trust.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;

Result<PathWords> words_of(const Arguments& arguments) {
  PathWords words;
  words.certificate = arguments.one("FILE");
  words.trust = arguments.many("--trust");
  words.untrusted = arguments.many("--untrusted");
  words.lists = arguments.many("--crl");
  words.names = arguments.many("--name");
  words.policies = arguments.many("--policy");
  words.at = arguments.maybe("--at");
  words.purpose = arguments.maybe("--purpose");
  if (arguments.has("--max-depth")) {
    TRY(words.max_depth, number_option(arguments, "--max-depth", 0));
  }
  words.ocsp = arguments.has("--ocsp");
  words.explicit_policy = arguments.has("--explicit-policy");
  words.inhibit_mapping = arguments.has("--inhibit-mapping");
  words.inhibit_any_policy = arguments.has("--inhibit-any-policy");
  return words;
}

Result<PathAnswer> answer_of(const Context& context, const PathWords& words) {
  TRY(auto question, read_question(words, context.clock().now()));
  if (words.trust.empty()) TRY(add_home(context, question.material));
  return answer_question(question, context.clock());
}

int exit_status(const PathAnswer& answer) {
  if (answer.report.valid) return 0;
  // nothing bad was found: nobody could be asked
  return answer.report.reason == "status-unavailable" ? base::exit_code(Code::kUnavailable) : 1;
}

std::string status_text(const StatusSaid& said) {
  if (said.status == "good") return message("{} is not revoked, says {}", said.subject, said.source);
  if (said.status == "unreachable") return message("{}: {}", said.subject, said.detail);
  if (said.status == "revoked")
    return message("{}: revoked {} ({}), says {}", said.subject, said.when(), base::tr(said.reason.c_str()),
                   said.source);
  return message("{}: {}, says {}", said.subject, base::tr(said.status.c_str()), said.source);
}

std::string good_text(const PathAnswer& answer) {
  const auto subject = answer.report.chain.front().subject().text();
  const auto unknown = unchecked(answer);
  if (unknown.empty()) return message("Good: {}", subject);
  if (unknown.size() + 1 == answer.report.chain.size())
    return message("Good: {}; nobody was asked whether it was revoked (--ocsp, --crl)", subject);
  return message("Good: {}; nobody was asked whether {} was revoked (--ocsp, --crl)", subject,
                 base::join(unknown, "; "));
}

void print_lines(const Context& context, const PathAnswer& answer) {
  const auto& report = answer.report;
  if (!report.valid) {
    context.out(message("Not good: {}", report.detail));
    context.out(labelled(message("reason"), reason_word(report.reason)));
    if (report.reason == "no-trusted-issuer")
      context.remark(message("Give it with --trust FILE if you trust it, otherwise with --untrusted FILE."));
  } else {
    context.out(good_text(answer));
  }
  for (std::size_t i = 1; i < report.chain.size(); ++i) {
    const bool last = i + 1 == report.chain.size();
    context.out(labelled(report.valid && last ? message("trusted root") : message("issued by"),
                         report.chain[i].subject().text()));
  }
  if (!report.valid) return;
  std::vector<std::string> policies;
  for (const auto& policy : report.policies) policies.push_back(x509::oid_name(policy));
  if (!policies.empty()) context.out(labelled(message("policies"), base::join(policies, message(", "))));
  for (const auto& said : answer.status) context.out(labelled(message("status"), status_text(said)));
}

Result<int> verify_one(const Context& context, const PathWords& words) {
  TRY(auto answer, answer_of(context, words));
  if (context.options().json) {
    context.document(path_answer_json(answer));
  } else {
    print_lines(context, answer);
  }
  return exit_status(answer);
}

Result<std::vector<std::string>> texts_of(const base::Json& value, std::string_view member) {
  std::vector<std::string> texts;
  if (value.is_string()) return std::vector<std::string>{std::string(value.get_string())};
  if (!value.is_array())
    return fail(Code::kUsage, "The member {} of a case takes a text or a list of texts.", member);
  for (const auto& item : value.get_array()) {
    if (!item.is_string())
      return fail(Code::kUsage, "The member {} of a case takes a text or a list of texts.", member);
    texts.emplace_back(item.get_string());
  }
  return texts;
}

// The members of a case are named as the options are, and stand in their place.
Result<> apply_member(std::string_view member, const base::Json& value, PathWords& words) {
  const std::pair<std::string_view, std::vector<std::string>*> lists[] = {{"trust", &words.trust},
                                                                          {"untrusted", &words.untrusted},
                                                                          {"crl", &words.lists},
                                                                          {"name", &words.names},
                                                                          {"policy", &words.policies}};
  const std::pair<std::string_view, bool*> flags[] = {{"ocsp", &words.ocsp},
                                                      {"explicit_policy", &words.explicit_policy},
                                                      {"inhibit_mapping", &words.inhibit_mapping},
                                                      {"inhibit_any_policy", &words.inhibit_any_policy}};
  for (const auto& [name, list] : lists) {
    if (member != name) continue;
    TRY(*list, texts_of(value, member));
    return {};
  }
  for (const auto& [name, flag] : flags) {
    if (member != name) continue;
    if (!value.is_bool()) return fail(Code::kUsage, "The member {} of a case takes true or false.", member);
    *flag = value.get_bool();
    return {};
  }
  if (member == "max_depth") {
    if (!value.is_int64() || value.get_int64() < 0)
      return fail(Code::kUsage, "The member {} of a case takes a number from 0.", member);
    words.max_depth = value.get_int64();
    return {};
  }
  if (member == "id") return {};
  if (!value.is_string()) return fail(Code::kUsage, "The member {} of a case takes a text.", member);
  const std::string text(value.get_string());
  if (member == "certificate") {
    words.certificate = text;
  } else if (member == "at") {
    words.at = text;
  } else if (member == "purpose") {
    words.purpose = text;
  } else {
    return fail(Code::kUsage, "No member \"{}\" in a case. See: yuxin help cert verify", member);
  }
  return {};
}

Result<PathAnswer> answer_case(const Context& context, const base::Json& json, PathWords words) {
  if (!json.is_object()) return fail(Code::kUsage, "A case is a JSON object on one line.");
  words.certificate.clear();
  for (const auto& member : json.get_object()) TRY(apply_member(member.key(), member.value(), words));
  if (words.certificate.empty()) return fail(Code::kUsage, "The case names no certificate.");
  return answer_of(context, words);
}

// One answer for each line, in their order; a line that cannot be answered does not stop the others.
base::JsonObject batch_line(const Context& context, std::string_view line, const PathWords& words, int& exit) {
  auto json = base::parse_json(line);
  auto answer = json ? answer_case(context, *json, words) : Result<PathAnswer>(tl::unexpected(json.error()));
  base::JsonObject document;
  if (json && json->is_object()) {
    if (const auto* id = json->get_object().if_contains("id")) document["id"] = *id;
  }
  if (!answer) {
    exit = 1;
    document["error"] = {{"code", base::code_name(answer.error().code)}, {"detail", answer.error().detail}};
    return document;
  }
  if (!answer->report.valid) exit = 1;
  for (auto& member : path_answer_json(*answer)) document[member.key()] = member.value();
  return document;
}

Result<int> verify_batch(const Context& context, const PathWords& words) {
  TRY(auto bytes, base::read_file(words.certificate));
  int exit = 0;
  for (const auto line : base::split(base::as_text(bytes), '\n')) {
    if (base::trim(line).empty()) continue;
    context.out(base::print_json(batch_line(context, line, words, exit)));
  }
  return exit;
}

Result<int> verify(Context& context, const Arguments& arguments) {
  TRY(auto words, words_of(arguments));
  return arguments.has("--batch") ? verify_batch(context, words) : verify_one(context, words);
}

}  // namespace

CommandSpec cert_verify_command() {
  return {"cert",
          "verify",
          "verify a certificate: its path to a trusted root, its purpose and names, and whether it was revoked",
          {{"FILE", Arity::kOne, Presence::kRequired, "FILE|URL",
            "the certificate; more in the file help to build the path"},
           {"--trust", Arity::kMany, Presence::kOptional, "FILE",
            "trusted certificates; the roots of the home if not given"},
           {"--untrusted", Arity::kMany, Presence::kOptional, "FILE", "certificates of authorities in between"},
           {"--crl", Arity::kMany, Presence::kOptional, "FILE",
            "revocation lists; they must cover every certificate then"},
           {"--ocsp", Arity::kFlag, Presence::kOptional, "",
            "ask the responders that the certificates name, or fetch their lists; lists that are given help out"},
           {"--at", Arity::kOne, Presence::kOptional, "TIME", "verify as of this time: 2026-11-22T10:00:00Z"},
           {"--purpose", Arity::kOne, Presence::kOptional, "PURPOSE",
            "any, tls-server, tls-client, email, code-signing, ocsp-signing, time-stamping, crl-sign, "
            "attribute-authority, ledger"},
           {"--name", Arity::kMany, Presence::kOptional, "KIND:NAME",
            "the certificate must be for dns:…, ip:… or email:…"},
           {"--policy", Arity::kMany, Presence::kOptional, "OID", "policies that are acceptable; any if not given"},
           {"--explicit-policy", Arity::kFlag, Presence::kOptional, "", "one of them must hold along the path"},
           {"--inhibit-mapping", Arity::kFlag, Presence::kOptional, "", "policies are not mapped"},
           {"--inhibit-any-policy", Arity::kFlag, Presence::kOptional, "", "anyPolicy stands for no policy"},
           {"--max-depth", Arity::kOne, Presence::kOptional, "N", "most authorities between certificate and root"},
           {"--batch", Arity::kFlag, Presence::kOptional, "",
            "FILE has one JSON case a line, with members named like these options, and certificate and id"}},
          {"yuxin cert verify portal.pem --trust root.pem --untrusted issuing.pem --ocsp",
           "yuxin --home city/online cert verify portal.pem --purpose tls-server --name dns:portal.city.test",
           "yuxin cert verify --batch cases.jsonl --trust root.pem"},
          verify};
}

}  // namespace yuxin::cli
