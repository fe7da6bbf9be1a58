// yuxin cert show, cert export
#include "app/certificate_view.hpp"
#include "app/home.hpp"
#include "app/output.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ca/certificate_json.hpp"
#include "yuxin/x509/inspect.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;

std::vector<std::string> usages_of(const x509::Certificate& certificate) {
  std::vector<std::string> usages;
  if (const auto* usage = certificate.tbs().find(x509::oid::kKeyUsage)) {
    if (const auto bits = x509::read_key_usage(usage->value)) usages = x509::key_usage_names(*bits);
  }
  if (const auto* extended = certificate.tbs().find(x509::oid::kExtKeyUsage)) {
    const auto purposes = x509::read_extended_key_usage(extended->value);
    if (purposes) {
      for (const auto& purpose : *purposes) usages.push_back(x509::oid_name(purpose));
    }
  }
  return usages;
}

std::string key_text(const x509::Certificate& certificate) {
  const auto key = certificate.public_key();
  return key ? x509::print_key_kind(key->kind()) : message("not readable");
}

Result<int> show_json(const Context& context, const FoundCertificate& found) {
  auto document = ca::certificate_json(found.row, found.authority, context.clock().now());
  if (!found.row.der.empty()) {
    TRY(auto certificate, parsed_certificate(found));
    base::JsonArray usages;
    for (const auto& usage : usages_of(certificate)) usages.emplace_back(usage);
    document["issuer"] = certificate.issuer().text();
    document["key"] = key_text(certificate);
    document["usages"] = std::move(usages);
    add_fingerprint(document, certificate);
    document["pem"] = certificate.pem();
  }
  context.document(document);
  return 0;
}

void print_lines(const Context& context, const FoundCertificate& found, const x509::Certificate& certificate) {
  const auto& row = found.row;
  context.out(labelled(message("certificate"), found.serial.grouped()));
  context.out(labelled(message("subject"), row.subject.empty() ? message("(empty)") : row.subject));
  if (!row.names.empty()) context.out(labelled(message("names"), row.names));
  context.out(labelled(message("issued by"), message("{}, profile {}", found.authority, row.profile)));
  context.out(labelled(message("issued at"), base::local_time(row.issued_at)));
  context.out(labelled(message("validity"),
                       message("{} to {}", base::local_time(row.not_before), base::local_time(row.not_after))));
  context.out(labelled(message("state"), state_text(row, context.clock().now())));
  if (row.status.invalidity_date)
    context.out(labelled(message("invalid since"), base::local_time(*row.status.invalidity_date)));
  context.out(labelled(message("key kind"), key_text(certificate)));
  const auto usages = usages_of(certificate);
  context.out(labelled(message("for"), base::join(usages, message(", "))));
  for (const auto& line : fingerprint_lines(certificate)) context.out(line);
  context.remark(message("What happened to it: yuxin audit log --object {}/{}", found.authority, found.serial.hex()));
}

Result<int> show(Context& context, const Arguments& arguments) {
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(auto found, find_certificate(*home, arguments, Purpose::kLook));
  if (context.options().json) return show_json(context, found);
  TRY(auto certificate, parsed_certificate(found));
  if (arguments.has("--pem")) {
    const auto pem = certificate.pem();
    context.out(std::string_view(pem).substr(0, pem.size() - 1));
    return 0;
  }
  if (arguments.has("--text")) {
    TRY(auto objects, x509::inspect(certificate.der(), {.now = context.clock().now()}));
    // whether it was revoked stands in no certificate
    context.out(labelled(message("state"), state_text(found.row, context.clock().now())));
    context.out("");
    context.out(std::string_view(objects.front().text).substr(0, objects.front().text.size() - 1));
    return 0;
  }
  print_lines(context, found, certificate);
  return 0;
}

Result<int> export_certificate(Context& context, const Arguments& arguments) {
  if (arguments.has("--der") && arguments.has("--chain")) {
    return fail(Code::kUsage, "A chain is several certificates, which DER cannot hold. Leave out --der or --chain.");
  }
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(auto found, find_certificate(*home, arguments, Purpose::kLook));
  TRY(auto certificate, parsed_certificate(found));
  base::Bytes content;
  if (arguments.has("--der")) {
    content = base::to_bytes(certificate.der());
  } else {
    std::string text = certificate.pem();
    if (arguments.has("--chain")) {
      TRY(text, chain_pem(*home, certificate, found.authority));
    }
    content = base::to_bytes(base::as_bytes(text));
  }
  const auto out = arguments.one("--out", "-");
  if (out == "-" && context.options().json) {
    if (arguments.has("--der"))
      return fail(Code::kUsage, "DER cannot stand in a JSON document. Leave out --der, or give --out FILE.");
    context.document(base::JsonObject{{"serial", found.serial.hex()},
                                      {"authority", found.authority},
                                      {"file", nullptr},
                                      {"pem", base::as_text(content)}});
    return 0;
  }
  const bool replace = out != "-" && arguments.has("--force");
  TRY(replace ? check_output(out, OutputKind::kCertificate) : check_unused_output(out));
  TRY(base::write_file(out, content, replace ? base::Existing::kReplace : base::Existing::kRefuse,
                       base::Permissions::kPublic));
  if (out == "-") return 0;
  if (context.options().json) {
    context.document(base::JsonObject{{"serial", found.serial.hex()}, {"authority", found.authority}, {"file", out}});
  }
  context.remark(message("Certificate {} written to {}.", found.serial.shortened(), out));
  return 0;
}

OptionSpec serial_argument() {
  return {"SERIAL", Arity::kOne, Presence::kRequired, "SERIAL", "serial number in hexadecimal, in either case"};
}
OptionSpec authority_option() {
  return {"--ca", Arity::kOne, Presence::kOptional, "NAME", "authority, where the serial number is not unique"};
}

}  // namespace

std::vector<CommandSpec> cert_show_commands() {
  return {
      {"cert",
       "show",
       "show one certificate and its state",
       {serial_argument(),
        authority_option(),
        {"--pem", Arity::kFlag, Presence::kOptional, "", "print the certificate only"},
        {"--text", Arity::kFlag, Presence::kOptional, "", "everything that stands in the certificate"}},
       {"yuxin --home city/online cert show 3F9A77C2"},
       show},
      {"cert",
       "export",
       "write a certificate to a file",
       {serial_argument(),
        authority_option(),
        out_option("where to write it; standard output if not given"),
        {"--force", Arity::kFlag, Presence::kOptional, "", "replace an older certificate that --out names"},
        {"--chain", Arity::kFlag, Presence::kOptional, "", "write the authorities' certificates behind it"},
        {"--der", Arity::kFlag, Presence::kOptional, "", "DER instead of PEM"}},
       {"yuxin --home city/online cert export 3F9A77C2 --chain --out portal.pem"},
       export_certificate},
  };
}

}  // namespace yuxin::cli
