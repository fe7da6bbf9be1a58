// yuxin ocsp query: asks a responder about a certificate and proves its answer.
#include "app/certificate_view.hpp"
#include "app/fetch.hpp"
#include "app/home.hpp"
#include "app/ocsp_client.hpp"
#include "app/output.hpp"
#include "commands.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using x509::OcspStatus;

// Asked is the certificate in question: in full, or only its serial number.
struct Asked {
  std::optional<x509::Certificate> certificate;
  base::Bytes serial;
};

Result<Asked> asked_of(const Arguments& arguments) {
  Asked asked;
  if (int{arguments.has("FILE")} + int{arguments.has("--cert")} + int{arguments.has("--serial")} != 1)
    return fail(Code::kUsage, "Say which certificate is meant: yuxin ocsp query FILE, or --serial NUMBER.");
  if (const auto text = arguments.maybe("--serial")) {
    const auto serial = x509::Serial::parse(*text);
    if (!serial)
      return fail(Code::kUsage, "\"{}\" is no serial number; it is 1 to 40 hexadecimal digits, not all of them 0.",
                  *text);
    asked.serial = base::to_bytes(serial->content());
    return asked;
  }
  // a server's file begins with its own certificate and goes on with its issuers'
  TRY(auto chain, fetch_chain(arguments.one("FILE", arguments.one("--cert"))));
  asked.certificate = chain.front();
  asked.serial = base::to_bytes(asked.certificate->tbs().serial);
  return asked;
}

// The issuer as a person named it, or the authority of the home that signed the certificate. What stands behind the
// certificate in its file is nobody's word.
Result<x509::Certificate> issuer_of(const Context& context, const Arguments& arguments, const Asked& asked) {
  if (const auto file = arguments.maybe("--issuer")) return fetch_certificate(*file);
  if (!asked.certificate)
    return fail(Code::kUsage, "A serial number alone does not say who issued it. Give the issuer: --issuer FILE");
  if (const auto home = open_home(context, Home::Access::kRead)) {
    TRY(const auto rows, (*home)->store().status().authorities());
    for (const auto& row : rows) {
      if (row.certificate.empty()) continue;
      auto candidate = x509::Certificate::from_der(row.certificate);
      if (!candidate || !candidate->subject().same(asked.certificate->issuer())) continue;
      const auto key = candidate->public_key();
      if (key && x509::verify_signature(*asked.certificate, *key)) return std::move(*candidate);
    }
  }
  return fail(Code::kUsage, "The issuer of the certificate, {}, is not known here. Give it: --issuer FILE",
              asked.certificate->issuer().text());
}

Result<std::string> url_of(const Arguments& arguments, const Asked& asked) {
  if (const auto url = arguments.maybe("--url")) return *url;
  const auto url = asked.certificate ? ocsp_url_of(*asked.certificate) : std::nullopt;
  if (url) return *url;
  return fail(Code::kUsage, "The certificate names no OCSP responder. Say whom to ask with --url URL.");
}

Result<x509::DigestAlgorithm> digest_of(const Arguments& arguments) {
  const auto name = arguments.one("--digest", "sha1");
  if (name == "sha1") return x509::DigestAlgorithm::kSha1;
  if (name == "sha256") return x509::DigestAlgorithm::kSha256;
  if (name == "sm3") return x509::DigestAlgorithm::kSm3;
  return fail(Code::kUsage, "No digest \"{}\" for the request. There are sha1, sha256 and sm3.", name);
}

std::string status_text(const x509::OcspEvidence& evidence) {
  switch (evidence.status) {
    case OcspStatus::kGood:
      return message("good");
    case OcspStatus::kRevoked:
      return message("revoked {} ({})", revocation_time(evidence.revoked_at, evidence.invalidity_date),
                     reason_text(static_cast<int>(evidence.reason.value_or(x509::RevocationReason::kUnspecified))));
    case OcspStatus::kUnknown:
      break;
  }
  return message("unknown: the responder does not know this certificate");
}

Result<OcspAsk::Nonce> nonce_of(const Arguments& arguments) {
  if (!arguments.has("--no-nonce"))
    return arguments.has("--require-nonce") ? OcspAsk::Nonce::kDemanded : OcspAsk::Nonce::kSent;
  if (arguments.has("--require-nonce"))
    return fail(Code::kUsage, "--no-nonce sends none, so none can be required. Give one of them.");
  return OcspAsk::Nonce::kNone;
}

void print_document(const Context& context, const std::string& url, const Asked& asked, OcspAsk::Nonce nonce,
                    const x509::OcspEvidence& evidence) {
  auto document = ocsp_evidence_json(evidence);
  document["nonce"] = nonce == OcspAsk::Nonce::kNone ? "not-sent" : evidence.has_nonce ? "echoed" : "missing";
  const auto serial = x509::Serial::from_der_content(asked.serial);
  document["serial"] = serial ? serial->hex() : base::hex_upper(asked.serial);
  document["url"] = url;
  context.document(document);
}

void print_lines(const Context& context, const std::string& url, const Asked& asked, const x509::Certificate& issuer,
                 const x509::OcspEvidence& evidence) {
  const auto serial = x509::Serial::from_der_content(asked.serial);
  context.out(labelled(message("certificate"), serial ? serial->grouped() : base::hex_upper(asked.serial)));
  if (asked.certificate) context.out(labelled(message("subject"), asked.certificate->subject().text()));
  context.out(labelled(message("status"), status_text(evidence)));
  context.out(labelled(message("as of"), base::local_time(evidence.this_update)));
  if (evidence.next_update) context.out(labelled(message("good until"), base::local_time(*evidence.next_update)));
  context.out(labelled(message("signed by"), evidence.responder ? evidence.responder->subject().text()
                                                                : message("{} itself", issuer.subject().text())));
  context.remark(message("Asked {}.", url));
}

Result<int> query(Context& context, const Arguments& arguments) {
  if (const auto out = arguments.maybe("--out")) TRY(check_output(*out, OutputKind::kOcspResponse));
  TRY(auto asked, asked_of(arguments));
  TRY(auto issuer, issuer_of(context, arguments, asked));
  if (asked.certificate && !asked.certificate->issuer().same(issuer.subject())) {
    return fail(Code::kUsage, "The certificate was issued by {}, not by {}. Give its issuer with --issuer.",
                asked.certificate->issuer().text(), issuer.subject().text());
  }
  TRY(auto url, url_of(arguments, asked));
  TRY(auto digest, digest_of(arguments));
  TRY(const auto nonce, nonce_of(arguments));
  OcspAsk ask{issuer, asked.serial, asked.certificate, url, digest, nonce, {}};
  TRY(auto answer, ask_ocsp(ask, context.clock()));
  if (const auto out = arguments.maybe("--out")) TRY(write_output(*out, answer.der, OutputKind::kOcspResponse));
  if (nonce == OcspAsk::Nonce::kSent && !answer.evidence.has_nonce) {
    context.warn(
        message("the answer lacks the nonce that was sent: it was signed in advance, perhaps recorded, and only "
                "its times say how old it is; --require-nonce refuses that"));
  }
  if (context.options().json) {
    print_document(context, url, asked, nonce, answer.evidence);
  } else {
    print_lines(context, url, asked, issuer, answer.evidence);
  }
  return answer.evidence.status == OcspStatus::kGood ? 0 : 1;
}

}  // namespace

CommandSpec ocsp_query_command() {
  return {"ocsp",
          "query",
          "ask a responder about a certificate and check its answer; exit 1 for revoked and unknown",
          {{"FILE", Arity::kOne, Presence::kOptional, "FILE|URL", "certificate to ask about"},
           {"--issuer", Arity::kOne, Presence::kOptional, "FILE",
            "certificate of the issuer; the authority of the home if not given"},
           {"--cert", Arity::kOne, Presence::kOptional, "FILE", "the same as FILE"},
           {"--serial", Arity::kOne, Presence::kOptional, "SERIAL", "or only its serial number, in hexadecimal"},
           {"--url", Arity::kOne, Presence::kOptional, "URL", "whom to ask; what the certificate says if not given"},
           {"--no-nonce", Arity::kFlag, Presence::kOptional, "", "take an answer that was signed in advance"},
           {"--require-nonce", Arity::kFlag, Presence::kOptional, "", "refuse an answer that was signed in advance"},
           {"--digest", Arity::kOne, Presence::kOptional, "sha1|sha256|sm3", "of the issuer in the request; sha1"},
           out_option("also write the response there (DER)")},
          {"yuxin --home city/online ocsp query portal.pem", "yuxin ocsp query portal.pem --issuer issuing.pem"},
          query};
}

}  // namespace yuxin::cli
