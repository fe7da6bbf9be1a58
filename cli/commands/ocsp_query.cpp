// yuxin ocsp query: asks a responder about a certificate and proves its answer.
#include "app/certificate_view.hpp"
#include "app/fetch.hpp"
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
  if (arguments.has("--cert") == arguments.has("--serial"))
    return fail(Code::kUsage, "Say which certificate is meant, with --cert FILE or with --serial NUMBER.");
  if (const auto text = arguments.maybe("--serial")) {
    const auto serial = x509::Serial::parse(*text);
    if (!serial) return fail(Code::kUsage, "\"{}\" is no serial number; it is 1 to 40 hexadecimal digits.", *text);
    asked.serial = base::to_bytes(serial->content());
    return asked;
  }
  // a server's file begins with its own certificate and goes on with its issuers'
  TRY(auto chain, fetch_chain(arguments.one("--cert")));
  asked.certificate = chain.front();
  asked.serial = base::to_bytes(asked.certificate->tbs().serial);
  return asked;
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
  TRY(auto issuer, fetch_certificate(arguments.one("--issuer")));
  TRY(auto asked, asked_of(arguments));
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
          {{"--issuer", Arity::kOne, Presence::kRequired, "FILE", "certificate of the issuer"},
           {"--cert", Arity::kOne, Presence::kOptional, "FILE", "certificate to ask about"},
           {"--serial", Arity::kOne, Presence::kOptional, "SERIAL", "or only its serial number, in hexadecimal"},
           {"--url", Arity::kOne, Presence::kOptional, "URL", "whom to ask; what the certificate says if not given"},
           {"--no-nonce", Arity::kFlag, Presence::kOptional, "", "take an answer that was signed in advance"},
           {"--require-nonce", Arity::kFlag, Presence::kOptional, "", "refuse an answer that was signed in advance"},
           {"--digest", Arity::kOne, Presence::kOptional, "sha1|sha256|sm3", "of the issuer in the request; sha1"},
           out_option("also write the response there (DER)")},
          {"yuxin ocsp query --issuer issuing.pem --cert portal.pem"},
          query};
}

}  // namespace yuxin::cli
