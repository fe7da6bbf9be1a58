// yuxin cert inspect, cert lint: what is in a file, and what is wrong with it.
#include <algorithm>

#include "app/fetch.hpp"
#include "commands.hpp"
#include "yuxin/x509/inspect.hpp"
#include "yuxin/x509/lint.hpp"

namespace yuxin::cli {
namespace {

using base::message;
using base::Result;
using x509::LintSeverity;

Result<int> inspect(Context& context, const Arguments& arguments) {
  const auto place = arguments.one("FILE");
  TRY(auto bytes, fetch(place));
  auto objects = x509::inspect(bytes, {.now = context.clock().now()});
  if (!objects) {
    return base::fail_with(objects.error().code, objects.error().diagnostic, "{}: {}", place, objects.error().detail);
  }
  if (context.options().json) {
    base::JsonArray array;
    for (auto& object : *objects) array.push_back(std::move(object.json));
    context.document(base::JsonObject{{"objects", std::move(array)}});
    return 0;
  }
  bool first = true;
  for (const auto& object : *objects) {
    if (!first) context.out("");
    first = false;
    const std::string_view text = object.text;
    context.out(text.substr(0, text.size() - (text.ends_with('\n') ? 1 : 0)));
  }
  return 0;
}

struct Linted {
  x509::Certificate certificate;
  std::vector<x509::LintFinding> findings;
};

bool has_errors(const std::vector<x509::LintFinding>& findings) {
  return std::ranges::find(findings, LintSeverity::kError, &x509::LintFinding::severity) != findings.end();
}

base::JsonArray findings_json(const std::vector<x509::LintFinding>& findings) {
  base::JsonArray array;
  for (const auto& finding : findings) {
    array.push_back(base::JsonObject{{"rule", finding.rule},
                                     {"source", finding.source},
                                     {"severity", x509::lint_severity_name(finding.severity)},
                                     {"message", finding.message}});
  }
  return array;
}

std::string severity_text(LintSeverity severity) {
  switch (severity) {
    case LintSeverity::kError:
      return message("error");
    case LintSeverity::kWarning:
      return message("warning");
    case LintSeverity::kNotice:
      break;
  }
  return message("notice");
}

void print_findings(const Context& context, const x509::Certificate& certificate,
                    std::vector<x509::LintFinding> findings) {
  const auto subject = certificate.subject().text();
  if (findings.empty()) {
    context.out(message("{}: keeps every one of {} rules.", subject.empty() ? message("(empty)") : subject,
                        x509::lint_rules().size()));
    return;
  }
  std::ranges::stable_sort(findings, std::greater{}, &x509::LintFinding::severity);
  Table table({{message("severity")},
               {message("rule")},
               {message("source")},
               {message("finding"), Table::Align::kLeft, 100}});
  for (const auto& finding : findings) {
    table.add(
        {severity_text(finding.severity), std::string(finding.rule), std::string(finding.source), finding.message});
  }
  table.print(context);
  const auto count = [&](LintSeverity severity) {
    return std::ranges::count(findings, severity, &x509::LintFinding::severity);
  };
  context.out(message("Errors: {}. Warnings: {}. Notices: {}.", count(LintSeverity::kError),
                      count(LintSeverity::kWarning), count(LintSeverity::kNotice)));
}

bool is_signed_by(const x509::Certificate& certificate, const x509::Certificate& issuer) {
  if (!issuer.subject().same(certificate.issuer())) return false;
  const auto key = issuer.public_key();
  return key && x509::verify_signature(certificate, *key);
}

// The issuer among the certificates of a file; a certificate is its own only where it signed itself.
const x509::Certificate* issuer_in(const std::vector<x509::Certificate>& file, const x509::Certificate& certificate) {
  const auto found = std::ranges::find_if(
      file, [&](const x509::Certificate& candidate) { return is_signed_by(certificate, candidate); });
  return found == file.end() ? nullptr : &*found;
}

// A file may hold a chain. Each certificate is held against its issuer, where that one is known; the first, which is
// meant, against the one that was given and no other.
Result<std::vector<Linted>> lint_all(const Context& context, const Arguments& arguments) {
  const auto place = arguments.one("FILE");
  TRY(auto bytes, fetch(place));
  auto certificates = x509::certificates_from_bytes(bytes);
  if (!certificates) {
    return base::fail_with(certificates.error().code, certificates.error().diagnostic, "{}: {}", place,
                           certificates.error().detail);
  }
  std::optional<x509::Certificate> given;
  if (const auto file = arguments.maybe("--issuer")) {
    TRY(given, fetch_certificate(*file));
    const auto& meant = certificates->front();
    if (!is_signed_by(meant, *given))
      context.warn(message("{} did not issue {}; it is held against it all the same", *file, meant.subject().text()));
  }
  std::vector<Linted> all;
  for (const auto& certificate : *certificates) {
    const auto* issuer = given && all.empty() ? &*given : issuer_in(*certificates, certificate);
    if (issuer == nullptr && given) issuer = &*given;
    all.push_back({certificate, x509::lint(certificate, issuer)});
  }
  return all;
}

Result<int> lint(Context& context, const Arguments& arguments) {
  TRY(auto all, lint_all(context, arguments));
  const bool bad = std::ranges::any_of(all, [](const Linted& linted) { return has_errors(linted.findings); });
  if (context.options().json) {
    base::JsonArray array;
    for (const auto& [certificate, findings] : all) {
      array.push_back(base::JsonObject{{"subject", certificate.subject().text()},
                                       {"sha256", base::hex(certificate.sha256_fingerprint())},
                                       {"good", !has_errors(findings)},
                                       {"findings", findings_json(findings)}});
    }
    context.document(base::JsonObject{{"certificates", std::move(array)}});
    return bad ? 1 : 0;
  }
  for (const auto& [certificate, findings] : all) {
    if (all.size() > 1 && !findings.empty()) context.out(certificate.subject().text());
    print_findings(context, certificate, findings);
  }
  return bad ? 1 : 0;
}

}  // namespace

std::vector<CommandSpec> cert_inspect_commands() {
  return {
      {"cert",
       "inspect",
       "say what is in a certificate, request, list, OCSP response, CMS message, time stamp or public key",
       {{"FILE", Arity::kOne, Presence::kRequired, "FILE|URL",
         "PEM, DER or base64, also at an http:// or https:// address; - is standard input"}},
       {"yuxin cert inspect portal.pem", "yuxin cert inspect http://pki.city.example/crl/issuing.crl"},
       inspect},
      {"cert",
       "lint",
       "hold a certificate against the rules that are checked before issuing; exit 1 for an error",
       {{"FILE", Arity::kOne, Presence::kRequired, "FILE|URL", "one certificate, or several in PEM"},
        {"--issuer", Arity::kOne, Presence::kOptional, "FILE", "certificate of the issuer, for rules about both"}},
       {"yuxin cert lint portal.pem --issuer issuing.pem"},
       lint},
  };
}

}  // namespace yuxin::cli
