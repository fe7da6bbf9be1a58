// yuxin officer join: what a new officer types on their own machine.
#include <chrono>
#include <thread>

#include "app/digest_lines.hpp"
#include "app/identity.hpp"
#include "app/invitations.hpp"
#include "app/joining.hpp"
#include "app/new_passphrase.hpp"
#include "app/one_time_code.hpp"
#include "app/output.hpp"
#include "app/trial.hpp"
#include "app/typed_key_kind.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/keymgmt/token_key_store.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using base::Secret;

constexpr int kSealIterations = 600'000;
constexpr std::chrono::seconds kBetween{5};

Result<Secret> code_of(const Context& context, const Arguments& arguments) {
  if (const auto file = arguments.maybe("--code-file")) {
    const auto typed = base::read_passphrase_file(*file);
    if (!typed && typed.error().code == Code::kUsage)
      return fail(Code::kUsage, "The first line of {} is empty; the one-time code must stand there.", *file);
    if (!typed) return tl::unexpected(typed.error());
    return parse_one_time_code(*typed);
  }
  if (!context.interactive())
    return fail(Code::kUsage,
                "Nobody can be asked for the one-time code here. Name a file with it: --code-file FILE");
  for (;;) {
    TRY(const auto typed, context.ask_secret(message("One-time code")));
    auto code = parse_one_time_code(typed);
    if (code || typed.empty()) return code;
    context.remark(code.error().detail);
  }
}

bool is_pkcs12(const std::string& out) { return out.ends_with(".p12") || out.ends_with(".pfx"); }

// Begun is a key that waits for its certificate; the passphrase, where it was typed in this call.
struct Begun {
  Joining joining;
  std::optional<Secret> passphrase;
  bool now = false;  // in this call
};

// The key is made, and is durable, before the code is used up.
Result<Begun> begin(const Context& context, const Arguments& arguments, const std::string& out) {
  TRY(const auto kind, typed_key_kind(arguments));
  TRY(const auto code, code_of(context, arguments));
  if (const auto uri = arguments.maybe("--key")) {
    TRY(const auto tokens, tokens_of(context));
    TRY(tokens->ensure(*uri, kind));
    TRY(const auto signer, tokens->signer(*uri));
    TRY(auto joining, begin_joining(code, *signer, {}));
    TRY(keep_joining(out, joining));
    return Begun{std::move(joining), std::nullopt, true};
  }
  TRY(auto passphrase, new_passphrase_of(context, arguments));
  TRY(const auto key, x509::PrivateKey::generate(kind));
  TRY(auto sealed, key.to_encrypted_pkcs8(passphrase, kSealIterations));
  TRY(const auto signer, key.signer(x509::default_signature(kind)));
  TRY(auto joining, begin_joining(code, *signer, std::move(sealed)));
  TRY(keep_joining(out, joining));
  return Begun{std::move(joining), std::move(passphrase), true};
}

Result<Begun> begin_or_go_on(const Context& context, const Arguments& arguments, const std::string& out,
                             const RemoteCall& call) {
  TRY(auto found, find_joining(out));
  if (!found) {
    TRY(check_new_output(out));
    TRY(call.reach());  // nobody types a code for a server that is not there, or not the right one
    auto begun = begin(context, arguments, out);
    if (begun || begun.error().code != Code::kConflict) return begun;
    // the same command at the same time was quicker: its key is the one
    TRY(found, find_joining(out));
    if (!found) return begun;
  }
  context.remark(message("Going on with the key that was made before ({}).", joining_path(out)));
  return Begun{std::move(*found), std::nullopt, false};
}

// Nothing is sent: whether the code is right would be said by using it.
Result<int> try_out(const Context& context, const Arguments& arguments, const std::string& out) {
  TRY(const auto found, find_joining(out));
  if (found) return end_trial(context, {{"out", out}, {"goes_on", true}});
  TRY(check_new_output(out));
  TRY(const auto kind, typed_key_kind(arguments));
  TRY(code_of(context, arguments));
  return end_trial(context, {{"out", out}, {"goes_on", false}, {"key_kind", x509::print_key_kind(kind)}});
}

void show_key(const Context& context, const Joining& joining) {
  const auto digest = x509::sha256(joining.request.public_key().spki());
  const auto words = base::language() == base::Language::kChinese ? Words::kLeftOut : Words::kShown;
  for (const auto& line : digest_lines(message("key SHA-256"), digest, words)) context.remark(line);
}

Result<Secret> passphrase_of(const Context& context, const Arguments& arguments, Begun& begun,
                             const std::string& out) {
  if (begun.passphrase) return std::move(*begun.passphrase);
  if (const auto file = arguments.maybe("--new-passphrase-file")) return base::read_passphrase_file(*file);
  if (!context.interactive())
    return fail(Code::kUsage,
                "Nobody can be asked for the passphrase of the new key here. Name its file: --new-passphrase-file "
                "FILE");
  return context.ask_secret(message("Passphrase of {}", out));
}

std::string pem_of(const Joining& joining, const Welcome& welcome) {
  auto text = welcome.certificate->pem();
  for (const auto& above : welcome.chain) text += above.pem();
  if (!joining.sealed_key.empty()) text += base::pem("ENCRYPTED PRIVATE KEY", joining.sealed_key);
  return text;
}

// An attempt before this one may have been cut off between writing and clearing up.
Result<> keep_identity(const std::string& out, base::ByteView octets, const Welcome& welcome,
                       const Secret& passphrase) {
  auto written = base::write_file(out, octets, base::Existing::kRefuse, base::Permissions::kPrivate);
  if (written || written.error().code != Code::kConflict) return written;
  const auto there = keymgmt::load_identity(out, [&]() -> Result<Secret> { return passphrase.clone(); });
  if (there && base::equal(there->certificate.der(), welcome.certificate->der())) return {};
  return written;
}

Result<> finish(const Context& context, const Arguments& arguments, const std::string& out, Begun& begun,
                const Welcome& welcome) {
  const auto& joining = begun.joining;
  if (joining.sealed_key.empty()) {
    const auto text = pem_of(joining, welcome);
    TRY(base::write_file(out, base::as_bytes(text), base::Existing::kRefuse, base::Permissions::kPrivate));
    return end_joining(out);
  }
  TRY(const auto passphrase, passphrase_of(context, arguments, begun, out));
  TRY(const auto key, x509::PrivateKey::from_encrypted_pkcs8(joining.sealed_key, passphrase));
  if (is_pkcs12(out)) {
    TRY(const auto packed, keymgmt::pkcs12_of(key, *welcome.certificate, welcome.chain, passphrase));
    TRY(keep_identity(out, packed.view(), welcome, passphrase));
  } else {
    const auto text = pem_of(joining, welcome);
    TRY(keep_identity(out, base::as_bytes(text), welcome, passphrase));
  }
  return end_joining(out);
}

base::JsonObject as_json(const Joining& joining, const Welcome& welcome) {
  base::JsonObject json{
      {"case", welcome.case_id}, {"state", welcome.certificate ? "issued" : "waiting"},
      {"name", welcome.name},    {"subject", welcome.subject},
      {"roles", welcome.roles},  {"key", base::hex(x509::sha256(joining.request.public_key().spki()))}};
  if (welcome.until) json["until"] = base::rfc3339(*welcome.until);
  if (welcome.certificate) json["serial"] = welcome.certificate->serial()->hex();
  return json;
}

// wait asks until the certificate is there. A server that is away comes back; whoever is told "no" is told so.
Result<Welcome> wait(const RemoteCall& call, const Context& context, const Joining& joining) {
  bool away = false;
  for (;;) {
    std::this_thread::sleep_for(kBetween);
    auto welcome = answer(call, joining);
    if (welcome && welcome->certificate) return welcome;
    if (!welcome && welcome.error().code != Code::kUnavailable) return welcome;
    if (!welcome && !away) context.remark(message("The server cannot be asked just now: {}", welcome.error().detail));
    away = !welcome;
  }
}

// welcome_of gives the invitation as it stands; with the certificate, unless nobody is to wait for it.
Result<Welcome> welcome_of(const Context& context, const Arguments& arguments, const std::string& out,
                           const RemoteCall& call, const Begun& begun) {
  const bool waits = !arguments.has("--no-wait");
  auto first = answer(call, begun.joining);
  if (!first) {
    // what was begun once goes on when the server is back
    if (waits && !begun.now && first.error().code == Code::kUnavailable) return wait(call, context, begun.joining);
    // a code that is none, or worth nothing any more, was used for nothing; the next one deserves a new key
    const auto code = first.error().code;
    const bool refused = code == Code::kNotAuthorised || code == Code::kConflict || code == Code::kRefused;
    if (begun.now && refused) TRY(end_joining(out));
    return first;
  }
  if (first->certificate) return first;
  context.remark(labelled(message("invitation"), first->case_id));
  context.remark(labelled(message("subject"), first->subject));
  show_key(context, begun.joining);
  context.remark(message("Read the first line of this key aloud to whoever confirms it, not to who invited you."));
  if (!waits) return first;
  context.remark(message("Waiting until it is confirmed. You may stop (Ctrl-C) and run the same command later."));
  return wait(call, context, begun.joining);
}

void say_what_now(const Context& context, const Arguments& arguments, const std::string& out,
                  const Welcome& welcome) {
  context.out(message("You are {} now; certificate {} and its key are in {}.", welcome.subject,
                      welcome.certificate->serial()->hex(), out));
  const auto& options = context.options();
  const auto uri = arguments.maybe("--key");
  const auto identity = uri ? "'" + *uri + "' --as-certificate " + out : out;
  if (welcome.roles.empty()) {
    context.remark(message("A certificate alone may do nothing: ask whoever invited you for a role."));
  } else {
    context.remark(
        message("Whoever invited you grants you what was meant: {}. Until then you may do nothing.", welcome.roles));
  }
  const auto trust = options.server_trust ? " --trust " + *options.server_trust : std::string();
  context.remark(message("Then see what waits for you:"));
  context.remark("  " + program_words() + " --server " + options.server.value_or("") + trust + " --as " + identity +
                 " request list --mine");
}

Result<int> join(Context& context, const Arguments& arguments) {
  const auto out = arguments.one("--out");
  if (!context.options().server)
    return fail(Code::kUsage, "Where is the registration authority? yuxin officer join --server https://HOST:8443 …");
  TRY(const auto call, RemoteCall::open_nameless(context));
  if (const auto uri = arguments.maybe("--key"); uri && !keymgmt::is_token_name(*uri))
    return fail(Code::kUsage, "\"{}\" is no key on a token. Write --key 'pkcs11:token=LABEL;object=NAME'.", *uri);
  if (arguments.has("--dry-run")) return try_out(context, arguments, out);
  TRY(auto begun, begin_or_go_on(context, arguments, out, call));
  TRY(const auto welcome, welcome_of(context, arguments, out, call, begun));
  if (!welcome.certificate) {
    context.remark(message("Run the same command again when it is confirmed; the code is not asked for any more."));
    if (context.options().json) context.document(as_json(begun.joining, welcome));
    return 0;
  }
  TRY(finish(context, arguments, out, begun, welcome));
  if (context.options().json) {
    context.document(as_json(begun.joining, welcome));
    return 0;
  }
  say_what_now(context, arguments, out, welcome);
  return 0;
}

}  // namespace

CommandSpec officer_join_command() {
  return {
      "officer",
      "join",
      "become an officer: make a key here, answer an invitation with its one-time code, and fetch the certificate",
      {{"--out", Arity::kOne, Presence::kRequired, "FILE",
        "a new file for certificate and key: .p12, or PEM with any other name"},
       {"--code-file", Arity::kOne, Presence::kOptional, "FILE",
        "a file with the one-time code; otherwise it is asked for"},
       {"--new-passphrase-file", Arity::kOne, Presence::kOptional, "FILE",
        "a file with the passphrase for the new key; otherwise it is asked for"},
       {"--type", Arity::kOne, Presence::kOptional, "KIND", "ec:P-256 if not given; ec:P-384, rsa:3072, sm2 …"},
       {"--key", Arity::kOne, Presence::kOptional, "URI",
        "make the key on a token instead: pkcs11:token=LABEL;object=NAME; FILE has the certificate then"},
       {"--no-wait", Arity::kFlag, Presence::kOptional, "",
        "hand the request in, and fetch the certificate by the same command later"},
       dry_run_option()},
      {"yuxin officer join --server https://ra.city.example:8443 --trust root.pem --out wang.p12"},
      join,
      CommandSpec::Identity::kNone,
      CommandSpec::Server::kTaken};
}

}  // namespace yuxin::cli
