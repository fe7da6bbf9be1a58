// yuxin officer confirm: whoever has heard the new officer read the key aloud says so with a signature.
#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "app/case_view.hpp"
#include "app/clock_check.hpp"
#include "app/desk_acting.hpp"
#include "app/invitations.hpp"
#include "commands.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ca/invitation.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;

constexpr std::size_t kFirstLine = 32;   // hexadecimal digits: 128 bits of SHA-256 are enough against another key
constexpr std::size_t kFirstWords = 16;  // the same bits in words

// Digits as they were typed: blanks, colons and hyphens do not count.
std::string digits_of(std::string_view typed) {
  std::string digits;
  for (const char c : base::lower(typed)) {
    if (c != ' ' && c != ':' && c != '-' && c != '\t') digits += c;
  }
  return digits;
}

// The words of the same digest (the PGP word list), as many as were typed; nothing where these are no words.
std::optional<std::vector<std::string>> words_typed(std::string_view typed) {
  std::vector<std::string> words;
  std::string text = base::lower(typed);
  std::ranges::replace(text, '\t', ' ');
  for (const auto word : base::split(text, ' ')) {
    if (!word.empty()) words.emplace_back(word);
  }
  if (words.size() < kFirstWords) return std::nullopt;
  return words;
}

bool are_words_of(std::span<const std::string> words, base::ByteView digest) {
  const auto right = base::digest_words(digest);
  return words.size() <= right.size() &&
         std::ranges::equal(words, std::span(right).first(words.size()),
                            [](const std::string& a, const std::string& b) { return a == base::lower(b); });
}

Result<> check_fingerprint(const Context& context, const Arguments& arguments,
                           const x509::CertificateRequest& request, const std::string& id) {
  auto typed = arguments.maybe("--fingerprint");
  if (!typed) {
    if (!context.interactive())
      return fail(Code::kUsage,
                  "Nobody can be asked here what the new officer reads aloud. Say it with --fingerprint \"…\"");
    // it is not shown: who only had to agree would agree
    TRY(typed,
        context.ask(message("Type the key SHA-256 that the new officer reads aloud: its first line, or {} words",
                            kFirstWords),
                    ""));
  }
  const auto digits = digits_of(*typed);
  const auto digest = x509::sha256(request.public_key().spki());
  const auto actual = base::hex(digest);
  const bool is_hex =
      std::ranges::all_of(digits, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  const auto words = is_hex ? std::nullopt : words_typed(*typed);
  if (!words && (!is_hex || digits.size() < kFirstLine || digits.size() > actual.size()))
    return fail(Code::kUsage,
                "A fingerprint has {} hexadecimal digits at least, eight groups of four; or {} of the words that "
                "stand below them.",
                kFirstLine, kFirstWords);
  if (words ? are_words_of(*words, digest) : actual.starts_with(digits)) return {};
  return fail(Code::kRefused,
              "This is not the fingerprint of the key that answered invitation {}. Nothing was signed. Have it read "
              "aloud once more; if it stays another, somebody else has used the code: yuxin officer withdraw {} "
              "--reason …",
              id, id);
}

Result<std::vector<x509::GeneralName>> names_of(const base::JsonObject& about) {
  std::vector<x509::GeneralName> names;
  const auto text = base::json_string(about, "names");
  for (const auto part : base::split(text, ' ')) {
    if (part.empty()) continue;
    TRY(auto name, x509::parse_general_name(part));
    names.push_back(std::move(name));
  }
  return names;
}

// What the server has brought must be what the code of the invitation has signed: it is its word for nothing.
Result<x509::CertificateRequest> request_of(const ra::Answered& answered, const base::JsonObject& about) {
  TRY(auto request, x509::CertificateRequest::from_der(answered.request));
  TRY(request.verify_possession());
  const auto key = base::from_hex(base::json_string(about, "invitation"));
  if (!key || !ca::check_code_proof(*key, answered.request, answered.proof))
    return fail(Code::kIntegrity,
                "What is shown as the answer to the invitation was not signed with its one-time code. Nothing was "
                "signed. Tell the administrator of the server.");
  return request;
}

Result<int> confirm(Context& context, const Arguments& arguments) {
  TRY(const auto side, open_desk_side(context, arguments, DeskUse::kAct));
  TRY(const auto seen, look_at_invitation(*side, arguments.one("CASE")));
  const auto& item = seen.item;
  const auto& of = item.standing.of;
  TRY(ra::check_open(item, "confirm"));
  TRY(const auto answered, side->answered(of.id));
  if (!answered)
    return fail(Code::kConflict, "Nobody has answered invitation {} yet. There is nothing to confirm.", of.id);
  TRY(const auto request, request_of(*answered, of.about));
  context.remark(labelled(message("invited"), base::json_string(of.form, "name")));
  if (!seen.steps.empty()) context.remark(labelled(message("invited by"), seen.steps.front().actor));
  context.remark(labelled(message("answered"), base::local_time(answered->at)));
  ca::Enrolment enrolment{.request = request, .subject = {}, .alt_names = {}, .validity = {}};
  TRY(enrolment.subject, x509::Name::parse(base::json_string(of.about, "subject")));
  TRY(enrolment.alt_names, names_of(of.about));
  workflow::Draft draft{.action = "confirm"};
  draft.form[ca::kProofField] = base::base64(answered->proof);
  const ra::CertificateWish wish{std::move(enrolment), of.place.profile};
  // who may not confirm hears it before typing anything
  TRY(const auto step, side->step(item, std::move(draft), wish));
  TRY(check_fingerprint(context, arguments, request, of.id));
  TRY(const auto matter, matter_of_step(*side, step, seen));
  describe_step(context, step, &seen, matter, side->signer());
  if (arguments.has("--dry-run")) {
    context.remark(message("The step is open. Nothing was signed (--dry-run)."));
    if (context.options().json)
      context.document(
          base::JsonObject{{"dry_run", true}, {"case", of.id}, {"type", step.act.type}, {"body", step.act.body}});
    return 0;
  }
  TRY(auto agreed, context.confirm(message("Sign this?")));
  if (!agreed) return fail(Code::kUsage, "Nothing was signed.");
  TRY(const auto done, side->sign_and_take(step));
  report(context, done);
  say_what_roles_lack(context, done.after.standing.of);
  side->end_work(context);
  return 0;
}

}  // namespace

CommandSpec officer_confirm_command() {
  return {
      "officer",
      "confirm",
      "confirm that the key which answered an invitation is the new officer's: the certificate is issued",
      {{"CASE", Arity::kOne, Presence::kRequired, "CASE", "its number: I-7"},
       {"--fingerprint", Arity::kOne, Presence::kOptional, "DIGITS",
        "the key SHA-256 as the new officer reads it aloud, its first line at least; otherwise it is asked for"},
       accept_clock_option(),
       dry_run_option()},
      {"yuxin --home city/online --passphrase-file pass --as zhao.p12 officer confirm I-7 --fingerprint \"5f0c 41d7 "
       "a2b3 c4d5 0011 2233 4455 6677\""},
      confirm,
      CommandSpec::Identity::kTaken,
      CommandSpec::Server::kTaken};
}

}  // namespace yuxin::cli
