// yuxin init: a working infrastructure from a handful of questions.
#include "app/founding.hpp"

#include <algorithm>

#include "app/home_config.hpp"
#include "app/invitations.hpp"
#include "app/new_passphrase.hpp"
#include "app/shell_word.hpp"
#include "app/trust.hpp"
#include "commands.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;

Result<std::string> check_organisation(const std::string& name) {
  if (name.empty()) return fail(Code::kUsage, "The organisation needs a name.");
  if (!base::is_utf8(name) || base::has_unseen_character(name) || base::has_stray_blank(name))
    return fail(Code::kUsage, "The organisation's name has characters that no certificate may hold.");
  // RFC 5280 appendix A: ub-common-name is 64, and " Issuing 1" is added to it
  if (base::code_points(name) > 50)
    return fail(Code::kUsage,
                "The organisation's name may have 50 characters at the most, because it becomes part of the "
                "authorities' names.");
  return name;
}

// ask_until_good asks again, as long as somebody is there to answer: a slip should not cost the answers before it.
Result<std::string> ask_until_good(const Context& context, const std::string& question, std::string_view otherwise,
                                   Result<std::string> (*check)(const std::string&)) {
  while (true) {
    TRY(const auto answer, context.ask(question, otherwise));
    auto checked = check(answer);
    if (checked) return checked;
    context.remark(checked.error().detail);
  }
}

Result<std::string> organisation_of(const Context& context, const Arguments& arguments) {
  if (const auto name = arguments.maybe("--org")) return check_organisation(*name);
  if (!context.interactive()) return fail(Code::kUsage, "The organisation needs a name. Give it with --org NAME.");
  return ask_until_good(context, message("Organisation name"), "", check_organisation);
}

constexpr std::string_view kThisMachine = "http://localhost:8080";

// Whoever names the preset of a city or of the GM algorithms does not only try out.
bool is_for_real(const Arguments& arguments) {
  const auto preset = arguments.one("--preset");
  return preset == "city" || preset == "gm";
}

Result<std::string> public_url_of(const Context& context, const Arguments& arguments) {
  std::string url = arguments.one("--public-url");
  const bool ask = url.empty() && context.interactive() && !context.options().yes;
  if (ask) {
    TRY(url, ask_until_good(context, message("Public address of the status service"), kThisMachine,
                            [](const std::string& typed) { return check_public_url(typed); }));
  }
  if (url.empty() && is_for_real(arguments)) {
    return fail(Code::kUsage,
                "Every certificate bears the public address of the status service, and none was given. Give it with "
                "--public-url http://pki.city.example");
  }
  if (url.empty()) url = kThisMachine;
  TRY(url, check_public_url(url));
  if (is_local_url(url))
    context.warn(
        message("{} is found from this machine only, and every certificate will bear it; for more than trying out "
                "give an address that others reach: --public-url http://pki.city.example",
                url));
  return url;
}

Result<std::string> ask_for_algorithms(const Context& context) {
  while (true) {
    TRY(const auto answer,
        context.ask(message("Algorithms: (1) ECDSA P-384 root, P-256 issuing  (2) RSA 4096/3072  (3) SM2 with SM3"),
                    "1"));
    if (answer == "1") return "ecdsa";
    if (answer == "2") return "rsa";
    if (answer == "3") return "sm2";
    context.remark(message("\"{}\" is none of them. Please type 1, 2 or 3.", answer));
  }
}

Result<> check_preset(const Arguments& arguments) {
  const auto preset = arguments.one("--preset", "quickstart");
  if (preset == "quickstart" || preset == "gm" || preset == "city" || preset == "registration") return {};
  return fail(Code::kUsage,
              "No preset \"{}\". There are quickstart (ECDSA), gm (SM2 with SM3), city (ECDSA, with the "
              "organisations and roles of a whole city) and registration (a registration authority alone).",
              preset);
}

Result<KeyChoice> keys_of(const Context& context, const Arguments& arguments) {
  const auto preset = arguments.one("--preset", "quickstart");
  std::string name = arguments.one("--algorithms");
  if (name.empty() && !arguments.has("--preset") && context.interactive() && !context.options().yes) {
    TRY(name, ask_for_algorithms(context));
  }
  if (name.empty()) name = preset == "gm" ? "sm2" : "ecdsa";
  const auto choice = std::ranges::find(key_choices(), name, &KeyChoice::name);
  if (choice == key_choices().end())
    return fail(Code::kUsage, "No algorithms \"{}\". There are ecdsa, rsa and sm2.", name);
  return *choice;
}

struct Passphrases {
  base::Secret root;
  base::Secret online;
  std::string made_for_root;  // to be shown once
};

Result<std::optional<base::Secret>> passphrase_in(const std::optional<std::string>& file) {
  if (!file) return std::optional<base::Secret>();
  TRY(auto passphrase, read_new_passphrase(*file));
  return std::optional(std::move(passphrase));
}

Result<base::Secret> online_passphrase_of(const Context& context, std::optional<base::Secret> given) {
  if (given) return std::move(*given);
  if (context.interactive())
    return type_new_passphrase(context, message("Passphrase for the online keys"), May::kNotStayEmpty);
  return fail(Code::kUsage,
              "The keys need a passphrase and nobody can be asked here. Give it with --passphrase-file FILE.");
}

// One passphrase for both is for trying out: whoever runs the online home would hold the root too.
Result<Passphrases> passphrases_of(const Context& context, const Arguments& arguments) {
  Passphrases result;
  TRY(auto root, passphrase_in(arguments.maybe("--root-passphrase-file")));
  TRY(auto online, passphrase_in(context.options().passphrase_file));
  if (root) {
    result.root = std::move(*root);
  } else if (online) {
    result.root = online->clone();
    context.remark(message(
        "The root and the online home have one passphrase; --root-passphrase-file FILE gives the root its own."));
  } else if (context.interactive()) {
    TRY(result.root,
        type_new_passphrase(context, message("Passphrase for the root key (leave empty to have one made)"),
                            May::kStayEmpty));
  }
  if (result.root.empty() && context.interactive()) {
    base::Bytes random(10);
    base::random_bytes(random);
    const auto words = base::digest_words(random);
    result.made_for_root = base::join(words, " ");
    result.root = base::Secret(result.made_for_root);
  }
  TRY(result.online, online_passphrase_of(context, std::move(online)));
  return result;
}

std::string colon_hex(base::ByteView digest) {
  std::string text = base::hex_upper(digest);
  for (std::size_t at = text.size() - 2; at > 0; at -= 2) text.insert(at, ":");
  return text;
}

void report(const Context& context, const FoundingPlan& plan, const Founded& founded) {
  const auto fingerprint = founded.root.sha256_fingerprint();
  const auto words = base::digest_words(fingerprint);
  const auto key = [](const x509::KeyKind& kind) { return x509::print_key_kind(kind); };
  context.out(message("Made the offline root                        {}/root", plan.folder));
  context.out(
      labelled(message("certificate"), message("{}, {}, until {}", founded.root.subject().text(), key(plan.keys.root),
                                               base::local_time(founded.root.not_after()).substr(0, 10))));
  context.out(labelled(message("fingerprint"), "SHA-256  " + colon_hex(fingerprint)));
  context.out(labelled(message("read aloud"), base::join(std::span(words).first(8), " ") + " …"));
  context.out(message("Made the online home                         {}/online", plan.folder));
  context.out(labelled(message("issuing CA"),
                       message("{}, {}, until {}", founded.issuing.subject().text(), key(plan.keys.issuing),
                               base::local_time(founded.issuing.not_after()).substr(0, 10))));
  context.out(labelled(message("OCSP signer"), message("{}; renews itself", key(plan.keys.ocsp))));
  context.out(labelled(message("time stamps"), message("{}; renews itself", key(plan.keys.tsa))));
  context.out(labelled(message("status at"), plan.public_url));
  context.out("");
  context.out(message("Next:"));
  const auto online = program_words() + " --home " + shell_word(plan.folder + "/online");
  context.out(message("  1. Start it:   {}", online + " serve"));
  context.out(
      message("  2. Issue:      {}", online + " cert issue --profile tls-server --csr request.pem --out server.pem"));
  context.out(
      message("  3. Carry {}/root to a machine without a network and delete it here. It signs its next list by {};",
              plan.folder, base::local_time(founded.root_crl_until).substr(0, 10)));
  context.out(message("     yuxin doctor reminds you a month before."));
}

base::Json as_json(const FoundingPlan& plan, const Founded& founded) {
  return base::JsonObject{{"root_home", plan.folder + "/root"},
                          {"online_home", plan.folder + "/online"},
                          {"public_url", plan.public_url},
                          {"root_certificate_sha256", base::hex(founded.root.sha256_fingerprint())},
                          {"root_subject", founded.root.subject().text()},
                          {"issuing_subject", founded.issuing.subject().text()},
                          {"root_crl_next_update", base::rfc3339(founded.root_crl_until)}};
}

Result<int> run_registration(Context& context, const Arguments& arguments, std::string folder) {
  RegistrationPlan plan;
  plan.folder = std::move(folder);
  TRY(plan.organisation, organisation_of(context, arguments));
  const auto url = arguments.maybe("--authority");
  const auto trust = arguments.maybe("--trust");
  if (!url || !trust) {
    return fail(
        Code::kUsage,
        "Say where the authority is, and which root to trust: --authority https://ca.city.example:8444 --trust "
        "root.pem");
  }
  TRY(plan.authority, check_authority_url(*url));
  TRY(plan.roots, read_certificates(*trust));
  for (const auto& root : plan.roots) {
    if (!root.is_ca() || !root.subject().same(root.issuer()))
      return fail(Code::kUsage, "{} is no root: {} was issued by {}. Give the certificate of the root.", *trust,
                  root.subject().text(), root.issuer().text());
  }
  for (const auto& name : arguments.many("--name")) plan.names.push_back(name);
  if (arguments.has("--dry-run")) {
    context.out(
        message("Would make the registration authority {} of {}. Nothing was made.", plan.folder, plan.authority));
    return 0;
  }
  TRY(auto given, passphrase_in(context.options().passphrase_file));
  TRY(plan.passphrase, online_passphrase_of(context, std::move(given)));
  TRY(const auto requests, found_registration(plan, context.clock()));
  if (context.options().json) {
    context.document(base::JsonObject{{"home", plan.folder}, {"authority", plan.authority}, {"requests", requests}});
    return 0;
  }
  context.out(message("Made the registration authority              {}", plan.folder));
  context.out(labelled(message("authority"), plan.authority));
  context.out(labelled(message("requests"), requests));
  context.out("");
  context.out(message("Next:"));
  context.out(message("  1. Carry {} to the authority. There: yuxin registry add NAME registry.csr --out NAME.json",
                      requests));
  context.out(message("  2. Bring NAME.json back:   {}",
                      program_words() + " --home " + shell_word(plan.folder) + " registry join NAME.json"));
  return 0;
}

Result<int> run(Context& context, const Arguments& arguments) {
  FoundingPlan plan;
  plan.folder = arguments.one("DIR");
  while (plan.folder.size() > 1 && plan.folder.ends_with('/')) plan.folder.pop_back();
  TRY(check_preset(arguments));
  TRY(check_folder(plan.folder));
  if (arguments.one("--preset") == "registration") return run_registration(context, arguments, plan.folder);
  for (const auto* option : {"--authority", "--trust", "--name"}) {
    if (arguments.has(option))
      return fail(Code::kUsage, "{} is for a registration authority: --preset registration", option);
  }
  TRY(plan.organisation, organisation_of(context, arguments));
  TRY(plan.public_url, public_url_of(context, arguments));
  TRY(plan.keys, keys_of(context, arguments));
  if (arguments.one("--preset") == "city") plan.roles = "city";
  if (arguments.has("--dry-run")) {
    if (context.options().json) {
      context.document(base::JsonObject{{"dry_run", true},
                                        {"root_home", plan.folder + "/root"},
                                        {"online_home", plan.folder + "/online"},
                                        {"organisation", plan.organisation},
                                        {"public_url", plan.public_url},
                                        {"algorithms", plan.keys.name}});
      return 0;
    }
    context.out(message("Would make {}/root (offline) and {}/online for {} with {} keys. Nothing was made.",
                        plan.folder, plan.folder, plan.organisation, plan.keys.name));
    return 0;
  }
  TRY(auto passphrases, passphrases_of(context, arguments));
  plan.root_passphrase = std::move(passphrases.root);
  plan.online_passphrase = std::move(passphrases.online);
  plan.actor = context.actor();
  TRY(auto founded, found(plan, context.clock()));
  if (context.options().json) {
    context.document(as_json(plan, founded));
    return 0;
  }
  report(context, plan, founded);
  if (!passphrases.made_for_root.empty()) {
    context.remark("");
    context.remark(message("The passphrase of the root, shown this once; write it down and lock it away:"));
    context.remark("  " + passphrases.made_for_root);
  }
  return 0;
}

}  // namespace

CommandSpec init_command() {
  return {
      "init",
      "",
      "make an offline root and an online home with an issuing authority, its OCSP signer and its time stamps",
      {{"DIR", Arity::kOne, Presence::kRequired, "DIR", "folder to make; must not exist or be empty"},
       {"--preset", Arity::kOne, Presence::kOptional, "quickstart|gm|city|registration",
        "ready-made answers: ECDSA, SM2 with SM3, ECDSA with the roles of a whole city; or a registration authority "
        "alone"},
       {"--org", Arity::kOne, Presence::kOptional, "NAME", "name of the organisation"},
       {"--public-url", Arity::kOne, Presence::kOptional, "URL", "where relying parties reach the status service"},
       {"--root-passphrase-file", Arity::kOne, Presence::kOptional, "FILE",
        "first line is the passphrase of the root, where it is not that of the online home"},
       {"--authority", Arity::kOne, Presence::kOptional, "URL",
        "of a registration authority: where its authority serves it (https)"},
       {"--trust", Arity::kOne, Presence::kOptional, "FILE",
        "of a registration authority: the root of its authority"},
       {"--name", Arity::kMany, Presence::kOptional, "HOST",
        "of a registration authority: names of its own interface"},
       {"--algorithms", Arity::kOne, Presence::kOptional, "ecdsa|rsa|sm2", "which keys to make"},
       dry_run_option()},
      {"yuxin init city --preset quickstart --org \"Test City\" --passphrase-file pass --yes", "yuxin init city"},
      run};
}

}  // namespace yuxin::cli
