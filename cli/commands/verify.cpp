// yuxin verify: a signed message judged signer by signer, an act, or an evidence bundle.
#include <fmt/format.h>

#include <algorithm>

#include "app/evidence_view.hpp"
#include "app/fetch.hpp"
#include "app/ledger_source.hpp"
#include "app/reason_words.hpp"
#include "app/signature_check.hpp"
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

Result<x509::PathMaterial> material_of(const Context& context, const Arguments& arguments) {
  TRY(auto material,
      read_material(arguments.many("--trust"), arguments.many("--untrusted"), arguments.many("--crl")));
  if (material.anchors.empty()) TRY(add_home(context, material));
  return material;
}

Result<SignatureQuestion::Purpose> purpose_of(const Arguments& arguments) {
  const auto purpose = arguments.one("--purpose", "documents");
  if (purpose == "documents") return SignatureQuestion::Purpose::kDocuments;
  if (purpose == "any") return SignatureQuestion::Purpose::kAny;
  return fail(Code::kUsage, "No purpose \"{}\". There are documents and any.", purpose);
}

Result<SignatureQuestion> question_of(const Context& context, const Arguments& arguments,
                                      x509::SignedData message_read, std::optional<base::Bytes> content) {
  SignatureQuestion question{
      std::move(message_read), std::move(content), {}, context.clock().now(), std::nullopt, {}, {}};
  TRY(question.material, material_of(context, arguments));
  if (arguments.has("--at")) {
    TRY(question.at, read_moment(arguments.maybe("--at"), question.now));
  }
  if (arguments.has("--ocsp")) question.status = PathQuestion::Status::kAsk;
  TRY(question.purpose, purpose_of(arguments));
  return question;
}

std::string when_text(const SignerAnswer& answer) {
  if (answer.time_stamp) {
    return message("{}, proven by the time stamp of {}", base::local_time(answer.time_stamp->time),
                   answer.time_stamp->authority.subject().text());
  }
  if (answer.claimed)
    return message("{}, as the signer's own clock says; there is no time stamp", base::local_time(*answer.claimed));
  return message("not said");
}

std::string status_text(const StatusSaid& said) {
  if (said.status == "good") return message("{} is not revoked, says {}", said.subject, said.source);
  if (said.status == "revoked")
    return message("{}: revoked {} ({}), says {}", said.subject, said.when(), base::tr(said.reason.c_str()),
                   said.source);
  return message("{}: {}, says {}", said.subject, base::tr(said.status.c_str()), said.source);
}

std::string good_text(const PathAnswer& path, const std::string& name) {
  const auto unknown = unchecked(path);
  if (unknown.empty()) return message("Good: signed by {}", name);
  if (unknown.size() + 1 == path.report.chain.size())
    return message("Good signature by {}; nobody was asked whether the certificate was revoked (--ocsp, --crl)",
                   name);
  return message("Good signature by {}; nobody was asked whether {} was revoked (--ocsp, --crl)", name,
                 base::join(unknown, "; "));
}

void print_signer(const Context& context, const SignerAnswer& answer) {
  const auto name = answer.certificate ? answer.certificate->subject().text() : message("(unknown)");
  if (answer.valid) {
    context.out(good_text(answer.path, name));
  } else {
    context.out(message("Not good: {}", answer.detail));
    context.out(labelled(message("reason"), reason_word(answer.reason)));
    if (answer.certificate) context.out(labelled(message("signer"), name));
  }
  if (!answer.certificate) return;
  context.out(labelled(message("signed"), when_text(answer)));
  const auto& chain = answer.path.report.chain;
  for (std::size_t i = 1; i < chain.size(); ++i) {
    const bool root = answer.path.report.valid && i + 1 == chain.size();
    context.out(labelled(root ? message("trusted root") : message("issued by"), chain[i].subject().text()));
  }
  if (!answer.valid) return;
  for (const auto& said : answer.path.status) context.out(labelled(message("status"), status_text(said)));
}

int exit_status(const std::vector<SignerAnswer>& answers) {
  const auto bad = std::ranges::find(answers, false, &SignerAnswer::valid);
  if (bad == answers.end()) return 0;
  return bad->reason == "status-unavailable" ? base::exit_code(Code::kUnavailable) : 1;
}

Result<> write_content(const Arguments& arguments, base::ByteView content) {
  const auto out = arguments.maybe("--out");
  if (!out) return {};
  return base::write_file(*out, content, base::Existing::kRefuse, base::Permissions::kPublic);
}

// RFC 5652 section 5.1 allows a message without signers; of such a one nothing is proven.
int unsigned_message(const Context& context) {
  const auto detail =
      message("Nobody signed this message: it holds content and no signature. Do not believe what it says.");
  if (context.options().json) {
    context.document(base::JsonObject{{"kind", "message"},
                                      {"valid", false},
                                      {"reason", "no-signers"},
                                      {"detail", detail},
                                      {"signers", base::JsonArray{}}});
    return 1;
  }
  context.out(message("Not good: {}", detail));
  context.out(labelled(message("reason"), reason_word("no-signers")));
  return 1;
}

Result<int> verify_message(const Context& context, const Arguments& arguments, x509::SignedData message_read,
                           std::optional<base::Bytes> detached) {
  TRY(const auto question, question_of(context, arguments, std::move(message_read), std::move(detached)));
  const auto answers = judge_signers(question, context.clock());
  const int status = exit_status(answers);
  const base::ByteView content = question.content ? base::ByteView(*question.content) : *question.message.content();
  if (status == 0) TRY(write_content(arguments, content));
  if (context.options().json) {
    base::JsonArray signers;
    bool checked = true;
    for (const auto& answer : answers) {
      signers.push_back(signer_json(answer));
      checked = checked && is_revocation_checked(answer.path);
    }
    context.document(base::JsonObject{{"kind", "message"},
                                      {"valid", status == 0},
                                      {"revocation_checked", checked},
                                      {"content_octets", content.size()},
                                      {"content_sha256", base::hex(x509::sha256(content))},
                                      {"signers", std::move(signers)}});
    return status;
  }
  for (const auto& answer : answers) print_signer(context, answer);
  if (status == 0) context.out(labelled(message("content"), message("{} octets", content.size())));
  return status;
}

Result<evidence::ActTrust> trust_in(const Context& context, const Arguments& arguments) {
  TRY(const auto material, material_of(context, arguments));
  TRY(auto paths, x509::PathVerifier::prepare(material));
  return evidence::ActTrust{.paths = std::move(paths)};
}

Result<int> verify_act(const Context& context, const Arguments& arguments, const x509::SignedData& message_read) {
  TRY(const auto trust, trust_in(context, arguments));
  const auto act = evidence::verify_act(message_read.der(), trust);
  if (act) TRY(write_content(arguments, *message_read.content()));
  if (context.options().json) {
    base::JsonObject document{{"kind", "act"}, {"valid", act.has_value()}};
    if (act) {
      document["act"] = act_json(*act);
    } else {
      document["reason"] = evidence::act_problem_name(act.error().problem);
      document["detail"] = act.error().detail;
    }
    context.document(document);
    return act ? 0 : 1;
  }
  if (act) {
    context.out(message("Good: an act that was proven when it was accepted"));
    print_act(context, *act);
    return 0;
  }
  context.out(message("Not good: {}", act.error().detail));
  context.out(labelled(message("reason"), evidence::act_problem_name(act.error().problem)));
  return 1;
}

// Whoever trusts the roots of a home trusts its ledger too.
Result<evidence::LedgerTrust> ledger_trust(const Context& context, const Arguments& arguments) {
  evidence::LedgerTrust trust{.now = context.clock().now()};
  if (const auto given = arguments.maybe("--ledger-key")) {
    TRY(trust.key, read_ledger_key(*given));
    return trust;
  }
  const auto own = context.options().home + "/keys/ledger.pub";
  if (!arguments.has("--trust") && base::file_exists(own)) {
    TRY(auto key, read_verifier_key(own));
    trust.known.push_back(std::move(key));
  }
  return trust;
}

Result<int> verify_bundle(const Context& context, const Arguments& arguments, base::ByteView archive) {
  TRY(const auto trust, trust_in(context, arguments));
  TRY(const auto ledger, ledger_trust(context, arguments));
  TRY(const auto report, evidence::verify_bundle(archive, trust, ledger));
  if (context.options().json) {
    auto document = bundle_json(report);
    document["kind"] = "bundle";
    context.document(document);
  } else {
    print_bundle(context, report);
  }
  return report.is_good() ? 0 : 1;
}

Result<int> verify(Context& context, const Arguments& arguments) {
  const auto place = arguments.one("FILE");
  TRY(const auto octets, fetch(place));
  if (looks_like_archive(octets)) return verify_bundle(context, arguments, octets);
  auto parsed = x509::SignedData::from_bytes(octets);
  if (!parsed)
    return base::fail_with(parsed.error().code, parsed.error().diagnostic, "{}: {}", place, parsed.error().detail);
  if (parsed->signers().empty()) return unsigned_message(context);
  std::optional<base::Bytes> detached;
  if (const auto content = arguments.maybe("--content")) {
    TRY(detached, fetch(*content));
  }
  if (!detached && !parsed->content()) {
    return fail(Code::kUsage,
                "{} holds a signature without the content that it is about. Name that file: --content FILE", place);
  }
  if (!detached && looks_like_act(*parsed->content())) return verify_act(context, arguments, *parsed);
  return verify_message(context, arguments, std::move(*parsed), std::move(detached));
}

}  // namespace

CommandSpec verify_command() {
  return {
      "verify",
      "",
      "verify a signed message, an act or an evidence bundle: who, when, and whether they were to be believed then",
      {{"FILE", Arity::kOne, Presence::kRequired, "FILE|URL", "a CMS message in DER, BER or PEM, or a bundle"},
       {"--content", Arity::kOne, Presence::kOptional, "FILE", "what a detached signature is about"},
       {"--trust", Arity::kMany, Presence::kOptional, "FILE",
        "trusted certificates; the roots of the home if not given"},
       {"--untrusted", Arity::kMany, Presence::kOptional, "FILE", "certificates of authorities in between"},
       {"--crl", Arity::kMany, Presence::kOptional, "FILE", "revocation lists"},
       {"--ocsp", Arity::kFlag, Presence::kOptional, "",
        "ask the responders that the certificates name, or fetch their lists"},
       {"--at", Arity::kOne, Presence::kOptional, "TIME",
        "judge as of this time, where no time stamp says when it was signed"},
       {"--purpose", Arity::kOne, Presence::kOptional, "documents|any",
        "any: take certificates that are for something else than documents too; documents if not given"},
       {"--ledger-key", Arity::kOne, Presence::kOptional, "FILE|KEY",
        "public key of the ledger that a bundle comes from; its certificate in the bundle, or the home's, if not "
        "given"},
       out_option("write the content there if everything is good")},
      {"yuxin verify notice.p7m --trust root.pem", "yuxin verify notice.p7s --content notice.pdf --trust root.pem",
       "yuxin verify evidence.tar --trust root.pem"},
      verify};
}

}  // namespace yuxin::cli
