// yuxin cert issue, yuxin cert renew
#include <fmt/format.h>

#include "app/certificate_view.hpp"
#include "app/clock_check.hpp"
#include "app/enrolment_check.hpp"
#include "app/enrolment_input.hpp"
#include "app/home.hpp"
#include "app/issued_record.hpp"
#include "app/output.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/ca/key_use.hpp"
#include "yuxin/x509/lint.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;

// check_out refuses a place for the certificate before anything is signed.
Result<> check_out(const Arguments& arguments) {
  const auto out = arguments.maybe("--out");
  if (!out) return {};
  auto is_free = check_new_output(*out);
  if (is_free || is_free.error().code != Code::kConflict) return is_free;
  if (arguments.has("--force")) return check_output(*out, OutputKind::kCertificate);
  return fail(Code::kConflict,
              "The file {} exists already. Nothing was issued. Take another name, or replace it with --force.", *out);
}

// The serial number is drawn anew for every attempt, so a trial run has none to show.
enum class Run { kReal, kTrial };

void describe_prepared(const Context& context, const ca::PreparedIssuance& prepared, const std::string& authority,
                       Run run) {
  if (run == Run::kReal) context.remark(labelled(message("certificate"), prepared.serial().grouped()));
  context.remark(labelled(message("subject"), prepared.subject()));
  if (!prepared.alt_names().empty()) context.remark(labelled(message("names"), prepared.alt_names()));
  context.remark(labelled(message("issued by"), message("{}, profile {}", authority, prepared.profile())));
  context.remark(labelled(message("validity"), message("{} to {}", base::local_time(prepared.not_before()),
                                                       base::local_time(prepared.not_after()))));
}

// What a rule says should be otherwise stops nothing, but somebody should read it before it is signed. The addresses
// of the home are nobody's request; what is to be said of them was said when it was founded.
std::vector<std::string> warn_of_rules(const Context& context, const ca::PreparedIssuance& prepared,
                                       const ca::Issuer& issuer) {
  std::vector<std::string> warnings;
  const auto tbs = x509::parse_tbs_certificate(prepared.tbs());
  if (!tbs) return warnings;
  for (const auto& finding : x509::lint_tbs(*tbs, &issuer.certificate())) {
    if (finding.severity != x509::LintSeverity::kWarning || finding.rule == "uri_hosts_fully_qualified") continue;
    warnings.push_back(fmt::format("{} ({}, {})", finding.message, finding.rule, finding.source));
    context.warn(warnings.back());
  }
  return warnings;
}

Result<> deliver(const Context& context, const Arguments& arguments, Home& home, const ca::Issued& issued,
                 const std::string& authority, const std::string& profile, const std::string& names,
                 const std::vector<std::string>& warnings) {
  std::string text = issued.certificate.pem();
  const auto serial = issued.certificate.serial()->hex();
  if (arguments.has("--chain")) {
    auto chain = chain_pem(home, issued.certificate, authority);
    if (!chain) {
      return done_but_unwritten(
          chain.error(),
          message("Certificate {} was issued, but the chain above it could not be read. Get both with: yuxin cert "
                  "export {} --chain --out FILE",
                  serial, serial));
    }
    text = std::move(*chain);
  }
  const auto out = arguments.one("--out", context.options().json ? "" : "-");
  if (!out.empty() && out != "-") {
    const auto existing = arguments.has("--force") ? base::Existing::kReplace : base::Existing::kRefuse;
    auto written = base::write_file(out, base::as_bytes(text), existing, base::Permissions::kPublic);
    if (!written) {
      return done_but_unwritten(
          written.error(),
          message("Certificate {} was issued, but {} could not be written. Get it with: yuxin cert export {} --out "
                  "FILE",
                  serial, out, serial));
    }
  }
  if (context.options().json) {
    base::JsonObject document{{"serial", serial},
                              {"authority", authority},
                              {"subject", issued.certificate.subject().text()},
                              {"not_before", base::rfc3339(issued.certificate.not_before())},
                              {"not_after", base::rfc3339(issued.certificate.not_after())},
                              {"ledger_sequence", issued.ledger_sequence},
                              {"warnings", base::JsonArray(warnings.begin(), warnings.end())},
                              {"profile", profile},
                              {"names", names},
                              {"file", out.empty() ? base::Json(nullptr) : base::Json(out)},
                              {"pem", text}};
    add_fingerprint(document, issued.certificate);
    context.document(document);
    return {};
  }
  if (out == "-") context.out(std::string_view(text).substr(0, text.size() - 1));
  const auto number = issued.certificate.serial()->shortened();
  context.remark(out == "-"
                     ? message("Issued {}. Ledger entry {}.", number, issued.ledger_sequence)
                     : message("Issued {}. Ledger entry {}. Written to {}.", number, issued.ledger_sequence, out));
  if (!issued.certificate.is_ca()) return {};
  for (const auto& line : fingerprint_lines(issued.certificate)) context.remark(line);
  context.remark(
      message("Whoever imports the certificate of this authority is read these words, and compares them."));
  return {};
}

base::Failure prefix_refusal(base::Error error) {
  // the officer asked for a certificate, so every refusal begins with what did not happen
  if (error.code == Code::kRefused || error.code == Code::kBadSignature || error.code == Code::kMalformed) {
    error.detail = message("Not issued: {}", error.detail);
  }
  return base::Failure(std::move(error));
}

// The key may be known already: compromised, or as somebody else's.
Result<> check_key_uses(const Context& context, Home& home, const ca::Enrolment& enrolment,
                        const std::string& subject) {
  const auto& key = enrolment.request.public_key();
  std::optional<store::CertificateRow> other;
  auto read = home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(ca::refuse_compromised_key(reader, key.spki()));
    TRY(other, ca::other_use_of_key(reader, key, subject));
    return {};
  });
  if (!read) return prefix_refusal(std::move(read).error());
  if (!other) return {};
  const auto serial = x509::Serial::from_der_content(other->serial);
  context.warn(message("this key is already certified as {} ({})", other->subject,
                       serial ? serial->hex() : base::hex_upper(other->serial)));
  return {};
}

Result<int> issue(Context& context, const Arguments& arguments, Home& home, const std::string& authority,
                  const std::shared_ptr<const ca::Profile>& profile, const ca::Enrolment& enrolment) {
  TRY(auto issuer, home.issuer(authority));
  auto prepared = issuer->prepare(profile, enrolment, {context.actor()});
  if (!prepared) {
    return prefix_refusal(std::move(prepared).error());
  }
  if (auto free = check_subject(home, *profile, *prepared); !free) return prefix_refusal(std::move(free).error());
  TRY(check_key_uses(context, home, enrolment, prepared->subject()));
  const auto run = arguments.has("--dry-run") ? Run::kTrial : Run::kReal;
  describe_prepared(context, *prepared, authority, run);
  const auto warnings = warn_of_rules(context, *prepared, *issuer);
  if (run == Run::kTrial) {
    context.remark(message("Every check passed. Nothing was issued (--dry-run)."));
    if (context.options().json) {
      context.document(base::JsonObject{{"dry_run", true},
                                        {"subject", prepared->subject()},
                                        {"names", prepared->alt_names()},
                                        {"profile", profile->name},
                                        {"authority", authority},
                                        {"warnings", base::JsonArray(warnings.begin(), warnings.end())},
                                        {"not_before", base::rfc3339(prepared->not_before())},
                                        {"not_after", base::rfc3339(prepared->not_after())}});
    }
    return 0;
  }
  const auto names = prepared->alt_names();
  TRY(auto issued, issuer->issue(std::move(*prepared)));
  TRY(deliver(context, arguments, home, issued, authority, profile->name, names, warnings));
  end_work(context, home);
  return 0;
}

// What is asked for, as the home knows it.
struct Wanted {
  std::shared_ptr<const ca::Profile> profile;
  std::string authority;
};
Result<Wanted> wanted_of(Home& home, const Arguments& arguments) {
  TRY(auto profiles, home.profiles());
  TRY(auto profile, profiles.find(arguments.one("--profile")));
  if (auto allowed = check_purpose(*profile); !allowed) return prefix_refusal(std::move(allowed).error());
  TRY(auto authority, signing_authority(home, arguments));
  return Wanted{std::move(profile), std::move(authority)};
}

Result<int> run_issue(Context& context, const Arguments& arguments) {
  TRY(check_out(arguments));
  TRY(auto enrolment, enrolment_of(words_of_enrolment(arguments)));
  if (!enrolment.subject) warn_of_latin1(context, enrolment.request.subject());
  // nobody should type a passphrase to learn of a slip of the pen
  TRY(auto locked, open_home(context, Home::Access::kRead));
  TRY(const auto wanted, wanted_of(*locked, arguments));
  locked.reset();  // whoever closes the database last folds its log in, and who only reads cannot
  TRY(auto home, open_unlocked_home(context));
  TRY(meet_clock(context, arguments, *home));
  return issue(context, arguments, *home, wanted.authority, wanted.profile, enrolment);
}

Result<> check_good(const FoundCertificate& found, base::UnixTime now) {
  const auto state = found.row.status.state;
  if (state == store::CertificateState::kGood) return {};
  if (state == store::CertificateState::kOnHold) {
    return fail(Code::kConflict,
                "Certificate {} is {}; it cannot be renewed. Release it first: yuxin cert release {}",
                found.serial.hex(), state_text(found.row, now), found.serial.hex());
  }
  return fail(Code::kConflict, "Certificate {} is {}; it cannot be renewed. Issue a new one: yuxin cert issue",
              found.serial.hex(), state_text(found.row, now));
}

// A renewal keeps subject, names and profile; the key is the one of the new request, or the old one when the same
// request is shown again.
Result<int> run_renew(Context& context, const Arguments& arguments) {
  TRY(check_out(arguments));
  TRY(auto enrolment, enrolment_of(words_of_enrolment(arguments)));
  TRY(auto locked, open_home(context, Home::Access::kRead));
  TRY(const auto known, find_certificate(*locked, arguments));
  TRY(check_good(known, context.clock().now()));
  locked.reset();
  TRY(auto home, open_unlocked_home(context));
  TRY(meet_clock(context, arguments, *home));
  TRY(auto found, find_certificate(*home, arguments));  // it may have changed meanwhile
  TRY(check_good(found, context.clock().now()));
  TRY(auto certificate, x509::Certificate::from_der(found.row.der));
  TRY(const auto name, issued_profile(*home, found));
  TRY(check_renewable(certificate, name, enrolment));
  TRY(auto profiles, home->profiles());
  TRY(auto profile, profiles.find(name));
  enrolment.subject = certificate.subject();
  enrolment.alt_names.emplace();
  if (const auto* names = certificate.tbs().find(x509::oid::kSubjectAltName)) {
    auto parsed = x509::read_alternative_names(names->value);
    if (parsed) enrolment.alt_names = std::move(*parsed);
  }
  TRY(const auto status, issue(context, arguments, *home, found.authority, profile, enrolment));
  if (!arguments.has("--dry-run")) {
    context.remark(
        message("The certificate before it stays valid until {}. When nothing uses it any more: yuxin cert "
                "revoke {} --reason superseded",
                base::local_time(certificate.not_after()), found.serial.hex()));
  }
  return status;
}

OptionSpec force_option() {
  return {"--force", Arity::kFlag, Presence::kOptional, "", "replace an older certificate that --out names"};
}

}  // namespace

CommandSpec cert_issue_command() {
  return {
      "cert",
      "issue",
      "issue a certificate for a request (PKCS#10, PEM or DER)",
      {{"--ca", Arity::kOne, Presence::kOptional, "NAME",
        "authority that signs; the only one of the home if not given"},
       {"--profile", Arity::kOne, Presence::kRequired, "NAME", "what kind of certificate: yuxin profile list"},
       {"--csr", Arity::kOne, Presence::kRequired, "FILE", "the request; - is standard input"},
       {"--san", Arity::kMany, Presence::kOptional, "KIND:NAME",
        "dns:…, ip:…, email:…, uri:…, dirname:… or rid:…, instead of the request's names"},
       {"--subject", Arity::kOne, Presence::kOptional, "DN", "instead of the request's subject: \"C=CN, O=…, CN=…\""},
       {"--days", Arity::kOne, Presence::kOptional, "N", "valid for N days instead of the profile's period"},
       {"--chain", Arity::kFlag, Presence::kOptional, "", "write the authorities' certificates behind it"},
       out_option("where to write the certificate (PEM); standard output if not given"),
       force_option(),
       accept_clock_option(),
       dry_run_option()},
      {"yuxin --home city/online --passphrase-file pass cert issue --profile tls-server --csr server.csr --san "
       "dns:portal.city.test --out server.pem"},
      run_issue};
}

CommandSpec cert_renew_command() {
  return {"cert",
          "renew",
          "issue again with the subject, names and profile of a certificate",
          {{"SERIAL", Arity::kOne, Presence::kRequired, "SERIAL", "serial number of the certificate to renew"},
           {"--csr", Arity::kOne, Presence::kRequired, "FILE", "request with the new key (or the old one)"},
           {"--ca", Arity::kOne, Presence::kOptional, "NAME", "authority, where the serial number is not unique"},
           {"--days", Arity::kOne, Presence::kOptional, "N", "valid for N days instead of the profile's period"},
           {"--chain", Arity::kFlag, Presence::kOptional, "", "write the authorities' certificates behind it"},
           out_option("where to write the certificate (PEM); standard output if not given"),
           force_option(),
           accept_clock_option(),
           dry_run_option()},
          {"yuxin --home city/online --passphrase-file pass cert renew 3F9A77C2 --csr new.csr --out new.pem"},
          run_renew};
}

}  // namespace yuxin::cli
