#include "ocsp_client.hpp"

#include "yuxin/http/client.hpp"

namespace yuxin::cli {

using base::Code;
using base::Result;

namespace {

constexpr std::size_t kMostOctets = 1U << 20U;

base::Failure proves_nothing(const x509::OcspResponse& response, x509::OcspProblem problem, const std::string& url) {
  if (problem != x509::OcspProblem::kErrorResponse)
    return base::fail(Code::kBadSignature, "The answer of {} proves nothing: {}", url,
                      x509::ocsp_problem_text(problem));
  const auto status = x509::ocsp_response_status_name(response.status());
  if (response.status() == x509::OcspResponseStatus::kUnauthorized)
    return base::fail(Code::kUnavailable, "{} does not answer for this issuer ({}).", url, status);
  return base::fail(Code::kUnavailable, "{} did not answer the question ({}). Try again later.", url, status);
}

Result<base::Bytes> post(const std::string& url, base::ByteView request) {
  http::ClientOptions options;
  options.size_limit = kMostOctets;
  options.accept = "application/ocsp-response";
  TRY(auto reply, http::post(url, "application/ocsp-request", request, options));
  if (reply.status != 200)
    return base::fail(Code::kUnavailable, "{} answers {} instead of an OCSP response.", url, reply.status);
  return std::move(reply.body);
}

}  // namespace

Result<OcspAnswer> ask_ocsp(const OcspAsk& ask, const base::Clock& clock) {
  const auto nonce = ask.nonce == OcspAsk::Nonce::kNone ? base::Bytes() : x509::make_ocsp_nonce();
  const base::ByteView serials[] = {ask.serial};
  TRY(auto request, x509::make_ocsp_request(ask.issuer, serials, {.digest = ask.digest, .nonce = nonce}));
  TRY(auto der, post(ask.url, request));
  auto response = x509::OcspResponse::from_der(der);
  if (!response)
    return base::fail_with(Code::kMalformed, response.error().diagnostic, "What {} answers is no OCSP response: {}",
                           ask.url, response.error().detail);
  const auto question = ask.certificate ? x509::ocsp_question(*ask.certificate, ask.issuer)
                                        : x509::OcspQuestion{ask.issuer, ask.serial};
  x509::OcspVerifyOptions options;
  options.at = ask.at.value_or(clock.now());
  options.nonce = nonce;
  if (ask.nonce == OcspAsk::Nonce::kDemanded) options.missing_nonce = x509::OcspVerifyOptions::MissingNonce::kRefused;
  auto evidence = x509::verify_ocsp(*response, question, options);
  if (!evidence) return proves_nothing(*response, evidence.error(), ask.url);
  return OcspAnswer{std::move(der), std::move(*evidence)};
}

std::optional<std::string> ocsp_url_of(const x509::Certificate& certificate) {
  const auto* extension = certificate.tbs().find(x509::oid::kAuthorityInfoAccess);
  const auto places = extension == nullptr ? std::nullopt : x509::read_authority_info_access(extension->value);
  if (!places) return std::nullopt;
  for (const auto& place : *places) {
    if (!base::equal(place.method, x509::oid::kOcspAccess)) continue;
    if (place.location.kind != x509::GeneralNameKind::kUri) continue;
    const auto& url = place.location.value;
    if (url.starts_with("http://") || url.starts_with("https://")) return url;
  }
  return std::nullopt;
}

base::JsonObject ocsp_evidence_json(const x509::OcspEvidence& evidence) {
  base::JsonObject document;
  document["status"] = evidence.status == x509::OcspStatus::kGood      ? "good"
                       : evidence.status == x509::OcspStatus::kRevoked ? "revoked"
                                                                       : "unknown";
  if (evidence.status == x509::OcspStatus::kRevoked) {
    document["revoked_at"] = base::rfc3339(evidence.revoked_at);
    document["reason"] = x509::reason_name(evidence.reason.value_or(x509::RevocationReason::kUnspecified));
    if (evidence.invalidity_date) document["invalidity_date"] = base::rfc3339(*evidence.invalidity_date);
  }
  document["this_update"] = base::rfc3339(evidence.this_update);
  if (evidence.next_update) document["next_update"] = base::rfc3339(*evidence.next_update);
  document["produced_at"] = base::rfc3339(evidence.produced_at);
  if (evidence.responder) document["responder"] = evidence.responder->subject().text();
  return document;
}

}  // namespace yuxin::cli
